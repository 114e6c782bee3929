"""Votes on an item stay as they are once people discuss it, by comments or in a calibration session."""

from __future__ import annotations

from review.basics.errors import Refused
from storage.queries.calibration import was_revealed
from storage.queries.comments import comments_of
from storage.store import Store


def must_not_be_discussed(store: Store, item_id: str) -> None:
    """Raise Refused when people have discussed an item: a vote that changes then is not independent any more."""
    if comments_of(store, item_id) or was_revealed(store, item_id):
        raise Refused("people have discussed this item, so its votes stay as they are. Say what changed in a comment.")
