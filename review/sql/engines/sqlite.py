"""SQLite: a file opened read-only, with an authorizer that lets nothing but reading through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from review.sql.engines.engine import EngineAddress, Limits, Session, SqlEngine, failed, gathered, unavailable
from review.sql.engines.files import file_of, state_of_files
from review.sql.engines.sqlite_copies import copies, expressions, virtual_tables
from review.sql.results.result import Result
from review.sql.schema.schema import Table

_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
OF_FILE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Errors of a file that is locked or broken, whatever was asked."""
GENERATED = (2, 3)
"""Values of ``hidden`` in pragma_table_xinfo for generated columns, virtual and stored."""
_REFUSED_FUNCTIONS = ("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer")

_CATALOGUE = "SELECT lower(name) FROM pragma_function_list UNION SELECT lower(name) FROM pragma_module_list"
"""Functions, and the modules that are called as tables."""


class _Reading:
    databases: tuple[str, ...] = ("",)

    def __init__(self, connection: sqlite3.Connection, limits: Limits) -> None:
        self.connection, self.limits = connection, limits

    def tables(self) -> Sequence[Table]:
        """Every table and view of the file that SQLite can describe.

        One broken view, such as one whose table was dropped, makes no other unreadable.
        """
        self.connection.set_authorizer(None)
        rows = self.connection.execute(
            "SELECT name, type, coalesce(sql, '') FROM sqlite_schema "
            "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ).fetchall()
        virtual = virtual_tables((name, sql) for name, _, sql in rows)
        found = (self._described(name, kind, sql, virtual) for name, kind, sql in rows)
        return [table for table in found if table is not None]

    def _described(self, name: str, kind: str, sql: str, virtual: frozenset[str]) -> Table | None:
        try:
            return self._table(name, kind, sql, virtual)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:
                raise
            return None

    def _table(self, name: str, kind: str, sql: str, virtual: frozenset[str]) -> Table:
        rows = self.connection.execute("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)", (name,)).fetchall()
        primary = frozenset(str(column).lower() for column, _, pk, _ in rows if pk)
        other = copies(name, sql, virtual)
        indexes = self.connection.execute(
            'SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND partial = 0', (name,)
        ).fetchall()
        keys = [primary] if primary else []
        for (index,) in indexes:
            parts = self.connection.execute("SELECT name FROM pragma_index_info(?)", (index,)).fetchall()
            if all(part for (part,) in parts):
                keys.append(frozenset(str(part).lower() for (part,) in parts))
        return Table(
            name=name,
            columns={str(column): str(of) for column, of, _, _ in rows},
            keys=tuple(dict.fromkeys(keys)),
            keys_known=bool(keys),
            definition=sql if kind == "view" else "" if other.unclear else None,
            shows=other.shows,
            opaque=other.opaque,
            made_from=expressions(sql, [str(column) for column, _, _, hidden in rows if hidden in GENERATED]),
        )

    def catalogue(self) -> frozenset[str]:
        """Every function of this SQLite; none where it is too old to list them."""
        try:
            return frozenset(name for (name,) in self.connection.execute(_CATALOGUE))
        except sqlite3.OperationalError:
            return frozenset()

    def run(self, sql: str) -> Result:
        """Run one statement under the authorizer."""
        self.connection.set_authorizer(_authorize)
        try:
            cursor = self.connection.execute(sql)
            columns = [part[0] for part in cursor.description or []]
            return gathered(columns, _rows(cursor), self.limits)
        except (sqlite3.Error, sqlite3.Warning, MemoryError, OverflowError) as error:
            of_file = getattr(error, "sqlite_errorcode", 0) & 0xFF in OF_FILE
            return unavailable(error) if of_file else failed(error)


def _rows(cursor: sqlite3.Cursor) -> Iterator[tuple[object, ...]]:
    while rows := cursor.fetchmany(500):
        yield from rows


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    if action not in _ALLOWED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ and (first or "").lower().startswith("sqlite_"):
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _open(place: EngineAddress, limits: Limits) -> Session:
    path = file_of(place)
    connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA query_only = 1")
    connection.execute("PRAGMA trusted_schema = 0")
    connection.execute(f"PRAGMA hard_heap_limit = {int(limits.memory)}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    # A text that is no UTF-8 is data too.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return _Reading(connection, limits)


ENGINE = SqlEngine(
    about="a SQLite file",
    example="sqlite:///shop.db",
    dialect="sqlite",
    open=_open,
    state=state_of_files,
    limits_memory=True,
)
