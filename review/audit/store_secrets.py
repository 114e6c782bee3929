"""The store's key for hashes of identities, and its short name. Both are made when the store is created or migrated."""

from __future__ import annotations

from review.basics.errors import UnknownError
from storage.records_people import Setting
from storage.store import Store


def hmac_key(store: Store) -> bytes:
    """Return the store's key for hashes of identities, 32 bytes. Only reads."""
    return bytes.fromhex(_setting(store, "hmac_key"))


def store_id(store: Store) -> str:
    """Return a short name of this store, for keys in a browser's storage. Only reads."""
    return _setting(store, "store_id")


def _setting(store: Store, name: str) -> str:
    row = store.get(Setting, name)
    if row is None:
        # A new key would not match the hashes that the store already holds.
        raise UnknownError(f"{store.path}: the store has lost its setting '{name}'. Restore a backup of the store.")
    return row.value
