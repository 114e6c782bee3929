"""The audit chain: its last entry, the entries that fit a search, and what it can be searched for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from storage.proof_seen import Seen, is_given_up, is_in_chain
from storage.queries.parameters import json_list
from storage.records import KEYS
from storage.records_people import AuditEntry
from storage.rows import columns, decode
from storage.store import Store

ALL = 2**62
"""More entries than there will ever be."""


def last_entry(store: Store) -> AuditEntry | None:
    """Return the newest entry, or None while there is none."""
    return next(iter(store.select(AuditEntry, "SELECT * FROM audit ORDER BY sequence DESC LIMIT 1")), None)


def first_entry_of(store: Store, action: str) -> AuditEntry | None:
    """Return the oldest entry of an action, or None."""
    sql = "SELECT * FROM audit WHERE action = :action ORDER BY sequence LIMIT 1"
    return next(iter(store.select(AuditEntry, sql, {"action": action})), None)


def newest_time(store: Store, until: str) -> str | None:
    """Return the time of the entry that was written last of those dated ``until`` (UTC text) or before, or None."""
    sql = "SELECT at FROM audit WHERE at <= ? ORDER BY sequence DESC LIMIT 1"
    return next((str(at) for (at,) in store.stream(sql, [until])), None)


def all_entries(store: Store) -> Iterator[AuditEntry]:
    """Yield the entries in order, one by one."""
    for row in store.stream(f"SELECT {columns(AuditEntry)} FROM audit ORDER BY sequence"):  # noqa: S608 - our names
        try:
            yield decode(AuditEntry, row)
        except (ValueError, TypeError):  # somebody changed the detail to what is no JSON; its hash cannot match
            yield decode(AuditEntry, (*row[:5], "{}", *row[6:]))


def all_rows(store: Store, record: type) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a record's table as stored, in order of arrival, with the columns of the record's fields."""
    return store.stream(f'SELECT {columns(record)} FROM "{KEYS[record][0]}" ORDER BY rowid')  # noqa: S608 - our names


def covered_rows(store: Store, table: str) -> Iterator[tuple[int, str, bytes]]:
    """Yield (sequence of the entry, key of the row, digest) for each row of a table that was written, in order."""
    sql = 'SELECT entry, key, digest FROM audit_rows WHERE "table" = ? ORDER BY entry, position'
    return store.stream(sql, [table])


def covered_tables(store: Store) -> list[str]:
    """Return the names of the tables that the digests of rows are about."""
    return [str(name) for (name,) in store.stream('SELECT DISTINCT "table" FROM audit_rows ORDER BY 1')]


def last_sequence(store: Store) -> int:
    """Return the number of the newest entry, 0 while there is none; its content is not read."""
    return int(next(store.stream("SELECT coalesce(max(sequence), 0) FROM audit"))[0])


def newest_signed(store: Store) -> int:
    """Return the highest number of an entry that the digests of rows name, 0 without any."""
    return int(next(store.stream("SELECT coalesce(max(entry), 0) FROM audit_rows"))[0])


def holds_or_has_lost(store: Store, seen: Seen) -> bool:
    """Return whether the chain has an entry at its place, or says that a restore has lost it."""
    return is_in_chain(store.engine.connection, seen) or is_given_up(store.engine.connection, seen)


def entries_that_fit(
    store: Store,
    *,
    actors: Collection[str] = (),
    actions: Collection[str] = (),
    week: str | None = None,
    since: date | None = None,
    before: date | None = None,
    most: int | None = None,
) -> list[AuditEntry]:
    """Return the entries by these people, of these actions and about this week, newest first; empty means any.

    Returns the newest ``most`` of them (None: all). ``since`` is included and ``before`` is not; both are days in UTC.
    An entry is about a week when its subject or its detail names the week, or its subject is an item or assignment of
    the week.
    """
    where = _where(actors, actions, week, since, before)
    return store.select(
        AuditEntry,
        f"SELECT a.* {_FIT_SQL} ORDER BY a.sequence DESC LIMIT :most",
        {**where, "most": ALL if most is None else most},
    )


