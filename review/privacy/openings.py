"""Note in the audit chain who opened a conversation, where the project asks for it ([audit] openings)."""

from __future__ import annotations

from review.audit import chain
from review.people.people import READER, require
from storage.store import Store


def note_opening(store: Store, conversation_id: str, *, by: str, wanted: bool) -> None:
    """Write the entry before the conversation is shown, if it is ``wanted``. Raises Refused without a role."""
    require(store, by, READER)
    if wanted:
        chain.record(store, by, "open conversation", conversation_id)
