"""Start, pause and resume runs of a version over a release, and tell their state."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.experiments.runs.cases import unchanged
from review.experiments.targets.catalogue import TARGETS, checked_options, target_named
from review.experiments.versions.registry import version_named
from review.judges.llm.endpoint import check_allowed, endpoint_of
from review.judges.runs.locks import State, state_of
from review.people.people import require
from review.settings.project import Project
from storage.queries.experiments import latest_event_of
from storage.records_experiments import ExperimentEvent, ExperimentRun
from storage.store import Store

LIMITS = {"repeats": (1, 50), "concurrency": (1, 256), "timeout": (0.01, 3600), "attempts": (1, 20)}


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a run is made.

    ``repeats`` asks each case several times, those in ``more`` as often as they say there (a plan of the gate).
    ``concurrency`` is how many are asked at once, ``timeout`` is in seconds for one question, ``attempts`` how often it
    is tried. ``max_cost`` (in the project's currency) and ``max_tokens`` stop the run. ``fresh`` asks again what
    earlier runs asked.
    """

    repeats: int = 1
    more: Mapping[str, int] = field(default_factory=dict)
    concurrency: int = 8
    timeout: float = 60.0
    attempts: int = 3
    max_cost: float | None = None
    max_tokens: int | None = None
    fresh: bool = False

    def checked(self) -> RunOptions:
        """Return the options. Raises InputError for a number outside its limits."""
        for name, (least, most) in LIMITS.items():
            found = getattr(self, name)
            if not least <= found <= most:
                raise InputError(f"{name}: found {found}, expected {least} to {most}.")
        least, most = LIMITS["repeats"]
        for case, repeats in self.more.items():
            if not least <= repeats <= most:
                raise InputError(f"repeats of {case}: found {repeats}, expected {least} to {most}.")
        for name in ("max_cost", "max_tokens"):
            found = getattr(self, name)
            if found is not None and not 0 < found < math.inf:  # NaN would be a limit that nothing reaches
                raise InputError(f"{name}: found {found}, expected a number of more than 0.")
        return self


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What somebody wants to run: a version over a release by a target of ``kind`` with its options."""

    version: str
    release: str
    kind: str
    target: Mapping[str, Any]
    options: RunOptions = field(default_factory=RunOptions)


def start_run(
    store: Store, wanted: RunRequest, *, by: str, project: Project, background: bool = False
) -> ExperimentRun:
    """Record a run; :func:`review.experiments.runs.working.work` then does the work.

    Raises Refused without the role adjudicator, for a release that was changed, and while the same run is in progress;
    UnknownError for an unknown version or release; InputError for options and hosts that are not allowed.
    """
    require(store, by, "adjudicator")
    version = version_named(store, wanted.version)
    release, _ = unchanged(store, wanted.release)
    options = checked_target(wanted.kind, wanted.target, project)
    run = ExperimentRun(
        id=new_id()[:12],
        version=version.id,
        release=release.name,
        digest=release.content_hash,
        target={"kind": wanted.kind, **options},
        options=asdict(wanted.options.checked()),
        cases=release.size,
        at=now(),
        by=by,
    )
    with store.transaction():
        _refuse_twice(store, run)
        store.add(run, _event(run, "started", by, background))
        chain.record(store, by, "run started", run.id, version=run.version, release=run.release, kind=wanted.kind)
    return run


def checked_target(kind: str, given: Mapping[str, Any], project: Project) -> dict[str, Any]:
    """Return the options of a target. Raises InputError for a wrong one and for a host that is not allowed."""
    options, target = checked_options(kind, given), target_named(kind)
    if target.host(options):
        check_allowed(endpoint_of(str(options["url"]).partition("?")[0]), project.judges)
    return options


def _event(run: ExperimentRun, event: str, by: str, background: bool) -> ExperimentEvent:
    detail = {"background": True} if background else {}
    return ExperimentEvent(id=new_id(), run_id=run.id, event=event, at=now(), by=by, detail=detail)


def _refuse_twice(store: Store, run: ExperimentRun) -> None:
    """Raise Refused if a run of this version over this release is in progress: it would be paid for twice."""
    for other in store.find(ExperimentRun, version=run.version, release=run.release):
        if other.id != run.id and run_state(store, other.id) == "running":
            raise Refused(
                f"run '{other.id}' of {run.version} over {run.release} is in progress; wait for it or pause it."
            )


def run_named(store: Store, run_id: str) -> ExperimentRun:
    """Return one run. Raises UnknownError that lists the latest runs."""
    run = store.get(ExperimentRun, run_id)
    if run is None:
        latest = ", ".join(r.id for r in store.find(ExperimentRun, order_by="rowid desc")[:6]) or "none yet"
        raise UnknownError(f"run '{run_id}' is not in the store (the latest are: {latest}).")
    return run


def run_state(store: Store, run_id: str) -> State:
    """Return whether a run is running, paused, interrupted, finished or failed."""
    return state_of(store, run_id, latest_event_of(store, run_id))


def happened(store: Store, run: ExperimentRun, event: str, by: str, **detail: Any) -> ExperimentEvent:
    """Write one event of a run and its audit entry; call this inside a transaction."""
    made = ExperimentEvent(id=new_id(), run_id=run.id, event=event, at=now(), by=by, detail=detail)
    store.add(made)
    chain.record(store, by, f"run {event}", run.id, version=run.version, **detail)
    return made


def ask_pause(store: Store, run_id: str, *, by: str) -> None:
    """Pause a run: within about a second its worker begins nothing new. Raises Refused unless it is in progress."""
    require(store, by, "adjudicator")
    with store.transaction():
        run, state = run_named(store, run_id), run_state(store, run_id)
        if state != "running":
            raise Refused(f"run '{run.id}' is {state}; only a run in progress can be paused.")
        happened(store, run, "paused", by)


def ask_resume(
    store: Store,
    run_id: str,
    *,
    by: str,
    max_cost: float | None = None,
    max_tokens: int | None = None,
    background: bool = False,
) -> None:
    """Resume a paused, interrupted or failed run, with other limits if given.

    Raises Refused without the role adjudicator or while it is in progress, NothingToDo when it has finished.
    """
    require(store, by, "adjudicator")
    RunOptions(max_cost=max_cost, max_tokens=max_tokens).checked()
    with store.transaction():
        run, state = run_named(store, run_id), run_state(store, run_id)
        if state == "finished":
            raise NothingToDo(f"run '{run.id}' has finished; there is nothing left to do.")
        if state == "running":
            raise Refused(f"run '{run.id}' is already in progress.")
        _refuse_twice(store, run)
        limits = {k: v for k, v in (("max_cost", max_cost), ("max_tokens", max_tokens)) if v is not None}
        happened(store, run, "resumed", by, **limits, **({"background": True} if background else {}))


def kind_of(run: ExperimentRun) -> str:
    """Return the kind of a run's target in words."""
    kind = str(run.target.get("kind"))
    return TARGETS[kind].title if kind in TARGETS else kind
