"""Opening a week: draw from the sealed frame, copy what was drawn, deal it to the reviewers, write the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.clock import new_id, now
from review.basics.errors import NothingToDo, Refused
from review.basics.log_paths import log_of
from review.basics.weeks import week_window
from review.basics.words import counted
from review.current.rubric_in_use import asked_version
from review.log.gone import gone_of
from review.people.people import require
from review.rubric.rubric import Rubric, current_rubric, rubric_version
from review.sampling.draw import DrawResult, stored
from review.settings.project import Project
from review.sources.normalise import DEFAULT_SOURCE
from review.sources.readings import as_remembered
from review.sources.scenarios import with_scenarios
from review.week.anchors import deal_anchors
from review.week.dealing import deal_items
from review.week.drawing import (
    Request,
    check_asked,
    drawing,
    due_of,
    grouping,
    nothing_new,
    opened_source,
    stored_ids,
    takers,
    unit_of,
)
from review.week.fetching import fetch
from review.week.items_from_draw import checked_at_turn, items_of, verdicts_in
from review.week.so_far import WeekSoFar, week_so_far
from storage.records_log import ERASED_HASH, Draw, ImportWithdrawal, Stratum
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store


@dataclass(frozen=True)
class OpenedWeek:
    """The draw, how many items are new, and how many assignments were dealt.

    ``without_role`` are reviewers of the week who may no longer annotate; they got none of the new items.
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


def open_week(store: Store, project: Project, request: Request, *, by: str) -> OpenedWeek:
    """Draw, copy and deal a week; for a week that is open already, raise its rates on the sealed frame.

    Raises Refused without the role lead, for a week that has not ended or is closed, for a lower rate or another
    source, and for a conversation that is an item already; NothingToDo when there is nothing to draw; InputError for
    wrong settings.
    """
    require(store, by, "lead")
    so_far = week_so_far(store, request.week, with_pace=request.minutes is not None)
    project = as_remembered(store, project, DEFAULT_SOURCE)
    refuse_running_week(request.week, project.time_zone)
    check_asked(store, project, request, so_far)
    rubric = rubric_version(store, asked_version(store, so_far.week)) if so_far.week else current_rubric(store)
    week = so_far.week or _new_week(store, project, request, rubric, by)
    log, undone = log_of(store.path), withdrawals(store)
    with opened_source(request, log, sealed_at=so_far.sealed_at, encoding=project.encoding) as engine:
        plain = stored_ids(engine, project, hmac_key(store))
        result = drawing(engine, project, request, so_far, stored_as=plain)
        if nothing_new(so_far, result):
            return OpenedWeek(result, 0, 0)
        raters = takers(store, request, so_far)
        ids = [i for some in result.added.values() for i in some]
        drawn = fetch(engine, ids, project, request, log=log, key=hmac_key(store), gone=gone_of(store))
        found = with_scenarios(store, drawn)
    result = stored(result, plain)
    groups = {i: name for name, some in result.added.items() for i in some}
    missing = len(groups) - len(found)
    if missing:
        raise NothingToDo(
            f"{counted(missing, 'drawn conversation')} could not be read back from {engine.source}. Draw again."
        )
    draw = _draw_record(request.week, result, grouping(project, request, so_far).to_json(), by)
    items = items_of(found, groups, week, draw, set(result.overlap_ids))
    found = checked_at_turn(found, items, project.checks)
    verdicts = [v for c, i in zip(found, items, strict=True) for v in verdicts_in(c, i, rubric)]
    with store.transaction():
        _refuse_a_draw_in_between(store, request.week, so_far)
        if withdrawals(store) != undone:
            raise Refused(f"somebody undid an import while {request.week} was drawn. Draw again.")
        _refuse_twice(store, items)
        if so_far.week is None:
            store.add(week)
        store.add(draw, *_ledger_lines(draw, result), *found, *items, *verdicts)
        readable = [i for c, i in zip(found, items, strict=True) if c.content_hash != ERASED_HASH]
        dealt = deal_items(store, week, readable, version=rubric.version, by=by, raters=raters)
        deal_anchors(store, week, dealt, settings=project.anchors, rubric=rubric, by=by)
        chain.record(store, by, "draw", week.name, draw=draw.id, digest=result.digest, items=len(items))
    result = replace(result, notes=(*result.notes, *_alone(items, dealt, raters)))
    return OpenedWeek(result, len(items), len(dealt), () if request.raters else so_far.without_role)


