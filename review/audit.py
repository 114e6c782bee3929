"""The audit chain: who did what, when; each entry covers the one before, so that a removed row shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson

from review.clock import now
from storage.records import AuditEntry
from storage.store import Store

GENESIS = "0" * 64


def record(store: Store, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Append one entry. Call it inside the transaction of the act itself, so that both stand or neither does."""
    with store.transaction():
        last = store.query("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
        sequence, previous = (int(last[0]["sequence"]) + 1, str(last[0]["hash"])) if last else (1, GENESIS)
        at = now()
        digest = entry_hash(sequence, at, actor, action, subject, detail, previous)
        store.add(AuditEntry(sequence, at, actor, action, subject, detail, previous, digest))


def entry_hash(
    sequence: int, at: str, actor: str, action: str, subject: str, detail: dict[str, Any], previous: str
) -> str:
    """SHA-256 over the canonical JSON of an entry and the hash before it."""
    body = orjson.dumps([sequence, at, actor, action, subject, detail, previous], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


def first_break(entries: Iterable[AuditEntry]) -> int | None:
    """The sequence number at which the chain does not hold any more, or None when it is whole."""
    expected, previous = 1, GENESIS
    for e in entries:
        right = entry_hash(e.sequence, e.at, e.actor, e.action, e.subject, e.detail, previous)
        if e.sequence != expected or e.previous != previous or e.hash != right:
            return expected
        expected, previous = expected + 1, e.hash
    return None


def verify(store: Store) -> tuple[int, int | None]:
    """How many entries there are, and where the chain breaks (None when it holds)."""
    entries = store.find(AuditEntry, order_by="sequence")
    return len(entries), first_break(entries)
