"""Ask versions again what earlier runs asked: each case some more times, or as often as a plan says."""

from __future__ import annotations

from collections.abc import Mapping

from review.basics.errors import NothingToDo, Refused
from review.experiments.gating.pairing import by_case, scores_of
from review.experiments.gating.repeats import RepeatPlan
from review.experiments.runs.background import run_in_background
from review.experiments.runs.running import RunOptions, RunRequest, run_named, start_run
from review.experiments.values import ScoredRun
from review.people.people import require
from review.settings.project import Project
from storage.records_experiments import ExperimentRun
from storage.store import Store

REPEATS = 3
"""Results of each case where no plan says how many."""


def ask_again(
    store: Store,
    run_id: str,
    *,
    by: str,
    project: Project,
    repeats: int = REPEATS,
    more: Mapping[str, int] | None = None,
    background: bool = True,
) -> ExperimentRun:
    """Record a run of the same version over the same release by the same target.

    It has ``repeats`` of each case, and other numbers for those in ``more``. What was asked already is taken over, so
    only the new repeats cost. In the ``background`` a process of its own does the work, else the caller. Raises Refused
    without the role adjudicator, and for a run whose answers came from a file.
    """
    require(store, by, "adjudicator")
    run = run_named(store, run_id)
    kind = str(run.target["kind"])
    if kind == "file":
        raise Refused(
            f"the answers of {run.version} came from a file, so nothing can be asked again. Make a file with several "
            "answers to each case, and run it."
        )
    wanted = RunRequest(
        version=run.version,
        release=run.release,
        kind=kind,
        target={name: value for name, value in run.target.items() if name != "kind"},
        options=RunOptions(**{**run.options, "repeats": repeats, "more": dict(more or {}), "fresh": False}),
    )
    started = start_run(store, wanted, by=by, project=project, background=background)
    if background:
        run_in_background(store, started.id)
    return started


def ask_as_planned(
    store: Store,
    runs: tuple[ScoredRun, ScoredRun],
    plan: RepeatPlan,
    *,
    by: str,
    project: Project,
    background: bool = True,
) -> list[ExperimentRun]:
    """Record the runs that a plan takes, of baseline and candidate; a version that has its results is not asked.

    Raises as :func:`ask_again` does, and NothingToDo for a plan that asks for nothing or does not fit its bill.
    """
    require(store, by, "adjudicator")
    if plan.step not in ("learn", "repeat"):
        raise NothingToDo(plan.sentence)
    wanted = [(run, _raised(run, numbers)) for run, numbers in zip(runs, (plan.baseline, plan.candidate), strict=True)]
    return [
        ask_again(store, run.run, by=by, project=project, repeats=1, more=more, background=background)
        for run, more in wanted
        if more
    ]


def _raised(run: ScoredRun, numbers: Mapping[str, int]) -> dict[str, int]:
    """Return how many results each case should have, never fewer than it has; {} when it has them all. Pure."""
    results = by_case(run)
    if not any(numbers.get(name, 0) > len(scores_of(some)) for name, some in results.items()):
        return {}
    return {name: max(len(some), numbers.get(name, 0)) for name, some in results.items()}
