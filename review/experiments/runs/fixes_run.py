"""What the latest runs say of golden cases, for the fixes that versions claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from review.basics.weeks import week_of
from review.experiments.runs.scored import scored_runs
from review.experiments.values import ScoredRun
from review.failures.golden_cases import RunOnCases, Runs
from review.settings.project import Project
from storage.queries.gate import runs_finished
from storage.records_failures import FixClaim
from storage.store import Store

PASSES = 0.5
"""A repeat passes with a result of at least this, as in the gate."""


def runs_of_claims(store: Store, project: Project) -> Runs:
    """Return, for each version that claims a fix, its latest finished run with the cases that it passes."""
    claimed = {claim.version for claim in store.find(FixClaim)}
    latest = {version: run for version, _, run in runs_finished(store) if version in claimed}
    runs = scored_runs(store, latest.values(), project=project)
    return {version: on_cases(run, project) for version, run in zip(latest, runs, strict=True)}


def on_cases(run: ScoredRun, project: Project) -> RunOnCases:
    """Return which cases a version passes: those in which more than half of the scored repeats pass. Pure."""
    results: dict[str, list[float]] = {}
    for one in run.cases:
        if one.combined is not None:
            results.setdefault(one.case.id, []).append(one.combined)
    started = datetime.fromisoformat(run.started)
    return RunOnCases(
        run=run.run,
        week=week_of(started, project.time_zone),
        passed={case: _passes(some) for case, some in results.items()},
    )


def _passes(results: Sequence[float]) -> bool:
    return 2 * sum(r >= PASSES for r in results) > len(results)
