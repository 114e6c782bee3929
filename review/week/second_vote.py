"""Ask one more person to review an item that somebody picks by hand, such as one with a single vote."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import NothingToDo, Refused, UnknownError
from review.basics.words import capital
from review.current.assignments import closing_of, week_of_store
from review.current.rubric_in_use import asked_version
from review.people.people import Person, people, person, require
from review.week.dealing import week_to_deal
from review.week.fields import able_for
from storage.queries.assignments import dealt_per_rater, open_holders, raters_by_item
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

NOT_ASKED = "only items that are reviewed by the rubric get another vote. Add pairs with more reviewers instead."


def ask_for_a_vote(store: Store, item_id: str, *, by: str, to: str | None = None) -> Person:
    """Deal an item to one more reviewer of its week, or to ``to``, and return who got it.

    Without ``to`` it goes to the first of :func:`in_order`. Raises Refused without the role adjudicator, for a closed
    week, for a pair, for ``by``, who can read the first vote, and for somebody who holds, reviewed or skipped the item;
    UnknownError for an unknown item or person; NothingToDo while a vote is already awaited, or when nobody is left.
    """
    require(store, by, "adjudicator")
    item = store.get(Item, item_id)
    if item is None:
        raise UnknownError(f"item '{item_id}' is not in the store.")
    if item.kind is not None:
        raise Refused(f"item '{item_id}': {NOT_ASKED}")
    with store.transaction():
        week = week_to_deal(store, item.week)
        waiting = open_holders(store, item_id)
        if waiting:
            names = ", ".join(person(store, holder).name for holder in waiting)
            raise NothingToDo(f"item '{item_id}' already waits for a vote of {names}.")
        free = free_reviewers(store, week, item_id, by=by)
        taker = free[0] if to is None and free else to and person(store, to)
        if not taker:
            raise NothingToDo(f"everybody else who reviews {week.name} has already had item '{item_id}'.")
        if taker.id == by:
            raise Refused("you can read the first vote, so yours would not be blind. Choose somebody else.")
        if not taker.may("annotator"):
            raise Refused(f"{taker.name} has no role that may annotate. A lead can give one.")
        if taker.id in raters_by_item(store, week.name).get(item_id, ()):
            raise Refused(f"{taker.name} holds, reviewed or skipped item '{item_id}' already. Choose somebody else.")
        dealt = [a.rubric_version for a in store.find(Assignment, item_id=item_id)]
        new = Assignment(
            id=new_id(),
            item_id=item_id,
            rater_id=taker.id,
            week=week.name,
            position=dealt_per_rater(store, week.name).get(taker.id, 0) + 1,
            rubric_version=max(dealt, default=0) or asked_version(store, week),
            at=now(),
            by=by,
        )
        store.add(new)
        chain.record(store, by, "ask for a vote", item_id, to=taker.id, assignment=new.id)
    return taker


def free_reviewers(store: Store, week: Week, item_id: str, *, by: str) -> list[Person]:
    """Return who of a week's reviewers but ``by`` never had an item, in the order of :func:`in_order`."""
    had = raters_by_item(store, week.name).get(item_id, set()) | {by}
    able = set(able_for(store, [item_id], week.raters).get(item_id, week.raters))
    everybody = [p for p in people(store) if p.id in week.raters]
    return in_order(everybody, had, able, dealt_per_rater(store, week.name))


def in_order(
    everybody: Collection[Person], had: Collection[str], able: Collection[str], dealt: Mapping[str, int]
) -> list[Person]:
    """Return those who may annotate and never had the item, the first to ask first. Pure.

    Those whose field it is come first, then those who cannot read the votes of others, then who was dealt the fewest.
    """
    free = [p for p in everybody if p.may("annotator") and p.id not in had]
    return sorted(free, key=lambda p: (p.id not in able, p.may("adjudicator"), dealt.get(p.id, 0), p.id))


def second_vote_of(store: Store, item: Item, *, viewer: str) -> tuple[list[Person], str]:
    """Return whom ``viewer`` could ask for one more vote now; when nobody can, an empty list and why."""
    if item.kind is not None:
        return [], capital(NOT_ASKED)
    week = week_of_store(store, item.week)
    if closing_of(store, week.name) is not None:
        return [], f"{week.name} is closed, so nobody can be asked for another vote."
    waiting = [person(store, holder).name for holder in open_holders(store, item.id)]
    if waiting:
        return [], f"Waits for a vote of {', '.join(waiting)}."
    free = free_reviewers(store, week, item.id, by=viewer)
    return free, "" if free else f"Everybody else who reviews {week.name} has already had this item."
