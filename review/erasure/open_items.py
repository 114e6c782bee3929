"""Items of erased conversations that somebody still holds: nobody can review them, so they are taken back."""

from __future__ import annotations

from review.audit import chain
from review.erasure.person import Person
from review.week.dealing import taken_from
from storage.queries.assignments import open_on_items
from storage.store import Store

REASON = "the conversation was erased"


def open_items(store: Store, person: Person) -> int:
    """Return how many open assignments there are on the person's items."""
    return len(open_on_items(store, person.items))


def empty_open_items(store: Store, person: Person, by: str) -> int:
    """Take the open assignments on the person's items back; return how many. The items stay in the ledger."""
    with store.transaction():
        held = open_on_items(store, person.items)
        store.add(*(taken_from(row, by=by, reason=REASON) for row in held))
        for item in dict.fromkeys(row.item_id for row in held):
            chain.record(store, by, "take back erased", item, request=person.request)
    return len(held)
