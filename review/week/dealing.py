"""Deal drawn items to named raters, so that no reviewer ever waits for another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.words import counted
from review.current.assignments import week_of_store
from review.people.people import Person, person, require
from review.week.barred import barred_by_item
from review.week.fields import able_for
from review.week.sides import sides_after, sides_for
from storage.queries.anchors import originals_of
from storage.queries.assignments import NOT_ANSWERED_SQL, OPEN_SQL, dealt_per_rater
from storage.records_weeks import Assignment, Item, Reassignment, Week, WeekClosing
from storage.store import Store


@dataclass(frozen=True)
class Deal:
    """One item for one rater, at ``position`` in the rater's order."""

    item_id: str
    rater_id: str
    position: int


def check_overlap_raters(found: int) -> None:
    """Raise InputError for a number of reviewers per shared item below 0."""
    if found < 0:
        raise InputError(f"overlap_raters: found {found}, expected 0 (everybody) or a number of reviewers.")


def deal(
    items: Iterable[tuple[str, bool]],
    raters: Sequence[str],
    *,
    seed: str,
    overlap_raters: int = 0,
    held: Mapping[str, int] | None = None,
    able: Mapping[str, Sequence[str]] | None = None,
) -> list[Deal]:
    """Decide who reviews what. Pure and reproducible from ``seed``.

    ``items`` are (item id, overlap?). An overlap item goes to all raters, or to ``overlap_raters`` of them (0 = all);
    any other item goes to the rater who has the fewest. ``held`` is how many each rater already has. ``able`` names by
    item those whose field it is; only they get it. A key decides the order, so the order does not reveal why an item
    was selected.
    """
    if not raters:
        raise InputError("Choose at least one reviewer.")
    check_overlap_raters(overlap_raters)
    load = {r: (held or {}).get(r, 0) for r in raters}
    pairs = list(items)
    takers = {item: tuple(able.get(item, raters)) for item, _ in pairs} if able else {}
    chosen: list[tuple[str, str]] = []
    # An item that few may have goes first, so that those who may have everything even out the rest.
    choice = {item: len(takers.get(item, raters)) for item, _ in pairs}
    ordered = sorted(pairs, key=lambda pair: (not pair[1], choice[pair[0]], _key(seed, "deal", pair[0])))
    for item, overlap in ordered:
        by_load = sorted(takers.get(item, raters), key=lambda r: (load[r], _key(seed, item, r)))
        for rater in by_load[: (overlap_raters or len(by_load)) if overlap else 1]:
            load[rater] += 1
            chosen.append((item, rater))
    deals = []
    for rater in raters:
        dealt = sorted((i for i, r in chosen if r == rater), key=lambda i: _key(seed, f"order:{rater}", i))
        start = (held or {}).get(rater, 0)
        deals += [Deal(i, rater, start + k) for k, i in enumerate(dealt, start=1)]
    return deals


