"""The judge ``sql-execution``: made from ``[sql]`` and run over a week, outside every page."""

from __future__ import annotations

from review.basics.errors import NothingToDo
from review.judges.execution.kind import may_be_executed, pair_key
from review.judges.protocol.protocol import Options
from review.judges.protocol.subjects import masked, sought, subjects_of_items, with_references
from review.judges.runs.running import start_run
from review.judges.runs.summary import RunStatus
from review.judges.runs.targets import JudgeTarget
from review.judges.runs.work_run import work
from review.judges.runs.worker import in_background
from review.judges.versions import add_judge
from review.people.people import require
from review.rubric.rubric import current_rubric
from review.settings.project import Project
from storage.queries.executions import compared_pairs
from storage.queries.items import items_of_week
from storage.records_judges import Judge, JudgeRun
from storage.store import Store

NAME = "sql-execution"
USUAL = "semantic_accuracy"
"""The dimension that execution speaks to where [sql] names none."""


def execution_judge(store: Store, project: Project, *, by: str) -> Judge:
    """Return the judge of this project, a new version when its settings changed.

    Raises NothingToDo where [sql] names no engine or the rubric has no dimension for it, Refused without the role.
    """
    if not project.sql.engine:
        raise NothingToDo("spotcheck.toml names no database to execute queries on; set engine in [sql].")
    names = current_rubric(store).names
    dimension = project.sql.dimension or (USUAL if USUAL in names else "")
    if not dimension:
        raise NothingToDo(
            f"the rubric has no dimension {USUAL}; name the one that execution speaks to as dimension in [sql]."
        )
    spec = {"engine": project.sql.engine, "extra_columns": project.sql.extra_columns}
    return add_judge(store, NAME, kind="execution", dimensions=[dimension], spec=spec, by=by, project=project)


def execute_week(store: Store, project: Project, week: str, *, by: str) -> RunStatus:
    """Execute the queries of a week's items and their references, and record the verdicts.

    Raises NothingToDo where no item waits for it.
    """
    run = _begun(store, project, week, by=by, background=False)
    return work(store, run.id, project=project, environment={})


def execute_later(store: Store, project: Project, week: str, *, by: str) -> bool:
    """Begin the same in a process of its own; return False where nothing waits for it."""
    require(store, by, "adjudicator")
    try:
        run = _begun(store, project, week, by=by, background=True)
    except NothingToDo:
        return False
    in_background(store.path, run.id)
    return True


def _begun(store: Store, project: Project, week: str, *, by: str, background: bool) -> JudgeRun:
    judge = execution_judge(store, project, by=by)
    if not waiting(store, project, week, judge):
        raise NothingToDo(f"no query of {week} has a reference that it was not compared with yet.")
    return start_run(
        store, judge.id, JudgeTarget("week", week), Options(), by=by, project=project, again=True, background=background
    )


def waiting(store: Store, project: Project, week: str, judge: Judge) -> list[str]:
    """Return the items whose query and reference this version of the judge has not compared under these settings."""
    wanted = sought(project)
    subjects = [masked(s, wanted) for s in subjects_of_items(store, items_of_week(store, week)) if s.sql]
    subjects = [s for s in with_references(store, subjects) if may_be_executed(s)]
    done = compared_pairs(store, judge.name, judge.version, [s.id for s in subjects])
    return [s.id for s in subjects if pair_key(s, project.sql) not in done.get(s.id, ())]