def entries_between(store: Store, actions: Collection[str], *, after: int, upto: int) -> list[AuditEntry]:
    """Return the entries of some actions after one sequence number and up to another, oldest first."""
    sql = """
SELECT * FROM audit
WHERE action IN (SELECT value FROM json_each(:actions)) AND sequence > :after AND sequence <= :upto ORDER BY sequence
"""
    return store.select(AuditEntry, sql, {"actions": json_list(sorted(actions)), "after": after, "upto": upto})


def sequence_of(store: Store, action: str, subject: str) -> int:
    """Return the number of the first entry of an action about a subject, 0 without one."""
    sql = "SELECT coalesce(min(sequence), 0) AS n FROM audit WHERE action = :action AND subject = :subject"
    return int(store.query(sql, {"action": action, "subject": subject})[0]["n"])


def sequence_before(store: Store, at: str) -> int:
    """Return the number of the last entry before a moment (ISO 8601, UTC), 0 without one."""
    return int(store.query("SELECT coalesce(max(sequence), 0) AS n FROM audit WHERE at < :at", {"at": at})[0]["n"])


def count_of_fitting(
    store: Store,
    *,
    actors: Collection[str] = (),
    actions: Collection[str] = (),
    week: str | None = None,
    since: date | None = None,
    before: date | None = None,
) -> int:
    """Return how many entries there are by these people, of these actions and about this week; empty means any."""
    where = _where(actors, actions, week, since, before)
    return int(store.query(f"SELECT count(*) AS n {_FIT_SQL}", where)[0]["n"])


def _where(
    actors: Collection[str], actions: Collection[str], week: str | None, since: date | None, before: date | None
) -> dict[str, str | None]:
    return {
        "actors": json_list(sorted(actors)) if actors else None,
        "actions": json_list(sorted(actions)) if actions else None,
        "week": week,
        "since": since.isoformat() if since else None,
        "before": before.isoformat() if before else None,
    }


_FIT_SQL = """
FROM audit a
WHERE (:actors IS NULL OR a.actor IN (SELECT value FROM json_each(:actors)))
  AND (:actions IS NULL OR a.action IN (SELECT value FROM json_each(:actions)))
  AND (:week IS NULL OR a.subject = :week OR json_extract(a.detail, '$.week') = :week
       OR a.subject IN (SELECT id FROM assignments WHERE week = :week UNION SELECT id FROM items WHERE week = :week))
  AND (:since IS NULL OR a.at >= :since) AND (:before IS NULL OR a.at < :before)
"""


def entries_with_field(store: Store, action: str, field: str) -> list[AuditEntry]:
    """Return the entries of an action that have ``field`` in their detail, in order."""
    sql = "SELECT * FROM audit WHERE action = :action AND json_extract(detail, :path) IS NOT NULL ORDER BY sequence"
    return store.select(AuditEntry, sql, {"action": action, "path": f"$.{field}"})


def actors(store: Store) -> list[str]:
    """Return everybody who occurs in the chain, by name."""
    return [row["value"] for row in store.query(_distinct("actor"))]


def actions(store: Store) -> list[str]:
    """Return every action that occurs in the chain, by name."""
    return [row["value"] for row in store.query(_distinct("action"))]


def _distinct(column: str) -> str:
    """Return the statement that asks the index of a column for one value after another, instead of every entry."""
    return f"""
WITH RECURSIVE known (value) AS (
  SELECT min({column}) FROM audit
  UNION ALL SELECT (SELECT min({column}) FROM audit WHERE {column} > known.value) FROM known WHERE value IS NOT NULL
)
SELECT value FROM known WHERE value IS NOT NULL ORDER BY 1
"""  # noqa: S608 - a name of ours


def first_and_last_day(store: Store) -> tuple[date, date] | None:
    """Return the days in UTC of the oldest and the newest entry, or None while there is none."""
    row = store.query("SELECT (SELECT min(at) FROM audit) AS first, (SELECT max(at) FROM audit) AS last")[0]
    return (_day(row["first"]), _day(row["last"])) if row["first"] else None


def _day(at: str) -> date:
    return date.fromisoformat(at[:10])
