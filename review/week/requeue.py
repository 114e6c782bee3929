"""Ask reviewers again under a new rubric version: this adds assignments, and the old labels stay."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused, UnknownError
from review.basics.words import counted
from review.current.assignments import week_of_store
from review.people.people import people, require
from review.rubric.rubric import current_rubric
from review.rubric.rubric import rubric_version as version_of
from storage.queries.assignments import OPEN_SQL
from storage.queries.dealing import asked_again_later
from storage.records_weeks import Assignment, Item, Reassignment, Week, WeekClosing
from storage.store import Store


@dataclass(frozen=True)
class Requeued:
    """The rubric version, how many items and assignments are new, and how many of these replace open assignments.

    ``without_role`` are people who hold some of the items and may no longer annotate; they were not asked.
    """

    rubric_version: int
    items: int
    assignments: int
    replaced: int
    without_role: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What happened, in one sentence."""
        if not self.assignments:
            return f"nothing new: the chosen items are already dealt under rubric version {self.rubric_version}"
        instead = f", {self.replaced:,} of them in place of open ones" if self.replaced else ""
        return (
            f"{counted(self.items, 'item')} asked again under rubric version {self.rubric_version}: "
            f"{counted(self.assignments, 'new assignment')}{instead}"
        )


def requeue(
    store: Store,
    week: str,
    *,
    by: str,
    rubric_version: int | None = None,
    items: Sequence[str] | None = None,
    share: float = 1.0,
    reason: str = "",
) -> Requeued:
    """Ask the holders of a week's items again under a rubric version (default: the one in force).

    ``items`` names the items; without it a sample of ``share`` of the dealt items is taken, always the same one, so a
    greater share only adds. Nobody gets an item twice under one version. A new assignment replaces an open one under an
    older version, so nobody is asked for both. Pairs are left out: no rubric asks about them. Raises Refused without
    the role lead and for a closed week, UnknownError for an unknown item or version, InputError for a share outside 0
    to 1.
    """
    with store.transaction():
        require(store, by, "lead")
        plan = planned(store, week, rubric_version=rubric_version, items=items, share=share)
        _write(store, plan, by, reason.strip())
        result = plan.result
        if plan.asked:
            counts = {"items": result.items, "assignments": result.assignments, "replaced": result.replaced}
            chain.record(store, by, "requeue", week, rubric_version=plan.version, reason=reason.strip(), **counts)
    return result


def planned(
    store: Store,
    week: str,
    *,
    rubric_version: int | None = None,
    items: Sequence[str] | None = None,
    share: float = 1.0,
) -> RequeuePlan:
    """Return what :func:`requeue` would do, without writing anything."""
    if not 0 < share <= 1:
        raise InputError(f"share: found {share:g}, expected a number above 0, at most 1.")
    opened = week_of_store(store, week)
    if store.get(WeekClosing, week) is not None:
        raise Refused(f"{week} is closed; its items are not asked again.")
    version = (current_rubric(store) if rubric_version is None else version_of(store, rubric_version)).version
    dealt = store.find(Assignment, week=week)
    gone = {r.assignment_id for r in store.find(Reassignment, assignment_id=[a.id for a in dealt])}
    by_rubric = [a for a in dealt if a.sides is None]
    chosen = sample(by_rubric, share, seed=opened.seed) if items is None else _named(store, week, items)
    again = to_ask_again(by_rubric, gone, chosen, version)
    known = {p.id: p for p in people(store)}
    asked = tuple(a for a in again if known[a.rater_id].may("annotator"))
    left_out = dict.fromkeys(known[a.rater_id].name for a in again if not known[a.rater_id].may("annotator"))
    open_ = frozenset(
        a.id
        for rater in {a.rater_id for a in asked}
        for a in store.select(Assignment, OPEN_SQL, {"week": week, "rater": rater})
    )
    last: dict[str, int] = {}
    for a in dealt:
        last[a.rater_id] = max(last.get(a.rater_id, 0), a.position)
    return RequeuePlan(week=opened, version=version, asked=asked, open_=open_, last=last, without_role=tuple(left_out))


def sample(dealt: Iterable[Assignment], share: float, *, seed: str) -> set[str]:
    """Return a share of the dealt items, rounded up, by a key: the same items for the same share. Pure."""
    known = sorted({a.item_id for a in dealt}, key=lambda item: _key(seed, "requeue", item))
    return set(known[: math.ceil(round(share * len(known), 9))])


@dataclass(frozen=True)
class Again:
    """An item to ask one of its holders again; ``held`` are their assignments of it so far."""

    item_id: str
    rater_id: str
    held: tuple[str, ...]


def to_ask_again(
    dealt: Iterable[Assignment], gone: Collection[str], chosen: Collection[str], version: int
) -> list[Again]:
    """Return every holder of a chosen item who never had it under ``version`` or a later one. Pure.

    ``gone`` are the assignments that were taken from their holder.
    """
    held: dict[tuple[str, str], list[str]] = {}
    asked: set[tuple[str, str]] = set()
    for a in dealt:
        key = (a.item_id, a.rater_id)
        if a.rubric_version >= version:
            asked.add(key)
        elif a.item_id in chosen and a.id not in gone:
            held.setdefault(key, []).append(a.id)
    return [Again(*key, tuple(ids)) for key, ids in held.items() if key not in asked]


@dataclass(frozen=True, kw_only=True)
class RequeuePlan:
    """Whom to ask again about what: ``open_`` assignments are replaced; ``last`` is each rater's last position."""

    week: Week
    version: int
    asked: tuple[Again, ...]
    open_: frozenset[str]
    last: Mapping[str, int]
    without_role: tuple[str, ...]

    @property
    def result(self) -> Requeued:
        """The counts."""
        replaced = sum(not self.open_.isdisjoint(a.held) for a in self.asked)
        items = len({a.item_id for a in self.asked})
        return Requeued(self.version, items, len(self.asked), replaced, self.without_role)


def _write(store: Store, plan: RequeuePlan, by: str, reason: str) -> None:
    """Add the assignments at the end of each rater's order."""
    week, version, last = plan.week, plan.version, dict(plan.last)

    # A key decides the order, so the place in the queue reveals nothing about an item.
    for again in sorted(plan.asked, key=lambda a: _key(week.seed, f"again:{version}:{a.rater_id}", a.item_id)):
        position = last[again.rater_id] = last[again.rater_id] + 1
        new = Assignment(
            id=new_id(),
            item_id=again.item_id,
            rater_id=again.rater_id,
            week=week.name,
            position=position,
            rubric_version=version,
            at=now(),
            by=by,
        )
        taken = [
            Reassignment(id=new_id(), assignment_id=old, to_id=new.id, at=now(), by=by, reason=reason)
            for old in again.held
            if old in plan.open_
        ]
        store.add(new, *taken)


def give_way(store: Store, assignment_id: str, *, by: str) -> None:
    """Take an open assignment from its holder if they were asked again about its item under a later version.

    An undo reopens an assignment; without this, its holder would be asked under both versions.
    """
    new = asked_again_later(store, assignment_id)
    if new is not None:
        store.add(
            Reassignment(
                id=new_id(),
                assignment_id=assignment_id,
                to_id=new.id,
                at=now(),
                by=by,
                reason="asked again under a later version",
            )
        )


def _named(store: Store, week: str, items: Sequence[str]) -> set[str]:
    known = {i.id for i in store.find(Item, week=week)}
    wrong = next((i for i in items if i not in known), None)
    if wrong is not None:
        raise UnknownError(f"item '{wrong}' is not an item of {week}.")
    return set(items)


def _key(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()
