"""The ids of users in the log: keyed hashes of the ids that the product gave them."""

from __future__ import annotations

import hmac
import re

from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError
from review.basics.limits import MAX_ID
from storage.store import Store

_HASHED = re.compile("[0-9a-f]{16}")


def user_hash(store: Store, user: str) -> str:
    """Return the id that a user has in the log. A text that looks like such an id is one already.

    Raises InputError for an empty text and for one that no id can be.
    """
    text = user.strip()
    if not 0 < len(text) <= MAX_ID:
        raise InputError(f"user: found {len(text):,} characters, expected the id of a user, 1 to {MAX_ID}.")
    if _HASHED.fullmatch(text):
        return text
    return hmac.digest(hmac_key(store), text.encode("utf-8", "surrogatepass"), "sha256").hex()[:16]
