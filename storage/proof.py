"""Every row is covered by an entry of the audit chain, which signs the digests of the rows written with it.

The digests stand in the table ``audit_rows``, one line for each row, in order of arrival. The entry signs how many
there are by table, and a digest over them. A row without a line was added by somebody else; one whose digest differs
was edited; a line without its row was deleted. The first signed entry covers every row that was there before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson

from storage.clock import utc_text
from storage.engine import Connection, Engine, Question
from storage.proof_digests import entry_hash, row_digest, rows_digest
from storage.proof_key import (
    VARIABLE,
    ProofError,
    find_key,
    forget_key,
    found_key,
    keep_key,
    kept_key,
    key_id,
    new_key,
)
from storage.proof_seen import Seen
from storage.records import KEYS
from storage.records_people import AuditEntry
from storage.rows import columns, fields

GENESIS = "0" * 64
"""The hash "before" the first entry."""
PROGRAM = "spotcheck"
"""The actor of entries that the program makes by itself."""
FIRST_SIGNED = "audit key"
"""The action of the entry with which signing begins."""
OTHER_ROWS = "rows"
"""The action of an entry about rows that were written without an entry of their own."""
SIGNED = "signed"
"""The field of an entry's detail with the rows it covers: table -> [how many, digest]."""
SETTING = "audit_key"
"""The setting that holds the short name of the key."""
_SETTING_SQL = "SELECT value FROM settings WHERE name = ?"
_NEWEST_SQL = "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1"

COVERED: dict[type, tuple[str, ...]] = {record: place for record, place in KEYS.items() if record is not AuditEntry}
"""Table and primary key of every record whose rows the entries cover."""
NOT_COVERED = {
    "audit": "the chain itself: each entry signs the one before it",
    "audit_rows": "the digests of rows: each entry signs its own",
    "_sqlite_migrations": "which steps of the schema ran; holds nothing that people or judges said",
}
"""The other tables of a store, and why no entry covers their rows."""


class Row(NamedTuple):
    """A row as an entry covers it."""

    table: str
    key: str
    digest: bytes


def covered_row(key: bytes, record: type, values: Sequence[Any]) -> Row:
    """Return a row of ``record``, with all columns in the order of its fields, as an entry covers it."""
    table, place, names = shape_of(record)
    return Row(table, str(values[place]), row_digest(key, table, names, values))


@cache
def shape_of(record: type) -> tuple[str, int, tuple[str, ...]]:
    """Return the table of a record, the place of its primary key among the columns, and the names of the columns."""
    table, primary = COVERED[record]
    names = tuple(f.name for f in fields(record))
    return table, names.index(primary), names


def signed_with(connection: Connection) -> str | None:
    """Return the short name of the key that signs the entries; None while nothing is signed."""
    return _setting(connection, SETTING)


def key_to_sign(connection: Connection) -> bytes:
    """Return the key with which this store is signed. Raises ProofError when it is not here."""
    name = signed_with(connection)
    key = found_key(name) or find_key(store_id(connection), name) if name else None
    if key is None:
        raise ProofError(
            "the audit key of this store is not here, so nothing can be written. "
            f"Give it in {VARIABLE}, or start as the user who keeps it. Reading is possible without it."
        )
    return key


def signing_key(connection: Connection) -> bytes | None:
    """Return the key that signs the entries of this store; None when nothing is signed or the key is not here.

    With a key of this store that did not sign the first entry, every signed entry is wrong, and is reported. Raises
    ProofError when the key's file cannot be found or read, because somebody changed the id of the store.
    """
    first = connection.execute(
        "SELECT subject FROM audit WHERE action = ? ORDER BY sequence LIMIT 1", (FIRST_SIGNED,)
    ).fetchone()
    if first is None:
        return None
    store = store_id(connection)
    # Somebody may have changed the name in the entry; where the environment gives the key, the setting names it too.
    named = signed_with(connection)
    return find_key(store, first[0]) or (find_key(store, named) if named else None) or kept_key(store)


def store_id(connection: Connection) -> str:
    """Return the id of the store, under which its key is kept."""
    return _setting(connection, "store_id") or ""


def asked_by_an_entry() -> list[Question]:
    """Return what every transaction that adds an entry asks, so that a store on a server is asked once for it."""
    return [*((_SETTING_SQL, (name,)) for name in (SETTING, "store_id")), (_NEWEST_SQL, ())]


