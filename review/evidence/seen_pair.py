"""One pair of answers as somebody may see it outside the desk: both answers, and names and votes where not blind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.basics.errors import Refused, UnknownError
from review.current.assignments import closing_of, owed_items
from review.evidence.evidence import conversation_of
from review.people.people import require
from storage.queries.pairs import PAIR, pairs_of_weeks, votes_of_week
from storage.records_log import Message
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item, Pair
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class SeenPair:
    """A pair: the question, and the answers a and b. ``named`` and ``votes`` (by choice) are empty while blind."""

    item: str
    week: str
    question: Sequence[Message]
    answers: tuple[Sequence[Message], Sequence[Message]]
    named: Pair | None
    votes: Mapping[str, int]


def seen_pair(store: Store, item_id: str, *, viewer: str) -> SeenPair:
    """Return a pair. Raises UnknownError for what is none, Refused while the viewer may not see it.

    A reviewer sees pairs once their week is closed, adjudicators and leads see those that they do not have to judge.
    Names and votes stay hidden in an open week in which the viewer was dealt pairs: together with the answers, they
    would tell whose the answers of the other pairs are.
    """
    person = require(store, viewer, "annotator")
    item = store.get(Item, item_id)
    if item is None or item.kind != PAIR:
        raise UnknownError(f"'{item_id}' is no pair of this store. Choose one of the list.")
    is_open = closing_of(store, item.week) is None
    if item_id in owed_items(store, viewer):
        raise Refused("you still have to compare this pair. Do so on the Annotate page first.")
    if is_open and not person.may("adjudicator"):
        raise Refused(f"this pair is shown once week {item.week} is closed.")
    talk = conversation_of(store, item_id)
    blind = is_open and any(a.sides for a in store.find(Assignment, week=item.week, rater_id=viewer))
    return SeenPair(
        item=item_id,
        week=item.week,
        question=talk.messages,
        answers=(talk.metadata[PAIR]["a"], talk.metadata[PAIR]["b"]),
        named=None if blind else store.get(Pair, item_id),
        votes={} if blind else Counter(v.choice for v in votes_of_week(store, item.week) if v.item_id == item_id),
    )


def may_see_pair(store: Store, item_id: str, week: str, *, viewer: str, adjudicates: bool) -> bool:
    """Return whether a pair that the viewer does not owe is shown to them: reviewers see their own ones afterwards."""
    if adjudicates:
        return True
    return closing_of(store, week) is not None and bool(store.find(Annotation, item_id=item_id, rater_id=viewer))


def listed_pairs(store: Store, weeks: Sequence[str], *, viewer: str) -> list[str]:
    """Return the pairs of some weeks that the viewer may open, the latest first."""
    person, owed = require(store, viewer, "annotator"), owed_items(store, viewer)
    shown = [w for w in weeks if person.may("adjudicator") or closing_of(store, w) is not None]
    return [item for item in reversed(pairs_of_weeks(store, shown)) if item not in owed]
