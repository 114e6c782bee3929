"""Note in the audit chain who opened which conversations, where the project asks for it ([audit] openings)."""

from __future__ import annotations

from collections.abc import Sequence

from review.audit import chain
from review.people.people import READER, require
from storage.records_weeks import Item
from storage.store import Store


def note_opening(store: Store, conversation_id: str, *, by: str, wanted: bool) -> None:
    """Write the entry before the conversation is shown, if it is ``wanted``. Raises Refused without a role."""
    require(store, by, READER)
    if wanted:
        chain.record(store, by, "open conversation", conversation_id)


def note_openings(store: Store, items: Sequence[str], *, by: str) -> None:
    """Write one entry about the conversations of some items before they are sent. Raises Refused without a role."""
    require(store, by, READER)
    found = sorted({item.conversation_id for item in store.find(Item, id=list(items))})
    if len(found) == 1:
        chain.record(store, by, "open conversation", found[0])
    elif found:
        chain.record(store, by, "open conversations", f"{len(found)} on a desk", conversations=found)
