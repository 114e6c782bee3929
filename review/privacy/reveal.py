"""Show an unmasked original to a lead; every look is logged."""

from __future__ import annotations

from typing import Any

from review.audit import chain
from review.basics.errors import UnknownError
from review.basics.log_paths import log_of
from review.people.people import require
from review.privacy.originals import reveal_original
from storage.store import Store


def revealed(store: Store, conversation_id: str, *, by: str) -> dict[str, Any]:
    """Return the unmasked content of a conversation. The audit chain has the look before anything is shown.

    Raises Refused without the role lead, UnknownError when nothing was masked or no original is kept.
    """
    require(store, by, "lead")
    chain.record(store, by, "reveal", conversation_id)
    original = reveal_original(log_of(store.path), conversation_id)
    if original is None:
        raise UnknownError(
            f"there is no original of '{conversation_id}': nothing was masked in it, or originals are not kept."
        )
    return original
