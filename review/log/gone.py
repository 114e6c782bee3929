"""Conversations and users that were erased: what arrives about them again is dropped and counted, never kept.

The store keeps keyed hashes of their ids, which tell nothing to somebody without its key.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from review.audit.store_secrets import hmac_key
from review.log.columns import COLUMNS
from review.log.rows import Entry, LogRow
from storage.records_erasure import ErasedKey
from storage.store import Store

CONVERSATION, USER = "conversation", "user"
ERASED = "erased"
_ID, _USER = (list(COLUMNS).index(name) for name in ("id", "user_id"))


def erased_key(key: bytes, kind: str, name: str) -> str:
    """Return the keyed hash of an id. A user is named by the id that the log has: a keyed hash itself."""
    return hmac.digest(key, f"erased {kind}\0{name}".encode("utf-8", "surrogatepass"), "sha256").hex()


@dataclass(frozen=True)
class Gone:
    """What must not come back: keyed hashes of erased conversations and users. ``key`` is the store's key."""

    key: bytes = b""
    erased: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything was ever erased."""
        return bool(self.erased)

    def holds(self, conversation: str, user: str | None) -> bool:
        """Whether a conversation was erased, by its own id or with its user."""
        if not self.erased:
            return False
        own = erased_key(self.key, CONVERSATION, conversation) in self.erased
        return own or (user is not None and erased_key(self.key, USER, user) in self.erased)

    def without(self, entries: Iterable[Entry] | Iterable[LogRow], counts: Counter[str]) -> Iterator[Entry | LogRow]:
        """Yield the entries that may come in, and count the others under ``ERASED``."""
        for entry in entries:
            if self.holds(*_names(entry)):
                counts[ERASED] += 1
            else:
                yield entry


def _names(entry: Entry | LogRow) -> tuple[str, str | None]:
    """Return the id of a conversation and that of its user."""
    if isinstance(entry, LogRow):
        return entry.cells[_ID], entry.cells[_USER]
    return entry.conversation.id, entry.conversation.user_id


def gone_of(store: Store) -> Gone:
    """Return what was erased from a store. Only reads."""
    erased = frozenset(row.id for row in store.find(ErasedKey))
    return Gone(hmac_key(store) if erased else b"", erased)
