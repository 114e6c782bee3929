"""The audit chain: who did what, when; each entry covers the one before, so that a removed row shows."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from review.audit.covered import UNTOLD
from review.basics.clock import now
from storage.records_people import AuditEntry
from storage.store import Store

GENESIS = "0" * 64


def record(store: Store, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Append one entry. Call it inside the transaction of the act itself, so that both stand or neither does."""
    with store.transaction():
        last = store.query("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
        sequence, previous = (int(last[0]["sequence"]) + 1, str(last[0]["hash"])) if last else (1, GENESIS)
        at = now()
        digest = entry_hash(sequence, at, actor, action, subject, detail, previous)
        store.add(
            AuditEntry(
                sequence=sequence,
                at=at,
                actor=actor,
                action=action,
                subject=subject,
                detail=detail,
                previous=previous,
                hash=digest,
            )
        )


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


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which entries are wanted; what is empty does not narrow.

    ``text`` stands anywhere in the subject or the detail, whatever its case; ``since`` and ``until`` are days in UTC,
    both included. ``week`` is that of the entry itself, or of the item or assignment that it is about.
    """

    actors: Collection[str] = ()
    actions: Collection[str] = ()
    text: str = ""
    week: str | None = None
    since: date | None = None
    until: date | None = None


EVERYTHING = Search()


def entries(store: Store, search: Search = EVERYTHING) -> list[AuditEntry]:
    """The entries that fit, the newest first."""
    end = search.until + timedelta(days=1) if search.until else None
    where = {
        "actors": orjson.dumps(sorted(search.actors)).decode() if search.actors else None,
        "actions": orjson.dumps(sorted(search.actions)).decode() if search.actions else None,
        "week": search.week,
        "since": search.since.isoformat() if search.since else None,
        "end": end.isoformat() if end else None,
    }
    found = store.select(AuditEntry, _SEARCH_SQL, where)
    wanted = search.text.strip().casefold()
    # SQLite knows upper and lower case of ASCII letters alone.
    return [e for e in found if wanted in f"{e.subject} {detail_text(e.detail)}".casefold()] if wanted else found


_SEARCH_SQL = """
SELECT a.* FROM audit a
WHERE (:actors IS NULL OR a.actor IN (SELECT value FROM json_each(:actors)))
  AND (:actions IS NULL OR a.action IN (SELECT value FROM json_each(:actions)))
  AND (:week IS NULL OR a.subject = :week OR json_extract(a.detail, '$.week') = :week
       OR a.subject IN (SELECT id FROM assignments WHERE week = :week UNION SELECT id FROM items WHERE week = :week))
  AND (:since IS NULL OR a.at >= :since) AND (:end IS NULL OR a.at < :end)
ORDER BY a.sequence DESC
"""


def detail_text(detail: dict[str, Any]) -> str:
    """The detail of an entry in one line, without the names and the digest of the rows that it covers."""
    told = {name: value for name, value in detail.items() if name not in UNTOLD and value not in ("", None, [])}
    return ", ".join(f"{name}: {_plain(value)}" for name, value in told.items())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


COLUMNS = ("sequence", "at", "actor", "action", "subject", "detail", "previous", "hash")


def as_rows(store: Store, found: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Entries as rows of an export: all that the hash covers, so that the chain can be checked elsewhere, and the item.

    A submission is about an assignment, whose identifier says little; ``item`` is what it is dealt for.
    """
    rows = list(found)
    subjects = [e.subject for e in rows]
    asked = {"subjects": orjson.dumps(subjects).decode()}
    sql = "SELECT id, item_id FROM assignments WHERE id IN (SELECT value FROM json_each(:subjects))"
    items = {r["id"]: r["item_id"] for r in store.query(sql, asked)}
    return [{**{c: getattr(e, c) for c in COLUMNS}, "item": items.get(e.subject, "")} for e in rows]


@dataclass(frozen=True)
class Known:
    """Who and what occurs in the chain, and its first and last day."""

    actors: tuple[str, ...]
    actions: tuple[str, ...]
    first: date | None
    last: date | None


def known(store: Store) -> Known:
    """What an audit can be narrowed to."""
    actors = store.query("SELECT DISTINCT actor AS name FROM audit ORDER BY 1")
    actions = store.query("SELECT DISTINCT action AS name FROM audit ORDER BY 1")
    days = store.query("SELECT min(at) AS first, max(at) AS last FROM audit")[0]
    first, last = (date.fromisoformat(days[k][:10]) if days[k] else None for k in ("first", "last"))
    return Known(tuple(r["name"] for r in actors), tuple(r["name"] for r in actions), first, last)


def head(store: Store) -> AuditEntry | None:
    """The last entry. A chain cannot show that its end was cut off; a head that was noted elsewhere can."""
    return next(iter(store.find(AuditEntry, sequence=_last(store))), None)


def _last(store: Store) -> int:
    return int(store.query("SELECT coalesce(max(sequence), 0) AS n FROM audit")[0]["n"])


def holds(store: Store, digest: str) -> bool:
    """Whether an entry with this hash is in the chain; false means that entries were cut off its end."""
    return bool(store.find(AuditEntry, hash=digest.strip().lower()))
