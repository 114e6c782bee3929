"""Settled items that show what a value means: examples for the guidance of the rubric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from review.current.assignments import owed_items
from review.current.settled import settled_labels
from review.privacy.hidden_spans import conversations
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import Item
from storage.store import Store

WEEKS = 8
"""Only so many of the latest weeks are looked through: older examples were settled under older words."""
ORDER = ("adjudicated", "unanimous")
"""How an item was settled, the best first: an adjudicated one was hard, and somebody thought about it."""


class SettledExample(NamedTuple):
    """One settled item: its id, how it was settled, and what was asked and answered."""

    item_id: str
    rule: str
    question: str
    answer: str


def settled_examples(store: Store, dimension: str, value: str, *, viewer: str, most: int = 12) -> list[SettledExample]:
    """Return items that were settled as ``value``, adjudicated ones first, then the latest.

    Single votes are no examples, and items that the viewer still owes are left out.
    """
    weeks = [week.name for week in weeks_in_use(store)][-WEEKS:]
    owed = owed_items(store, viewer)
    found = [
        (ORDER.index(s.rule), item)
        for week in reversed(weeks)
        for (item, name), s in settled_labels(store, [week]).items()
        if name == dimension and s.rule in ORDER and item not in owed and _is(s.value, value)
    ]
    ids = [item for _, item in sorted(found, key=lambda one: one[0])[:most]]
    rules = {item: ORDER[place] for place, item in found}
    items = {i.id: i for i in store.find(Item, id=ids)}
    talks = conversations(store, [i.conversation_id for i in items.values()])
    return [
        SettledExample(i, rules[i], talk.question, talk.answer)
        for i in ids
        for talk in [talks[items[i].conversation_id]]
        if talk.question
    ]


def _is(settled: object, value: str) -> bool:
    return value in settled if isinstance(settled, Sequence) and not isinstance(settled, str) else settled == value
