"""The rows of a run: its record, its latest event, and its subjects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import UnknownError
from review.judges.protocol.protocol import NOT_ASKED, Options, Subject
from review.judges.runs.targets import JudgeTarget, subjects_of, target_of
from review.rubric.rubric import Dimension, rubric_version
from review.settings.project import Project
from storage.queries.judge_runs import (
    JudgedBefore,
    judged_before_in_release,
    judged_before_in_week,
    subjects_with_results,
)
from storage.records_judges import Judge, JudgeRun, RunEvent
from storage.store import Store


def run_named(store: Store, run_id: str) -> JudgeRun:
    """Return one run. Raises UnknownError that lists the latest runs."""
    run = store.get(JudgeRun, run_id)
    if run is None:
        latest = ", ".join(r.id for r in store.find(JudgeRun, order_by="rowid desc")[:6]) or "none yet"
        raise UnknownError(f"run '{run_id}' is not in the store (the latest are: {latest}).")
    return run


def latest_event(store: Store, run_id: str) -> RunEvent | None:
    """Return the latest event of a run, which is the one that counts."""
    return next(iter(store.find(RunEvent, run_id=run_id, order_by="rowid desc")), None)


def happened(store: Store, run: JudgeRun, event: str, by: str, **detail: Any) -> RunEvent:
    """Write one event of a run and its audit entry; call this inside a transaction."""
    made = RunEvent(id=new_id(), run_id=run.id, event=event, at=now(), by=by, detail=detail)
    store.add(made)
    chain.record(store, by, f"judge run {event}", run.id, judge=f"{run.judge}@{run.version}", **detail)
    return made


def options_of(run: JudgeRun) -> Options:
    """Return the options of a run as kinds take them."""
    names = {f.name for f in fields(Options)}
    return Options(**{k: v for k, v in run.options.items() if k in names})


def dimensions_of_judge(store: Store, judge: Judge) -> tuple[Dimension, ...]:
    """Return the dimensions of a judge as the rubric had them when this version was made."""
    rubric = rubric_version(store, judge.rubric_version)
    return tuple(rubric[name] for name in judge.dimensions)


def subjects_of_run(store: Store, run: JudgeRun, judge: Judge, project: Project) -> list[Subject]:
    """Return the subjects of a run, always the same ones: items or verdicts that came later change nothing."""
    target = target_of(run.target)
    return left_over(store, run, judge, subjects_of(store, target, project=project, until=run.at))


def left_over(store: Store, run: JudgeRun, judge: Judge, subjects: Sequence[Subject]) -> list[Subject]:
    """Return the subjects of a target that this version had not judged in every dimension before the run.

    A run with ``again``, or over a file, takes all of them.
    """
    target = target_of(run.target)
    if target.kind == "file" or run.options.get("again"):
        return list(subjects)
    judged: dict[str, set[str]] = {}
    for before in _judged_before(store, run, judge, target):
        judged.setdefault(before.subject, set()).add(before.dimension)
    return [s for s in subjects if not set(judge.dimensions) <= judged.get(s.id, set())]


def _judged_before(store: Store, run: JudgeRun, judge: Judge, target: JudgeTarget) -> list[JudgedBefore]:
    """Return what a version judged before, or what did not apply by its own labels.

    An item in a week and the same item in a release are two questions: only in the release does the judge see the
    expected answer.
    """
    if target.kind == "week":
        return judged_before_in_week(store, judge.name, judge.version, run=run.id, at=run.at, not_asked=NOT_ASKED)
    return judged_before_in_release(
        store, judge.name, judge.version, target.name, run=run.id, at=run.at, not_asked=NOT_ASKED
    )


def subjects_done(store: Store, run: JudgeRun, judge: Judge) -> set[str]:
    """Return the ids of a run's subjects that have a result in every dimension of the judge."""
    return subjects_with_results(store, run.id, len(judge.dimensions))
