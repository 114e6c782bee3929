"""The rows of a run: its record, its latest event, and its subjects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import UnknownError
from review.judges.protocol.protocol import NOT_ASKED, Options, Subject
from review.judges.runs.targets import subjects_of, target_of
from review.rubric.rubric import Dimension, rubric_version
from review.settings.project import Project
from storage.queries.verdicts import MAY_COUNT_SQL
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
    asked = {"judge": judge.name, "version": judge.version, "run": run.id, "at": run.at, "name": target.name}
    judged: dict[str, set[str]] = {}
    for row in store.query(_JUDGED_BEFORE_SQL[target.kind], asked):
        judged.setdefault(row["subject"], set()).add(row["dimension"])
    return [s for s in subjects if not set(judge.dimensions) <= judged.get(s.id, set())]


_JUDGED_BEFORE_SQL = {
    "week": f"""
SELECT v.item_id AS subject, v.dimension FROM verdicts v
WHERE v.judge = :judge AND v.version = :version AND v.value IS NOT NULL AND v.run_id IS NOT :run AND v.at <= :at
  AND {MAY_COUNT_SQL}
UNION SELECT r.subject, r.dimension FROM judge_results r JOIN judge_runs j ON j.id = r.run_id
WHERE j.judge = :judge AND j.version = :version AND r.error = '{NOT_ASKED}' AND j.id <> :run AND r.at <= :at
  AND json_extract(j.target, '$.kind') = 'week'
""",  # noqa: S608 - constants of ours
    "release": f"""
SELECT r.subject, r.dimension FROM judge_results r JOIN judge_runs j ON j.id = r.run_id
WHERE j.judge = :judge AND j.version = :version AND j.id <> :run AND r.at <= :at
  AND (r.value IS NOT NULL OR r.error = '{NOT_ASKED}')
  AND json_extract(j.target, '$.kind') = 'release' AND json_extract(j.target, '$.name') = :name
""",  # noqa: S608 - a constant of ours
}
"""What a version judged before, or what did not apply by its own labels, by kind of target. An item in a week and the
same item in a release are two questions: only in the release does the judge see the expected answer."""


def subjects_done(store: Store, run: JudgeRun, judge: Judge) -> set[str]:
    """Return the ids of a run's subjects that have a result in every dimension of the judge."""
    asked = {"run": run.id, "dimensions": len(judge.dimensions)}
    return {r["subject"] for r in store.query(_DONE_SQL, asked)}


_DONE_SQL = """
SELECT subject FROM judge_results WHERE run_id = :run GROUP BY subject HAVING count(*) >= :dimensions
"""
