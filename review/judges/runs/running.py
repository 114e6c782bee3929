"""Runs of judges: started once, worked off in any number of sittings, each subject exactly once."""

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
from review.judges.runs.targets import Target, subjects_of, target_of
from review.judges.versions import judge_named
from review.people.people import require
from review.settings.project import Project, project_of
from storage.records_judges import Judge, JudgeRun, RunEvent
from storage.store import Store


def start_run(
    store: Store,
    ref: str,
    target: Target,
    options: Options,
    *,
    by: str,
    project: Project | None = None,
    again: bool = False,
    background: bool = False,
) -> JudgeRun:
    """Write down a run of a judge over a target; nothing is asked yet, :func:`work` or :func:`in_background` does that.

    The run holds the subjects that this version has not given a verdict on in every dimension, all of them with
    ``again`` or ``options.fresh``, and all rows of a file. ``background`` tells that a worker is started right after.
    Raises Refused without the role adjudicator or while the same version runs over any of the same subjects,
    UnknownError for a judge, week or release that is not there, InputError for a spec that does not hold any more,
    NothingToDo when every subject has its verdicts.
    """
    require(store, by, "adjudicator")
    project = project or project_of(store.path)
    judge, target = checked_run(store, ref, target, options, project)
    with store.transaction():
        _refuse_twice(store, judge.name, judge.version, target)
        run, subjects = drafted(store, judge, target, options, by=by, project=project, again=again)
        if not subjects:
            raise NothingToDo(_nothing(store, judge, target, project))
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


def _refuse_twice(store: Store, name: str, version: str, target: Target) -> None:
    """What two runs of a version share would be asked, and paid for, twice: each looks only once what is left."""
    for run in store.find(JudgeRun, judge=name, version=version):
        other = target_of(run.target)
        if _overlap(target, other) and state_of(store, run.id, latest_event(store, run.id)) == "running":
            raise Refused(f"run '{run.id}' of {name}@{version} over {other} is under way; wait for it or pause it.")


def _overlap(one: Target, other: Target) -> bool:
    """Whether two targets hold some of the same subjects. Pure."""
    whole = replace(one, split="all") == replace(other, split="all")
    return whole and (one.split == other.split or "all" in (one.split, other.split))


def _nothing(store: Store, judge: Judge, target: Target, project: Project) -> str:
    if not subjects_of(store, target, project=project):
        return f"{target} holds nothing to judge."
    return f"{judge.id} has a verdict on everything in {target}; --again judges it once more."


def runs(store: Store, judge: str | None = None, *, limit: int | None = None) -> list[RunStatus]:
    """Runs with what they came to, the newest first: all, those of a judge, or of one version (``name@version``).

    Raises UnknownError for a judge or a version that is not there.
    """
    where = {}
    if judge:
        found = judge_named(store, judge)
        where = {"judge": found.name} | ({"version": found.version} if split_reference(judge)[1] else {})
    return statuses(store, store.find(JudgeRun, order_by="rowid desc", **where)[:limit])


def status_of(store: Store, run_id: str) -> RunStatus:
    """One run with what it came to. Raises UnknownError."""
    return statuses(store, [run_named(store, run_id)])[0]


def ask_pause(store: Store, run_id: str, *, by: str) -> None:
    """Pause a run: its worker begins nothing new within about a second. Raises Refused unless it is under way."""
    require(store, by, "adjudicator")
    with store.transaction():
        run = run_named(store, run_id)
        state = state_of(store, run.id, latest_event(store, run.id))
        if state != "running":
            raise Refused(f"run '{run.id}' is {state}; only a run that is under way can be paused.")
        happened(store, run, "paused", by)


def ask_resume(store: Store, run_id: str, *, by: str, background: bool = False) -> None:
    """Let a paused, interrupted or failed run go on; :func:`work` or :func:`in_background` then does.

    Raises Refused without the role adjudicator or while it or one over the same subjects is under way, NothingToDo
    when it has finished.
    """
    require(store, by, "adjudicator")
    with store.transaction():
        run = run_named(store, run_id)
        state = state_of(store, run.id, latest_event(store, run.id))
        if state == "finished":
            raise NothingToDo(f"run '{run.id}' has finished; there is nothing left to do.")
        if state == "running":
            raise Refused(f"run '{run.id}' is under way already.")
        _refuse_twice(store, run.judge, run.version, target_of(run.target))
        happened(store, run, "resumed", by, **({"background": True} if background else {}))