def append(
    engine: Engine,
    key: bytes,
    *,
    at: str,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any],
    rows: Sequence[Row] = (),
) -> tuple[Seen, str]:
    """Add one signed entry that covers ``rows``, and their digests. Call it in a transaction.

    Returns the entry, and the hash of the one before it.

    Raises ProofError when the store has digests of an entry that the chain has lost.
    """
    connection = engine.connection
    last = connection.execute(_NEWEST_SQL).fetchone()
    sequence, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    by_table: dict[str, list[tuple[str, bytes]]] = {}
    for row in rows:
        by_table.setdefault(row.table, []).append((row.key, row.digest))
    if rows:
        detail = {**detail, SIGNED: {t: [len(lines), rows_digest(key, lines)] for t, lines in by_table.items()}}
    digest = entry_hash(
        sequence, at, actor=actor, action=action, subject=subject, detail=detail, previous=previous, key=key
    )
    text = orjson.dumps(detail).decode()
    with engine.together():
        written = {
            table: connection.executemany(_LINE_SQL, _lines(table, sequence, by_table[table])) for table in by_table
        }
        connection.execute(_ENTRY_SQL, (sequence, at, actor, action, subject, text, previous, digest))
    for table, cursor in written.items():
        if cursor.rowcount < len(by_table[table]):
            raise ProofError(
                f"entries were removed from the end of the audit chain: it ends at entry {sequence - 1}, but rows of "
                f"{table} are signed by entry {sequence}. Nothing was written. Restore a backup of the store."
            )
    return Seen(sequence, digest, at), previous


_ENTRY_SQL = (
    "INSERT INTO audit (sequence, at, actor, action, subject, detail, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_LINE_SQL = (
    'INSERT INTO audit_rows ("table", entry, position, key, digest) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'
)


def _lines(table: str, sequence: int, rows: list[tuple[str, bytes]]) -> list[tuple[str, int, int, str, bytes]]:
    """Return the digests of the rows of an entry as they stand in the store."""
    return [(table, sequence, n, key, digest) for n, (key, digest) in enumerate(rows)]


def begin_signing(engine: Engine) -> None:
    """Sign the chain from here on: make the key, and cover every row there is in one signed entry, in one transaction.

    Does nothing when it is signed already. Raises ProofError when there was a key before, or none can be made.
    """
    engine.begin()
    connection = engine.connection
    kept: tuple[str, bytes] | None = None
    try:
        if signed_with(connection) is None:
            if connection.execute("SELECT 1 FROM audit WHERE action = ? LIMIT 1", (FIRST_SIGNED,)).fetchone():
                raise ProofError(f"the store has lost its setting '{SETTING}'. Restore a backup of the store.")
            _refuse_records_without_entries(connection)
            store = store_id(connection)
            key = new_key(store)
            _cover_everything(engine, key)
            # The key is kept last: one without its entry would look as if the records had been replaced.
            keep_key(store, key)
            kept = store, key
        engine.commit()
    except BaseException:
        engine.rollback()
        if kept:
            forget_key(*kept)
        raise


def _refuse_records_without_entries(connection: Connection) -> None:
    """Raise ProofError for people or items without any entry: signing them would prove what somebody else wrote.

    Every version has written an entry about each of them, so their entries were removed.
    """
    if connection.execute("SELECT 1 FROM audit LIMIT 1").fetchone():
        return
    for table in ("raters", "roles", "weeks", "items", "annotations"):
        if connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone():  # noqa: S608 - our names
            raise ProofError(
                f"the table {table} has rows, but the audit chain has no entry. The entries were removed outside "
                "Spotcheck. Restore a backup of the store."
            )


def _cover_everything(engine: Engine, key: bytes) -> None:
    connection = engine.connection
    connection.execute("INSERT INTO settings (name, value) VALUES (?, ?)", (SETTING, key_id(key)))
    rows = [
        covered_row(key, record, values)
        for record, (table, _) in COVERED.items()
        for values in connection.execute(f'SELECT {columns(record)} FROM "{table}" ORDER BY rowid')  # noqa: S608 - names and paths of our own
    ]
    append(
        engine,
        key,
        at=utc_text(),
        actor=PROGRAM,
        action=FIRST_SIGNED,
        subject=key_id(key),
        detail={"covers": len(rows)},
        rows=rows,
    )


def _setting(connection: Connection, name: str) -> str | None:
    row = connection.execute(_SETTING_SQL, (name,)).fetchone()
    return None if row is None else str(row[0])
