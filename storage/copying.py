"""Copy a whole store from one engine to another, row by row, and prove that nothing is missing or changed.

A copy that was interrupted goes on where it stopped. Until it is whole, the copy cannot be written: its audit chain and
the name of its key come last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from graphlib import TopologicalSorter
from itertools import islice, zip_longest
from typing import Any, NamedTuple

from storage.connection import StorageError
from storage.migrations.schema import migrations
from storage.migrations.sqlite_utils_alone import database
from storage.proof import FIRST_SIGNED, SETTING
from storage.proof_digests import row_digest
from storage.records import KEYS
from storage.rows import fields
from storage.store import Store

AT_ONCE = 10_000
"""Rows that are written together."""
SETTINGS = "settings"
CHAIN = ("audit_rows", "audit", SETTINGS)
"""The tables that are copied last, in this order."""
_DIGESTS = "audit_rows"
_SAME = b"a copy"


class Table(NamedTuple):
    """A table with its columns. ``place`` is the column that orders its rows; ``numbered`` when it is ``rowid``."""

    name: str
    columns: tuple[str, ...]
    place: str
    numbered: bool


class Copied(NamedTuple):
    """How many rows of a table both stores have, and how many of them were written now."""

    table: str
    rows: int
    new: int


def copy(source: Store, target: Store, *, progress: Callable[[Copied], None] | None = None) -> list[Copied]:
    """Copy every row of ``source`` to ``target``, which is new or holds the beginning of this copy.

    Returns the rows by table. Raises StorageError when the target holds another store, when it cannot keep a text, and
    when a row differs afterwards.
    """
    found = []
    with source.snapshot():
        _prepare(source, target)
        for table in tables():
            add = _add_settings if table.name == SETTINGS else _add_missing
            new = add(source, target, table)
            done = Copied(table.name, _compared(source, target, table), new)
            found.append(done)
            if progress is not None:
                progress(done)
    return found


@cache
def tables() -> tuple[Table, ...]:
    """Return all tables of a store: those that others refer to come first, the audit chain last."""
    empty = database()
    migrations.apply(empty)
    needs = {t.name: {k.other_table for k in t.foreign_keys} for t in empty.tables if isinstance(t.name, str)}
    by_name = {KEYS[record][0]: record for record in KEYS}
    order = [name for name in TopologicalSorter(needs).static_order() if name in by_name and name not in CHAIN]
    found = []
    for name in [*order, *CHAIN]:
        if name == _DIGESTS:
            found.append(Table(name, ("table", "entry", "position", "key", "digest"), "entry", False))
            continue
        record: Any = by_name[name]
        key, types = KEYS[record][1], empty.table(name).columns_dict
        numbered = types[key] is not int  # an integer key is the row's number in SQLite
        found.append(Table(name, tuple(f.name for f in fields(record)), "rowid" if numbered else key, numbered))
    return tuple(found)


def _prepare(source: Store, target: Store) -> None:
    """Make the target ready: empty, or the beginning of this very copy."""
    ours, theirs = _settings(source), _settings(target)
    if SETTING not in ours:
        raise StorageError(
            f"{source.path}: the store has no audit key yet. Add a person to sign its entries, then copy."
        )
    if ours["store_id"] == theirs.get("store_id"):
        return
    rest = [t for t in tables() if t.name not in CHAIN]
    entries = [row["action"] for row in target.query("SELECT action FROM audit LIMIT 2")]
    if any(target.query(f'SELECT 1 AS n FROM "{t.name}" LIMIT 1') for t in rest) or entries not in ([], [FIRST_SIGNED]):  # noqa: S608 - our names
        raise StorageError(f"{target.path}: this place holds another store. Choose a new one.")
    with _writing(target) as write:
        for name in CHAIN:
            write(f'DELETE FROM "{name}"', ())  # noqa: S608 - our names
        for name, value in ours.items():
            if name == SETTING:
                break
            write(_ADD_SETTING, (name, value))


def _add_missing(source: Store, target: Store, table: Table) -> int:
    """Write the rows that come after the last one in the target, and return how many."""
    names = ("rowid", *table.columns) if table.numbered else table.columns
    columns = ", ".join(f'"{c}"' for c in names)
    last = target.query(f'SELECT max("{table.place}") AS place FROM "{table.name}"')[0]["place"] or 0  # noqa: S608 - our names
    order = '"table", entry, position' if table.name == _DIGESTS else f'"{table.place}"'
    # Lines of one entry may have been cut apart, so the last entry is read again.
    after = last - 1 if table.name == _DIGESTS else last
    sql = f'SELECT {columns} FROM "{table.name}" WHERE "{table.place}" > ? ORDER BY {order}'  # noqa: S608 - our names
    new = 0
    found = source.stream(sql, [after])
    while rows := list(islice(found, AT_ONCE)):
        _refuse_nul(target, table, rows)
        with _writing(target):
            new += target.engine.insert_missing(table.name, names, rows)
    if table.numbered:
        target.engine.count_on(table.name)
    return new


def _refuse_nul(target: Store, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Raise StorageError for a text with the character NUL, which not every engine can keep."""
    for row in rows:
        if any(isinstance(cell, str) and "\0" in cell for cell in row):
            raise StorageError(
                f"{target.path}: the row {row[:2]} of {table.name} holds the character NUL (U+0000), which a database "
                "cannot keep. The rows before it were copied."
            )


def _add_settings(source: Store, target: Store, table: Table) -> int:
    """Write the name of the audit key and what was set after it: from now on the copy is a store."""
    here = _settings(target)
    missing = [(name, value) for name, value in _settings(source).items() if name not in here]
    if missing:
        with _writing(target) as write:
            for row in missing:
                write(_ADD_SETTING, row)
    return len(missing)


_ADD_SETTING = "INSERT INTO settings (name, value) VALUES (?, ?)"


def _compared(source: Store, target: Store, table: Table) -> int:
    """Compare the digest of every row in both stores, and return how many rows there are."""
    rows = 0
    for mine, other in zip_longest(_digests(source, table), _digests(target, table)):
        if mine != other:
            raise StorageError(
                f"{target.path}: row {rows + 1} of {table.name} differs from the one in {source.path}, or one of them "
                "is missing. The copy cannot be used. Choose a new place, and copy again."
            )
        rows += 1
    return rows


def _digests(store: Store, table: Table) -> Iterator[bytes]:
    names = ("rowid", *table.columns) if table.numbered and table.name != SETTINGS else table.columns
    columns = ", ".join(f'"{c}"' for c in names)
    order = '"table", entry, position' if table.name == _DIGESTS else f'"{table.place}"'
    for row in store.stream(f'SELECT {columns} FROM "{table.name}" ORDER BY {order}'):  # noqa: S608 - our names
        plain = [cell.hex() if isinstance(cell, bytes) else cell for cell in row]
        yield row_digest(_SAME, table.name, names, plain)


def _settings(store: Store) -> dict[str, str]:
    return {row["name"]: row["value"] for row in store.query("SELECT name, value FROM settings ORDER BY rowid")}


@contextmanager
def _writing(store: Store) -> Iterator[Callable[..., Any]]:
    """A transaction of the engine alone: the rows of a copy bring their own entries."""
    engine = store.engine
    with engine.plain_errors():
        engine.begin()
        try:
            yield engine.connection.execute
            engine.commit()
        except BaseException:
            engine.rollback()
            raise