def _key(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


def raters_left(store: Store, week: Week) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of a week's reviewers who may still annotate, and the names of those who lost the role."""
    named = [person(store, rater) for rater in week.raters]
    able = tuple(p.id for p in named if p.may("annotator"))
    return able, tuple(p.name for p in named if p.id not in able)


def deal_items(
    store: Store,
    week: Week,
    items: Sequence[Item],
    *,
    version: int,
    by: str,
    raters: Sequence[str] | None = None,
    each: int | None = None,
) -> list[Assignment]:
    """Deal new items of a week, each by its field, to its raters or to ``raters``; write the assignments.

    ``each`` is how many raters get an overlap item; without it the week says.
    """
    everybody, kinds = tuple(raters or week.raters), {i.id: i.kind for i in items}
    deals = deal(
        [(i.id, i.overlap) for i in items],
        everybody,
        seed=week.seed,
        overlap_raters=week.overlap_raters if each is None else each,
        held=dealt_per_rater(store, week.name),
        able=able_for(store, [i.id for i in items], everybody),
    )
    assignments = [
        Assignment(
            id=new_id(),
            item_id=d.item_id,
            rater_id=d.rater_id,
            week=week.name,
            position=d.position,
            rubric_version=version,
            at=now(),
            by=by,
            sides=sides_for(store, kinds[d.item_id], d.item_id, d.rater_id),
        )
        for d in deals
    ]
    store.add(*assignments)
    return assignments


def redistribute(
    store: Store,
    week: str,
    *,
    rater: str,
    to: Sequence[str],
    by: str,
    reason: str = "",
    with_skipped: bool = False,
) -> int:
    """Give a rater's open items of a week to others, as new rows; return how many moved.

    ``with_skipped`` moves the items that the rater skipped too; the skips stay recorded. Nobody gets an item that they
    hold, reviewed or skipped; an item that nobody can take stays with the rater. Nobody gets an anchor whose answer
    they know; it is taken from the rater instead. Raises Refused without the role lead and for a closed week,
    NothingToDo when nothing is open or nothing can move.
    """
    require(store, by, "lead")
    giver, takers = person(store, rater), takers_of(store, to)
    if not takers or giver.id in {t.id for t in takers}:
        raise InputError("to: expected one or more other people who take the items over.")
    with store.transaction():
        open_ = _open_of(store, week, giver, with_skipped=with_skipped)
        ids = [t.id for t in takers]
        able = able_for(store, [row.item_id for row in open_], ids)
        anchors = originals_of(store, [row.item_id for row in open_])
        moves = _moves(open_, barred_by_item(store, week), able, dealt_per_rater(store, week), takers=ids)
        moved = {row.id for row, _, _ in moves}
        ended = [row for row in open_ if row.item_id in anchors and row.id not in moved]
        if not moves and not ended:
            names = ", ".join(t.name for t in takers)
            raise NothingToDo(
                f"{names} already hold, reviewed or skipped every item that {giver.name} could hand over. Choose other "
                "people."
            )
        for row, taker_id, position in moves:
            new = Assignment(
                id=new_id(),
                item_id=row.item_id,
                rater_id=taker_id,
                week=week,
                position=position,
                rubric_version=row.rubric_version,
                at=now(),
                by=by,
                sides=sides_after(store, row, taker_id),
            )
            store.add(
                new, Reassignment(id=new_id(), assignment_id=row.id, to_id=new.id, at=now(), by=by, reason=reason)
            )
        store.add(*(taken_from(row, by=by, reason=reason) for row in ended))
        details = {"week": week, "to": [t.id for t in takers], "moved": len(moves)}
        more = {"with_skipped": True} if with_skipped else {}
        chain.record(store, by, "redistribute", giver.id, **details, **more)
    return len(moves)


def takers_of(store: Store, names: Sequence[str]) -> list[Person]:
    """Return the people who take items over. Raises UnknownError, and Refused for somebody who may not annotate."""
    takers = [person(store, name) for name in dict.fromkeys(names)]
    for taker in takers:
        if not taker.may("annotator"):
            raise Refused(f"{taker.name} has no role that may annotate. A lead can give one.")
    return takers


def take_back(store: Store, week: str, *, rater: str, by: str, reason: str) -> int:
    """Take a rater's open items of a week back and give them to nobody; return how many.

    Raises Refused without the role lead and for a closed week, InputError without a reason, NothingToDo when nothing
    is open.
    """
    require(store, by, "lead")
    giver = person(store, rater)
    if not reason.strip():
        raise InputError("Give a reason why nobody reviews these items.")
    with store.transaction():
        open_ = _open_of(store, week, giver)
        store.add(*(taken_from(row, by=by, reason=reason.strip()) for row in open_))
        chain.record(store, by, "take back", giver.id, week=week, taken=len(open_), reason=reason.strip())
    return len(open_)


def taken_from(row: Assignment, *, by: str, reason: str) -> Reassignment:
    """Return the row that takes an assignment from its holder and gives it to nobody. Pure."""
    return Reassignment(id=new_id(), assignment_id=row.id, to_id=None, at=now(), by=by, reason=reason)


def week_to_deal(store: Store, name: str) -> Week:
    """Return a week whose items may still change hands. Raises UnknownError, and Refused once it is closed."""
    week = week_of_store(store, name)
    if store.get(WeekClosing, name) is not None:
        raise Refused(f"{name} is closed; its items stay where they are.")
    return week


def _open_of(store: Store, week: str, giver: Person, *, with_skipped: bool = False) -> list[Assignment]:
    """Return somebody's open items of an open week. Raises UnknownError, Refused or NothingToDo."""
    week_to_deal(store, week)
    whose = {"week": week, "rater": giver.id}
    open_ = store.select(Assignment, NOT_ANSWERED_SQL if with_skipped else OPEN_SQL, whose)
    if not open_:
        passed = len(store.select(Assignment, NOT_ANSWERED_SQL, whose))
        also = (
            f" They skipped {counted(passed, 'item')}, which can be handed over too if you choose so." if passed else ""
        )
        raise NothingToDo(f"{giver.name} has no open items in {week}.{also}")
    return open_


def _moves(
    open_: Sequence[Assignment],
    holders: Mapping[str, set[str]],
    able: Mapping[str, Sequence[str]],
    held: Mapping[str, int],
    *,
    takers: Sequence[str],
) -> list[tuple[Assignment, str, int]]:
    """Return which open assignment goes to whom, at which position. Pure.

    It goes to somebody whose field it is (``able``), else to another of the ``takers``: to who was dealt the fewest.
    """
    load = {t: held.get(t, 0) for t in takers}
    moves = []
    for row in open_:
        free = [t for t in load if t not in holders[row.item_id]]
        free = [t for t in free if t in able.get(row.item_id, free)] or free
        if free:
            taker = min(free, key=lambda t: load[t])
            load[taker] += 1
            moves.append((row, taker, load[taker]))
    return moves
