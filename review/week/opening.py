"""Opening a week: one call draws from the sealed frame, copies what was drawn, deals it, and writes the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.log_paths import log_of
from review.basics.weeks import due_date, week_window
from review.current.rubric_in_use import asked_version
from review.people.people import person, require
from review.rubric.rubric import current_rubric, rubric_version
from review.sampling.draw import DrawResult
from review.sampling.engines.engine import Engine
from review.settings.project import Project
from review.week.dealing import deal_items, raters_left
from review.week.drawing import Request, drawing, engine_of, groups_asked, preview
from review.week.fetching import fetch
from review.week.grouping import Grouping
from review.week.items_from_draw import checked_at_turn, items_of, verdicts_in
from storage.records_log import Draw, Stratum
from storage.records_review import Item, Week, WeekClosing
from storage.store import Store

__all__ = ["Opened", "Request", "open_week", "preview"]


@dataclass(frozen=True)
class Opened:
    """What came of it: the draw, how many items are new, how many assignments were dealt.

    ``without_role`` are reviewers of the week who may not annotate any more; nothing was dealt to them.
    """

    result: DrawResult
    new_items: int
    assignments: int
    without_role: tuple[str, ...] = ()

    @property
    def left_out(self) -> str:
        """Who was left out and why, in one sentence; "" when nobody was."""
        names = ", ".join(self.without_role)
        return f"{names} may not annotate any more and got none of the new items" if names else ""


def open_week(store: Store, project: Project, request: Request, *, by: str) -> Opened:
    """Draw, copy and deal a week; for a week that is open already, raise its rates on the sealed frame.

    Raises Refused without the role lead, for a week that has not ended or is closed, for a lower rate or another
    source, and for a conversation that is an item already; NothingToDo when there is nothing to draw; InputError for
    wrong settings.
    """
    require(store, by, "lead")
    window = week_window(request.week, project.time_zone)
    if window.end > datetime.now(UTC):
        raise Refused(
            f"{request.week} ends on {window.end:%Y-%m-%d %H:%M} UTC; a week is drawn after it has ended, because the "
            "draw seals its frame. A dry run shows what is there so far."
        )
    if store.get(WeekClosing, request.week) is not None:
        raise Refused(f"{request.week} is closed; nothing more is drawn for it.")
    engine = engine_of(store, request)
    try:
        _refuse_other_source(store, request.week, engine)
        result = drawing(store, project, request, engine)
        if _nothing_new(store, request.week, result):
            return Opened(result, 0, 0)
        fresh = {i: name for name, ids in result.added.items() for i in ids}
        found = fetch(
            log_of(store.path),
            engine,
            project,
            list(fresh),
            source=request.source,
            key=hmac_key(store),
            week=request.week,
            mapping=request.mapping,
        )
    finally:
        engine.close()
    missing = len(fresh) - len(found)
    if missing:
        raise NothingToDo(f"{missing} drawn conversations could not be read back from {engine.source}; draw again.")
    with store.transaction():
        week = _week(store, project, request, result, by)
        drawn = _draw_record(week, result, groups_asked(store, project, request), by)
        lines = [
            Stratum(
                id=new_id(),
                draw_id=drawn.id,
                week=week.name,
                name=s.name,
                population=s.population,
                sampled=s.sampled,
                probability=s.probability,
            )
            for s in result.strata
        ]
        items = items_of(found, fresh, week, drawn, set(result.overlap_ids))
        _refuse_twice(store, items)
        found = checked_at_turn(found, items, project.checks)
        rubric = rubric_version(store, asked_version(store, week))
        store.add(drawn, *lines, *found, *items)
        store.add(*(v for c, i in zip(found, items, strict=True) for v in verdicts_in(c, i, rubric)))
        raters, without_role = _takers(store, week, request)
        dealt = deal_items(store, week, items, version=rubric.version, by=by, raters=raters)
        chain.record(store, by, "draw", week.name, draw=drawn.id, digest=result.digest, items=len(items))
    return Opened(result, len(items), len(dealt), without_role)


def _refuse_other_source(store: Store, week: str, engine: Engine) -> None:
    """A sealed frame has one source: a later draw from another one would mix two populations."""
    first = next(iter(store.find(Draw, week=week)), None)
    if first is not None and Path(first.source).name != Path(engine.source).name:
        raise Refused(
            f"{week} was drawn from {first.source}; found {engine.source}. A later draw only raises the rates there."
        )


def _nothing_new(store: Store, week: str, result: DrawResult) -> bool:
    """Whether a later draw changes nothing: the same probabilities, no further conversation."""
    draws = store.find(Draw, week=week)
    if not draws or any(result.added.values()):
        return False
    before = {s.name: s.probability for s in store.find(Stratum, draw_id=draws[-1].id)}
    return before == {s.name: s.probability for s in result.strata}


def _week(store: Store, project: Project, request: Request, result: DrawResult, by: str) -> Week:
    existing = store.get(Week, request.week)
    if existing is not None:
        return existing
    unit = request.unit or project.unit
    if unit not in ("session", "turn"):
        raise InputError(f"unit: found {unit!r}, expected session or turn.")
    week = Week(
        name=request.week,
        opened_at=now(),
        opened_by=by,
        due=_due(request),
        seed=result.seed,
        unit=unit,
        overlap=request.overlap,
        overlap_raters=request.overlap_raters,
        raters=_raters(store, request.raters),
        rubric_version=current_rubric(store).version,
        minutes=request.minutes,
    )
    store.add(week)
    return week


def _due(request: Request) -> str:
    if request.due is None:
        return due_date(request.week).isoformat()
    try:
        return date.fromisoformat(request.due).isoformat()
    except ValueError:
        raise InputError(f"due: found {request.due!r}, expected a date such as 2026-11-27.") from None


def _takers(store: Store, week: Week, request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who gets the new items, and which reviewers of the week may not annotate any more.

    Whoever is named must be able to; of those whom the week has from before, the others go on.
    """
    if request.raters:
        return _raters(store, request.raters), ()
    able, without_role = raters_left(store, week)
    if without_role and not able:
        raise Refused(
            f"None of the reviewers of {week.name} ({', '.join(without_role)}) may annotate any more; expected one or "
            "more who may. Name others: --raters ana,ben."
        )
    return able, without_role


def _raters(store: Store, names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        raise InputError("raters: found nobody, expected at least one name: --raters ana,ben.")
    found = tuple(dict.fromkeys(person(store, name).id for name in names))
    for rater in found:
        require(store, rater, "annotator")
    return found


def _draw_record(week: Week, result: DrawResult, grouping: Grouping, by: str) -> Draw:
    frame = result.frame
    return Draw(
        id=new_id(),
        week=week.name,
        at=now(),
        by=by,
        source=frame.source,
        seed=result.seed,
        key_rule=result.key_rule,
        rate=result.rate,
        frame={**frame.to_json(), "groups": grouping.to_json()},
        digest=result.digest,
    )


def _refuse_twice(store: Store, items: Sequence[Item]) -> None:
    """An item has one place in the ledger; the log holds an id once, but another source may bring it back."""
    there = store.find(Item, id=[i.id for i in items])
    if there:
        raise Refused(
            f"conversation '{there[0].conversation_id}' is an item of {there[0].week} already, with {len(there) - 1} "
            "more; an id stands for one conversation. Make the ids of the source unique over its weeks."
        )
