"""What a draw is asked for and what it would give: nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from review.basics.errors import InputError, NothingToDo
from review.basics.log_paths import log_of
from review.basics.weeks import week_window
from review.current.progress import seconds_per_item
from review.sampling.allocate import SECONDS_PER_ITEM, Budget, Wishes
from review.sampling.allocate import Stratum as Line
from review.sampling.draw import DrawResult, Sealed, draw, extend
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.engine import Engine
from review.sampling.frame import fitting
from review.sampling.strata import Cap
from review.settings.project import Project
from review.week.dealing import raters_left
from review.week.grouping import Grouping, grouping_of, sealed_grouping
from storage.records_log import Draw, Stratum
from storage.records_review import Item, Week
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a week. ``failing`` and ``low_confidence``: "all", a number, or None for the default cap.

    ``judges_disagree``: the same for conversations whose judges contradict each other; None as the project says, which
    may be no such group.

    ``source`` None is the embedded log; ``raters`` are ids or names; ``overlap`` is a share; ``minutes`` a budget per
    person; ``due`` an ISO date, default the Friday after the week; ``seed`` defaults to the week's name.
    """

    week: str
    rate: float = 0.01
    failing: Cap | str | None = None
    low_confidence: Cap | str | None = None
    judges_disagree: Cap | str | None = None
    raters: tuple[str, ...] = ()
    overlap: float = 0.2
    overlap_raters: int = 0
    minutes: float | None = None
    seed: str | None = None
    due: str | None = None
    unit: str | None = None
    source: str | None = None
    mapping: Mapping[str, str] | None = None


def preview(store: Store, project: Project, request: Request) -> DrawResult:
    """What a draw would give, without writing anything."""
    engine = engine_of(store, request)
    try:
        return drawing(store, project, request, engine)
    finally:
        engine.close()


def engine_of(store: Store, request: Request) -> Engine:
    """The source to draw from. Raises NothingToDo while the embedded log is empty."""
    if request.source is not None:
        return open_source(request.source, week=request.week)
    logs = log_of(store.path).logs
    if not logs.is_dir() or not any(logs.glob("*/*.parquet")):
        raise NothingToDo(
            "the log is empty. `spotcheck import FILE` adds conversations; or name a SOURCE to draw from."
        )
    return open_source(logs, week=request.week)


def drawing(store: Store, project: Project, request: Request, engine: Engine) -> DrawResult:
    """The draw from an open source: the first one of a week, or what raising its rates adds to the sealed frame."""
    window = week_window(request.week, project.time_zone)
    groups = groups_asked(store, project, request).groups
    outside = request.source is not None
    options: dict[str, Any] = {
        "window": window,
        "overlap": request.overlap,
        "groups": groups,
        # The embedded log holds normalised fields; only foreign sources need the project's names.
        "mapping": {**fitting(engine, project.mapping), **(request.mapping or {})} if outside else None,
        "values": project.values if outside else None,
    }
    asked = wishes(store, request)
    week = store.get(Week, request.week)
    if week is None or not store.find(Draw, week=week.name):
        return draw(engine, asked, week=request.week, seed=request.seed, **options)
    # What was promised for the week holds for what is added to it.
    options["overlap"] = week.overlap
    return extend(engine, _sealed(store, week), asked, **options)


def groups_asked(store: Store, project: Project, request: Request) -> Grouping:
    """The groups of the draw: those of the first draw of the week, if there was one."""
    asked = None if request.judges_disagree is None else _cap("judges_disagree", request.judges_disagree)
    first = next(iter(store.find(Draw, week=request.week)), None)
    if first is None:
        return grouping_of(project, judges_disagree=asked)
    return sealed_grouping(project, request.week, first.frame, judges_disagree=asked)


def wishes(store: Store | None, request: Request) -> Wishes:
    """What a draw is asked for; a budget is turned into items at the measured pace, a minute each without a store."""
    asked = {name: getattr(request, name) for name in ("failing", "low_confidence", "judges_disagree")}
    caps = {name: _cap(name, cap) for name, cap in asked.items() if cap is not None}
    budget = None
    if request.minutes is not None:
        week = store.get(Week, request.week) if store else None
        people = len(request.raters) or (len(raters_left(store, week)[0]) if store and week else 0)
        budget = Budget(
            request.minutes,
            raters=max(people, 1),
            seconds=(seconds_per_item(store) if store else None) or SECONDS_PER_ITEM,
            overlap=request.overlap,
            overlap_raters=request.overlap_raters or None,
        )
    return Wishes(request.rate, caps, budget)


def _cap(name: str, cap: Cap | str) -> Cap:
    if cap == "all" or isinstance(cap, int):
        return cap
    if cap.isdecimal():
        return int(cap)
    raise InputError(f"{name}: found {cap!r}, expected 'all' or a whole number.")


def _sealed(store: Store, week: Week) -> Sealed:
    draws = store.find(Draw, week=week.name)
    last = store.find(Stratum, draw_id=draws[-1].id)
    drawn = [i for i in store.find(Item, week=week.name) if i.stratum is not None]
    ids = {s.name: tuple(i.conversation_id for i in drawn if i.stratum == s.name) for s in last}
    lines = tuple(Line(s.name, s.population, s.probability, s.sampled) for s in last)
    return Sealed(
        week=week.name,
        seed=week.seed,
        sealed_at=datetime.fromisoformat(draws[0].at),
        rate=draws[-1].rate,
        strata=lines,
        ids=ids,
    )