def _alone(items: Sequence[Item], dealt: Sequence[Assignment], raters: Sequence[str]) -> list[str]:
    """Say how many items for several people went to one, because they are in nobody else's field. Pure."""
    held = Counter(a.item_id for a in dealt)
    alone = sum(item.overlap and held[item.id] == 1 for item in items) if len(raters) > 1 else 0
    if not alone:
        return []
    return [f"{counted(alone, 'item')} for several people went to one person, because nobody else reviews their field."]


def withdrawals(store: Store) -> int:
    """Return how many imports were undone: an undo in the middle of a draw would take rows out of its frame."""
    return len(store.find(ImportWithdrawal))


def refuse_running_week(week: str, time_zone: str) -> None:
    """Raise Refused for a week that has not ended."""
    end = week_window(week, time_zone).end
    if end > datetime.now(UTC):
        raise Refused(
            f"{week} ends on {end:%Y-%m-%d %H:%M} UTC; a week is drawn after it has ended, because the draw seals the "
            "week's frame. A preview shows what there is so far."
        )


def _refuse_a_draw_in_between(store: Store, week: str, so_far: WeekSoFar) -> None:
    """Refuse when somebody else drew the week after it was looked at: the numbers would rest on an old ledger."""
    draws, known = store.find(Draw, week=week), store.get(Week, week) is not None
    if len(draws) != len(so_far.draws) or known != (so_far.week is not None):
        raise Refused(f"somebody else drew from {week} a moment ago. Look at the week, then draw again.")


def _new_week(store: Store, project: Project, request: Request, rubric: Rubric, by: str) -> Week:
    """Return the record of a new week. Raises InputError for a wrong unit or due date, or without reviewers."""
    return Week(
        name=request.week,
        opened_at=now(),
        opened_by=by,
        due=due_of(project, request),
        seed=request.week if request.seed is None else request.seed,
        unit=unit_of(project, request),
        overlap=request.overlap,
        overlap_raters=request.overlap_raters,
        raters=takers(store, request, WeekSoFar()),
        rubric_version=rubric.version,
        minutes=request.minutes,
    )


def _draw_record(week: str, result: DrawResult, groups: Mapping[str, object], by: str) -> Draw:
    return Draw(
        id=new_id(),
        week=week,
        at=now(),
        by=by,
        source=result.frame.source,
        seed=result.seed,
        key_rule=result.key_rule,
        rate=result.rate,
        frame={**result.frame.to_json(), "groups": groups},
        digest=result.digest,
    )


def _ledger_lines(draw: Draw, result: DrawResult) -> list[Stratum]:
    return [
        Stratum(
            id=new_id(),
            draw_id=draw.id,
            week=draw.week,
            name=s.name,
            population=s.population,
            sampled=s.sampled,
            probability=s.probability,
        )
        for s in result.strata
    ]


def _refuse_twice(store: Store, items: Sequence[Item]) -> None:
    """Refuse a conversation that is an item already: it has one place in the ledger, and a source may repeat its id."""
    known = store.find(Item, id=[i.id for i in items])
    if known:
        more = f" ({len(known) - 1} more are)" if len(known) > 1 else ""
        raise Refused(
            f"conversation '{known[0].conversation_id}' is already an item of {known[0].week}{more}. An id stands for "
            "one conversation: make the ids of the source unique over all its weeks."
        )
