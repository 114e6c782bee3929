"""Empty rows in place, and leave nothing of them in the file. Only an erasure does this; see ``review.erasure``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from storage import proof
from storage.address import address_in
from storage.connection import plain_errors
from storage.engine import Connection
from storage.opening import open_store
from storage.proof_digests import entry_hash, rows_digest
from storage.queries.conditions import erased
from storage.queries.states import asked_once
from storage.records import KEYS
from storage.records_people import AuditEntry
from storage.rows import columns, decode, encode, fields
from storage.store import Store


class Emptied(NamedTuple):
    """A row that was emptied: its key, and its keyed digests before and after, as hexadecimal text."""

    key: str
    before: str
    after: str


def empty_rows(store: Store, record: type, changes: Mapping[Any, Mapping[str, Any]]) -> list[Emptied]:
    """Overwrite columns of rows (key of the row -> column -> value) and return their digests before and after.

    Call it in the transaction whose entry lists what it returns. Rows of the audit chain keep their hash.
    """
    connection = store.engine.connection
    table, primary = KEYS[record]
    done = []
    for name, values in changes.items():
        before = _row(connection, record, table, primary, name)
        if before is None or not values:
            continue
        sets = ", ".join(f'"{column}" = ?' for column in values)
        sql = f'UPDATE "{table}" SET {sets} WHERE "{primary}" = ?'  # noqa: S608 - our names
        connection.execute(sql, [*map(encode, values.values()), name])
        after = _row(connection, record, table, primary, name)
        assert after is not None
        done.append(Emptied(str(name), _digest(store, record, before, seen=True), _digest(store, record, after)))
    return done


class Relisted(NamedTuple):
    """An entry whose lines of ``audit_rows`` name another key now: the digest over them that it signed, and the new."""

    entry: int
    before: str
    after: str


def copy_under(store: Store, record: type, old: str, new: str) -> None:
    """Add a copy of a row under another key, at the same place in the order of arrival.

    Rows that refer to the first one can be changed after it; :func:`drop_copied` then removes the first one. Call both
    in one transaction.
    """
    table, primary = KEYS[record]
    others = ", ".join(f'"{f.name}"' for f in fields(record) if f.name != primary)
    connection = store.engine.connection
    # No two rows may have the same place.
    connection.execute(f'UPDATE "{table}" SET rowid = -rowid WHERE "{primary}" = ?', (old,))  # noqa: S608 - our names
    copied = f'SELECT -rowid, CAST(? AS TEXT), {others} FROM "{table}" WHERE "{primary}" = ?'  # noqa: S608 - our names
    connection.execute(f'INSERT INTO "{table}" (rowid, "{primary}", {others}) {copied}', (new, old))


def drop_copied(store: Store, record: type, old: str, new: str) -> tuple[Emptied, list[Relisted]]:
    """Remove a row whose copy stands under ``new``, and name the copy in the lines about it.

    Returns the row under its new key, and the entries that had signed the lines.
    """
    connection = store.engine.connection
    table, primary = KEYS[record]
    before, after = (_row(connection, record, table, primary, name) for name in (old, new))
    assert before is not None
    assert after is not None
    connection.execute(f'DELETE FROM "{table}" WHERE "{primary}" = ?', (old,))  # noqa: S608 - our names
    sql = 'SELECT DISTINCT entry FROM audit_rows WHERE "table" = ? AND key = ?'
    entries = [int(row[0]) for row in connection.execute(sql, (table, old)).fetchall()]
    changed = [_relisted(store, table, entry, old, new) for entry in entries]
    return Emptied(new, _digest(store, record, before), _digest(store, record, after)), changed


def _relisted(store: Store, table: str, entry: int, old: str, new: str) -> Relisted:
    before = _digest_of_lines(store, table, entry)
    sql = 'UPDATE audit_rows SET key = ? WHERE "table" = ? AND entry = ? AND key = ?'
    store.engine.connection.execute(sql, (new, table, entry, old))
    return Relisted(entry, before, _digest_of_lines(store, table, entry))


def _digest_of_lines(store: Store, table: str, entry: int) -> str:
    connection = store.engine.connection
    sql = 'SELECT key, digest FROM audit_rows WHERE "table" = ? AND entry = ? ORDER BY position'
    lines = [(str(key), bytes(digest)) for key, digest in connection.execute(sql, (table, entry)).fetchall()]
    return rows_digest(proof.key_to_sign(connection), lines)


def _row(connection: Connection, record: type, table: str, primary: str, name: Any) -> Sequence[Any] | None:
    sql = f'SELECT {columns(record)} FROM "{table}" WHERE "{primary}" = ?'  # noqa: S608 - our names
    found: Sequence[Any] | None = connection.execute(sql, (name,)).fetchone()
    return found


def _digest(store: Store, record: type, row: Sequence[Any], *, seen: bool = False) -> str:
    key = proof.key_to_sign(store.engine.connection)
    if record is not AuditEntry:
        return proof.covered_row(key, record, row).digest.hex()
    entry = decode(AuditEntry, row)
    if seen:
        return entry.hash
    said = {"actor": entry.actor, "action": entry.action, "subject": entry.subject}
    return entry_hash(entry.sequence, entry.at, **said, detail=entry.detail, previous=entry.previous, key=key)


def leave_nothing_behind(store: Store) -> bool:
    """Write the file anew without what was emptied, and cut the write-ahead log. Returns whether both were done.

    Other connections may read and write before and after, not meanwhile; one that reads all the time keeps it from
    being done. Raises StorageError when the disk is full.
    """
    with store.engine.plain_errors():
        return store.engine.write_anew()


def erasing_entries(store: Store, action: str) -> list[AuditEntry]:
    """Return the entries of the chain that list emptied rows, oldest first."""
    return store.select(AuditEntry, "SELECT * FROM audit WHERE action = :action ORDER BY sequence", {"action": action})


def is_erased(store: Store, item_id: str) -> bool:
    """Return whether the conversation of an item was erased."""
    return bool(store.query(IS_ERASED_SQL, {"item": item_id}))


IS_ERASED_SQL = f"SELECT 1 AS yes FROM items i WHERE i.id = :item AND {erased('i')}"  # noqa: S608 - a condition of ours


def erasures_so_far(store: Store) -> int:
    """Return a number that grows with each step of an erasure, 0 before the first."""
    return int(asked_once(store, "SELECT coalesce(max(rowid), 0) AS place FROM erasure_events")[0]["place"])


def cells_of_file(path: Path) -> Iterator[tuple[str, int, list[Any]]]:
    """Yield (table, number of the row, cells) of every row of an SQLite file, as anybody could read it.

    Of a file that names a database, the rows of its store. Raises StorageError for what cannot be read.
    """
    if address_in(path) is not None:
        yield from _cells_of_database(open_store(path, create=False))
        return
    with plain_errors(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            name = str(table).replace('"', '""')
            for n, row in enumerate(connection.execute(f'SELECT * FROM "{name}"')):  # noqa: S608 - quoted
                yield str(table), n, list(row)


def _cells_of_database(store: Store) -> Iterator[tuple[str, int, list[Any]]]:
    for kind, table in store.engine.objects():
        if kind == "table":
            for n, row in enumerate(store.stream(f'SELECT * FROM "{table}"')):  # noqa: S608 - our names
                yield table, n, list(row)


class OpenErasure(NamedTuple):
    """An erasure whose proof has not passed: when somebody asked for it, and whether it was confirmed."""

    id: str
    subject: str
    at: str
    by: str
    confirmed: bool


def open_erasures(store: Store) -> list[OpenErasure]:
    """Return the erasures that somebody asked for, and that are neither proved nor withdrawn, oldest first."""
    return [OpenErasure(**{**row, "confirmed": bool(row["confirmed"])}) for row in store.query(_OPEN)]


_OPEN = """
SELECT r.id, r.subject, r.at, r.by,
  EXISTS (SELECT 1 FROM erasure_events e WHERE e.request_id = r.id AND e.event = 'confirmed') AS confirmed
FROM erasure_requests r
WHERE NOT EXISTS (SELECT 1 FROM erasure_events e WHERE e.request_id = r.id AND e.event IN ('proved', 'withdrawn'))
ORDER BY r.rowid
"""
