"""What is asked about reviewed items before they become examples, so that many items take few ways to a server."""

from __future__ import annotations

from collections.abc import Sequence

from storage.engine import Question
from storage.queries.annotations import CURRENT_OF_ITEM_SQL
from storage.queries.assignments import IS_OPEN_SQL
from storage.queries.batches import asked_of_conversations
from storage.records_golden import GoldenExample
from storage.records_review import Adjudication
from storage.records_weeks import Item
from storage.store import finding


def asked_of_items(items: Sequence[str], examples: Sequence[str]) -> list[Question]:
    """Return the questions that an approval asks about some items and about the examples made from them."""
    return [
        *(finding(Item, id=item) for item in items),
        *(finding(Adjudication, item_id=item, order_by="rowid desc") for item in items),
        *(finding(GoldenExample, example_id=example, order_by="rowid desc") for example in examples),
    ]


def asked_of_an_item(item: Item, rater_id: str) -> list[Question]:
    """Return the questions that follow once the week and the conversation of an item are known."""
    where = {"week": item.week, "item": item.id}
    return [
        (IS_OPEN_SQL, {**where, "rater": rater_id}),
        (CURRENT_OF_ITEM_SQL, {**where, "rater": None}),
        *asked_of_conversations([item.conversation_id]),
    ]
