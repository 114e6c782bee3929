"""The audit chain: who did what, and when. Each entry hashes the one before it, so a removed or changed row shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from review.audit.covered import FOR_THE_CHECK
from review.audit.erased_rows import erased_rows
from review.basics.clock import now
from storage.proof import FIRST_SIGNED, GENESIS
from storage.proof_digests import entry_hash
from storage.queries.assignments import item_of_each
from storage.queries.audit import (
    actions,
    actors,
    all_entries,
    count_of_fitting,
    entries_that_fit,
    first_and_last_day,
    last_entry,
)
from storage.records import KEYS
from storage.records_people import AuditEntry
from storage.store import Store


def record(store: Store, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Append one entry. Call it in the transaction of the action itself, so that both are written or neither is.

    The entry covers the rows that the transaction has added before it; so call it after they are added.
    """
    store.append_entry(at=now(), actor=actor, action=action, subject=subject, detail=detail)


class Links:
    """The check of a chain, entry by entry in order.

    ``signed`` is whether the last entry followed is signed. Without ``key`` only the order and the links of signed
    entries are checked, not what they say. ``emptied`` gives the digests of entries before and after erasures.
    """

    def __init__(self, key: bytes | None, emptied: Mapping[str, Sequence[tuple[bytes, bytes]]] | None = None) -> None:
        """Begin before the first entry."""
        self.key, self.signed, self.count = key, False, 0
        self._emptied = emptied or {}
        self.broken_at: int | None = None
        self._previous = GENESIS

    def follow(self, e: AuditEntry) -> None:
        """Check the next entry."""
        self.count += 1
        self.signed = self.signed or e.action == FIRST_SIGNED
        steps = self._emptied.get(str(e.sequence))
        right = self._after_erasure(e, steps) if steps else self._hash_of(e)
        wrong = e.sequence != self.count or e.previous != self._previous or (right is not None and e.hash != right)
        if wrong and self.broken_at is None:
            self.broken_at = self.count
        self._previous = e.hash

    def _hash_of(self, e: AuditEntry) -> str | None:
        """Return the hash that an entry must have; None where the key that signed it is not here."""
        return None if self.signed and not self.key else hash_of(e, self.key if self.signed else None)

    def _after_erasure(self, e: AuditEntry, steps: Sequence[tuple[bytes, bytes]]) -> str | None:
        """Return the hash that an emptied entry keeps if its words are those that the erasure left, else ""."""
        before, after = steps[0][0].hex(), steps[-1][1].hex()
        if self.key is None:
            return None
        return before if hash_of(e, self.key) == after else ""


def hash_of(e: AuditEntry, key: bytes | None) -> str:
    """Return the hash that an entry should have."""
    said = {"actor": e.actor, "action": e.action, "subject": e.subject}
    return entry_hash(e.sequence, e.at, **said, detail=e.detail, previous=e.previous, key=key)


def verify(store: Store) -> tuple[int, int | None]:
    """Return the number of entries, and the sequence number at which the chain breaks (None when it is intact)."""
    with store.snapshot():
        links = Links(store.signing_key(), erased_rows(store).of(KEYS[AuditEntry][0]))
        for entry in all_entries(store):
            links.follow(entry)
        return links.count, links.broken_at


@dataclass(frozen=True, kw_only=True)
class Search:
    """Filters on entries; an empty one lets everything through.

    ``text`` occurs in the subject or the detail, in any case. ``since`` and ``until`` are days in UTC, both included.
    ``week`` is the week of the entry itself, or of the item or assignment it is about.
    """

    actors: Collection[str] = ()
    actions: Collection[str] = ()
    text: str = ""
    week: str | None = None
    since: date | None = None
    until: date | None = None


EVERYTHING = Search()


def entries(store: Store, search: Search = EVERYTHING) -> list[AuditEntry]:
    """Return the entries that fit, newest first."""
    found = entries_that_fit(store, **_filters(search))
    # The text is compared here: SQLite ignores case for ASCII letters only.
    wanted = search.text.strip().casefold()
    return [e for e in found if wanted in f"{e.subject} {detail_text(e.detail)}".casefold()] if wanted else found


def newest(store: Store, search: Search, most: int) -> tuple[list[AuditEntry], int]:
    """Return the newest ``most`` entries that fit, and how many fit."""
    if search.text.strip():
        found = entries(store, search)
        return found[:most], len(found)
    total = count_of_fitting(store, **_filters(search)) if search != EVERYTHING else _length(store)
    return entries_that_fit(store, most=most, **_filters(search)), total


def _length(store: Store) -> int:
    last = last_entry(store)
    return last.sequence if last else 0


def _filters(search: Search) -> dict[str, Any]:
    before = search.until + timedelta(days=1) if search.until else None
    return {
        "actors": search.actors,
        "actions": search.actions,
        "week": search.week,
        "since": search.since,
        "before": before,
    }


def detail_text(detail: dict[str, Any]) -> str:
    """Return the detail of an entry in one line, without empty fields and what only the check of rows needs."""
    shown = {name: value for name, value in detail.items() if name not in FOR_THE_CHECK and value not in ("", None, [])}
    return ", ".join(f"{name}: {_plain(value)}" for name, value in shown.items())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


COLUMNS = ("sequence", "at", "actor", "action", "subject", "detail", "previous", "hash")
"""Everything that the hash of an entry covers, and the hash."""


def as_rows(store: Store, found: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Return entries as rows of an export: ``COLUMNS``, so that the chain can be checked elsewhere, and ``item``.

    ``item`` is the item of an entry about an assignment, whose id alone says little; "" for other entries.
    """
    rows = list(found)
    items = item_of_each(store, [e.subject for e in rows])
    return [{**{c: getattr(e, c) for c in COLUMNS}, "item": items.get(e.subject, "")} for e in rows]


@dataclass(frozen=True)
class Known:
    """The people and actions that occur in the chain, and its first and last day in UTC (None while it is empty)."""

    actors: tuple[str, ...]
    actions: tuple[str, ...]
    first: date | None
    last: date | None


def known(store: Store) -> Known:
    """Return what a search can filter on."""
    first, last = first_and_last_day(store) or (None, None)
    return Known(tuple(actors(store)), tuple(actions(store)), first, last)


def head(store: Store) -> AuditEntry | None:
    """Return the last entry, or None. Noted elsewhere, its hash shows later whether the end of the chain was cut."""
    return last_entry(store)


def holds(store: Store, digest: str) -> bool:
    """Return whether the chain has an entry with this hash; if not, its end was cut off or written anew."""
    return bool(store.find(AuditEntry, hash=digest.strip().lower()))
