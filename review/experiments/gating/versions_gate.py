"""The gate on the store: two registered versions by their latest runs over a release."""

from __future__ import annotations

from review.basics.errors import NothingToDo, Refused
from review.experiments.gating.outcome import Outcome, gate_runs
from review.experiments.gating.pairing import by_case, in_few_shots
from review.experiments.gating.selfcheck import SelfCheck, self_check
from review.experiments.gating.settings import AS_USUAL, GateSettings
from review.experiments.runs.scored import scored_runs
from review.experiments.values import Case, ScoredRun
from review.experiments.versions.registry import APPROVED, versions
from storage.queries.experiments import latest_finished
from storage.records_experiments import ExperimentRun, PromptVersion
from storage.records_gate import GateDecision
from storage.store import Store

RUNS_OF_ITSELF = 5
"""The latest runs of a version whose results are compared with each other."""


def gate_versions(
    store: Store,
    *,
    baseline: str,
    candidate: str,
    release: str,
    settings: GateSettings = AS_USUAL,
) -> Outcome:
    """Decide whether a candidate can replace a baseline, by the latest run of each over a release. Writes nothing.

    All other approved versions with a run over the release are compared too, and examples in a few-shot of one of the
    two are left out. Raises NothingToDo for a version without a run over the release, Refused for a version against
    itself: that always passes and proves nothing.
    """
    if baseline == candidate:
        raise Refused(
            f"{candidate} is both baseline and candidate, which proves nothing about it. Choose the version that it "
            "would replace.",
            command_hint="`spotcheck gate --self` shows how much a version differs from itself.",
        )
    needed = [finished_run(store, version, release) for version in (baseline, candidate)]
    approved = [v.id for v in versions(store) if v.state.state == APPROVED and v.id not in (baseline, candidate)]
    found = {one: latest_finished(store, one, release) for one in approved}
    without = [one for one, run in found.items() if run is None]
    before, after, *others = scored_runs(store, [run.id for run in (*needed, *found.values()) if run is not None])
    cases = {name: some[0].case for run in (before, after) for name, some in by_case(run).items()}
    left_out = seen_by(store, (baseline, candidate), cases)
    return gate_runs(before, after, settings, approved=others, left_out=left_out, not_compared=without)


def finished_run(store: Store, version: str, release: str) -> ExperimentRun:
    """Return the latest finished run of a version over a release. Raises NothingToDo without one."""
    found = latest_finished(store, version, release)
    if found is None:
        raise NothingToDo(
            f"{version} has no run over release {release} yet. Run it first.",
            command_hint=f"`spotcheck run --release {release} --prompt {version}` does.",
        )
    return found


def seen_by(store: Store, names: tuple[str, ...], cases: dict[str, Case]) -> set[str]:
    """Return the cases that stand in the few-shots of one of the versions."""
    found: set[str] = set()
    for name in names:
        version = store.get(PromptVersion, name)
        if version is not None:
            found |= in_few_shots(cases, version.prompt, version.parameters)
    return found


def check_itself(
    store: Store,
    version: str,
    release: str,
    settings: GateSettings = AS_USUAL,
) -> SelfCheck:
    """Compare a version with itself, by its latest runs over a release. Raises NothingToDo without two results."""
    rows = store.find(ExperimentRun, version=version, release=release, order_by="rowid desc")[:RUNS_OF_ITSELF]
    if not rows:
        finished_run(store, version, release)
    return self_check(scored_runs(store, [row.id for row in rows]), settings)


def runs_of(store: Store, decision: GateDecision) -> tuple[ScoredRun, ScoredRun]:
    """Return the runs that a decision compared. Raises Refused for a decision about files, which the store lacks."""
    if not decision.baseline_run or not decision.candidate_run:
        raise Refused(f"{decision.id} was made from files, so the store does not have the answers.")
    before, after = scored_runs(store, (decision.baseline_run, decision.candidate_run))
    return before, after
