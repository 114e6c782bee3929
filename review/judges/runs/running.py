"""Runs of judges: started once, worked on in any number of sittings, each subject judged exactly once."""

from __future__ import annotations

from dataclasses import replace

from review.audit import chain
from review.basics.clock import new_id
from review.basics.errors import NothingToDo, Refused
from review.judges.numbering import split_reference
from review.judges.protocol.protocol import Options
from review.judges.runs.events import happened, latest_event, run_named
from review.judges.runs.locks import state_of
from review.judges.runs.planning import checked_run, drafted
from review.judges.runs.summary import RunStatus, statuses
from review.judges.runs.targets import JudgeTarget, target_of
from review.judges.versions import judge_named
from review.people.people import require
from review.settings.project import Project, project_of
from storage.records_judges import JudgeRun, RunEvent
from storage.store import Store


def start_run(
    store: Store,
    ref: str,
    target: JudgeTarget,
    options: Options,
    *,
    by: str,
    project: Project | None = None,
    again: bool = False,
    background: bool = False,
) -> JudgeRun:
    """Record a run of a judge over a target; :func:`work` or :func:`in_background` then does the work.

    The run holds the subjects that this version has not judged in every dimension; with ``again`` or ``options.fresh``,
    or over a file, it holds all of them. ``background`` says that a worker starts right after. Raises Refused without
    the role adjudicator or while the same version runs over any of the same subjects, UnknownError for an unknown
    judge, week or release, InputError for a spec that no longer fits, NothingToDo when every subject has its verdicts.
    """
    require(store, by, "adjudicator")
    project = project or project_of(store.path)
    judge, target = checked_run(store, ref, target, options, project)
    with store.transaction():
        _refuse_twice(store, judge.name, judge.version, target)
        run, subjects, held = drafted(store, judge, target, options, by=by, project=project, again=again)
        if not subjects and held:
            raise NothingToDo(
                f"{judge.id} has already judged everything in {target}.", command_hint="`--again` judges it once more."
            )
        if not subjects:
            raise NothingToDo(f"{target} holds nothing to judge.")
        store.add(
            run,
            RunEvent(
                id=new_id(),
                run_id=run.id,
                event="started",
                at=run.at,
                by=by,
                detail={"background": True} if background else {},
            ),
        )
        chain.record(store, by, "judge run", run.id, judge=judge.id, target=run.target, subjects=run.subjects)
    return run


def _refuse_twice(store: Store, name: str, version: str, target: JudgeTarget) -> None:
    """Raise Refused if a run of this version is working on any of the same subjects: they would be paid for twice."""
    for run in store.find(JudgeRun, judge=name, version=version):
        other = target_of(run.target)
        if _overlap(target, other) and state_of(store, run.id, latest_event(store, run.id)) == "running":
            raise Refused(f"run '{run.id}' of {name}@{version} over {other} is in progress; wait for it or pause it.")


def _overlap(one: JudgeTarget, other: JudgeTarget) -> bool:
    """Whether two targets share any subjects. Pure."""
    whole = replace(one, split="all") == replace(other, split="all")
    return whole and (one.split == other.split or "all" in (one.split, other.split))


def runs(store: Store, judge: str | None = None, *, limit: int | None = None) -> list[RunStatus]:
    """Return the status of runs, newest first: of all, of one judge, or of one version (``name@version``).

    Raises UnknownError for an unknown judge or version.
    """
    where = {}
    if judge:
        found = judge_named(store, judge)
        where = {"judge": found.name} | ({"version": found.version} if split_reference(judge)[1] else {})
    return statuses(store, store.find(JudgeRun, order_by="rowid desc", **where)[:limit])


def status_of(store: Store, run_id: str) -> RunStatus:
    """Return the status of one run. Raises UnknownError."""
    return statuses(store, [run_named(store, run_id)])[0]


def ask_pause(store: Store, run_id: str, *, by: str) -> None:
    """Pause a run: within about a second its worker begins nothing new. Raises Refused unless it is in progress."""
    require(store, by, "adjudicator")
    with store.transaction():
        run = run_named(store, run_id)
        state = state_of(store, run.id, latest_event(store, run.id))
        if state != "running":
            raise Refused(f"run '{run.id}' is {state}; only a run in progress can be paused.")
        happened(store, run, "paused", by)


def ask_resume(store: Store, run_id: str, *, by: str, background: bool = False) -> None:
    """Resume a paused, interrupted or failed run; :func:`work` or :func:`in_background` then does the work.

    Raises Refused without the role adjudicator, or while this run or one over the same subjects is in progress,
    NothingToDo when it has finished.
    """
    require(store, by, "adjudicator")
    with store.transaction():
        run = run_named(store, run_id)
        state = state_of(store, run.id, latest_event(store, run.id))
        if state == "finished":
            raise NothingToDo(f"run '{run.id}' has finished; there is nothing left to do.")
        if state == "running":
            raise Refused(f"run '{run.id}' is already in progress.")
        _refuse_twice(store, run.judge, run.version, target_of(run.target))
        happened(store, run, "resumed", by, **({"background": True} if background else {}))
