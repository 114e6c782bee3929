"""Add conversations of the log to an open week by hand: without a probability. See COUNTS_IN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.audit import chain
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.current.assignments import closing_of, week_of_store
from review.current.rubric_in_use import asked_version
from review.log.log import read_conversations
from review.people.people import require
from review.rubric.rubric import rubric_version
from review.settings.project import Project
from review.sources.scenarios import with_scenarios
from review.week.dealing import deal_items, raters_left
from review.week.items_from_draw import checked_at_turn, target_turn, verdicts_in
from storage.records_log import ERASED_HASH, Conversation
from storage.records_weeks import Item, Week
from storage.store import Store

PREFIX = "picked/"
"""Begins the id of a hand-picked item: a later draw may select the same conversation, as an item of its own."""
MOST = 200
COUNTS_IN = (
    "Hand-picked items count in agreement among people, and their disagreements are settled like others. They have no "
    "probability, so they count in no share of production and in no weighted figure of a judge."
)
"""Which figures hand-picked items are part of, for everybody who adds or reads them."""


@dataclass(frozen=True)
class Picked:
    """How many items are new, how many assignments were dealt, and how many were in the week already."""

    items: int
    assignments: int
    already: int


def pick_by_hand(store: Store, project: Project, ids: Sequence[str], week: str, *, by: str, reason: str) -> Picked:
    """Copy conversations from the log into a week and deal them to its reviewers.

    Raises Refused without the role lead, for a closed week and for one without reviewers; UnknownError for an unknown
    week; InputError without a reason or for too many; NothingToDo when all are in the week already.
    """
    require(store, by, "lead")
    if not reason.strip():
        raise InputError("Give a reason: the ledger keeps it beside each hand-picked item.")
    if not 0 < len(ids) <= MOST:
        raise InputError(f"Choose from 1 to {MOST} conversations; found {len(ids):,}.")
    found = with_scenarios(store, read_conversations(log_of(store.path), ids))
    found = [c for c in found if c.content_hash != ERASED_HASH]
    if not found:
        raise NothingToDo("None of the chosen conversations can be read: they were erased, or are not in the log.")
    with store.transaction():
        opened = week_of_store(store, week)
        if closing_of(store, week) is not None:
            raise Refused(f"{week} is closed; nothing is added to it.")
        raters, _ = raters_left(store, opened)
        if not raters:
            raise Refused(f"{week} has no reviewer who may annotate. Hand its items over to somebody first.")
        held = {
            item.conversation_id
            for item in store.find(Item, week=week, conversation_id=[c.id for c in found], kind=None)
        }
        new = [c for c in found if c.id not in held]
        if not new:
            raise NothingToDo(f"{counted(len(found), 'conversation')} chosen; {week} has them all already.")
        items = [_item(c, opened, reason.strip()) for c in new]
        rubric = rubric_version(store, asked_version(store, opened))
        new = checked_at_turn(new, items, project.checks)
        store.add(*new, *items, *(v for c, i in zip(new, items, strict=True) for v in verdicts_in(c, i, rubric)))
        dealt = deal_items(store, opened, items, version=rubric.version, by=by, raters=raters)
        chain.record(store, by, "pick", week, items=[i.id for i in items], reason=reason.strip())
    return Picked(len(items), len(dealt), len(held))


def _item(conversation: Conversation, week: Week, reason: str) -> Item:
    turn = target_turn(conversation, week.seed) if week.unit == "turn" else None
    return Item(
        id=f"{PREFIX}{conversation.id}" + ("" if turn is None else f"#{turn}"),
        conversation_id=conversation.id,
        week=week.name,
        at=now(),
        purposive=True,
        target_turn=turn,
        reason=reason,
    )
