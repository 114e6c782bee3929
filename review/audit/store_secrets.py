"""The store's own key for hashed identities, and its short name."""

from __future__ import annotations

import secrets

from review.basics.clock import new_id
from review.basics.errors import UnknownError
from storage.records_people import Setting
from storage.store import Store


def hmac_key(store: Store) -> bytes:
    """The store's own key for hashes of identities, made once."""
    row = store.get(Setting, "hmac_key")
    if row is None:
        store.add(Setting("hmac_key", secrets.token_hex(32)), Setting("store_id", new_id()[:12]))
        row = store.get(Setting, "hmac_key")
    if row is None:
        raise UnknownError("the store has lost its key; restore a backup.")
    return bytes.fromhex(row.value)


def store_id(store: Store) -> str:
    """A short name of this store, for keys in a browser's storage."""
    hmac_key(store)
    row = store.get(Setting, "store_id")
    return row.value if row else ""
