"""SQLite: a file opened read-only, with an authorizer that lets nothing but reading through."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from review.sql.engines.engine import EngineAddress, Limits, Session, SqlEngine, failed, gathered, unavailable
from review.sql.engines.files import file_of, state_of_files
from review.sql.engines.sqlite_copies import copies, expressions, virtual_tables
from review.sql.results.result import Result
from review.sql.schema.schema import Table

_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)
ACTIONS = {
    getattr(sqlite3, f"SQLITE_{name.upper().replace(' ', '_')}"): name
    for name in ("read", "function", "pragma", "insert", "update", "delete", "attach", "detach", "transaction",
                 "create table", "drop table", "create index", "create view", "create trigger", "create vtable")
}  # fmt: skip
"""What SQLite asks its authorizer for, in words."""
OF_FILE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Errors of a file that is locked or broken, whatever was asked."""
_OWN_PRAGMAS = ("data_version", "page_size")
"""What modules of virtual tables ask for themselves; without a value both only read."""
GENERATED = (2, 3)
"""Values of ``hidden`` in pragma_table_xinfo for generated columns, virtual and stored."""
_REFUSED_FUNCTIONS = ("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer")

_CATALOGUE = "SELECT lower(name) FROM pragma_function_list UNION SELECT lower(name) FROM pragma_module_list"
"""Functions, and the modules that are called as tables."""


class _Reading:
    databases: tuple[str, ...] = ("",)

    def __init__(self, connection: sqlite3.Connection, limits: Limits) -> None:
        self.connection, self.limits = connection, limits
        self._denied: list[str] = []
        self._connected = False

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
        """Run one statement under the authorizer. What fails because of it is refused, which makes it no wrong one."""
        self._connect()
        self._denied.clear()
        self.connection.set_authorizer(self._authorize)
        try:
            cursor = self.connection.execute(sql)
            columns = [part[0] for part in cursor.description or []]
            return gathered(columns, _rows(cursor), self.limits)
        except (sqlite3.Error, sqlite3.Warning, MemoryError, OverflowError) as error:
            if self._denied:
                asked = f"The statement asks SQLite for more than reading ({self._denied[0]})"
                return Result(ending="refused", error=f"{asked}, which this connection does not allow.", unproved=True)
            of_file = getattr(error, "sqlite_errorcode", 0) & 0xFF in OF_FILE
            return unavailable(error) if of_file else failed(error)

    def _connect(self) -> None:
        """Connect the virtual tables once: their modules prepare statements that write, which nothing runs here."""
        if self._connected:
            return
        self._connected = True
        self.connection.set_authorizer(None)
        made = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL %'"
        names = [name for (name,) in self.connection.execute(made)]
        for name in (*names, "json_each", "json_tree"):
            # A module that is missing here fails when its table is read, with its own message.
            with contextlib.suppress(sqlite3.OperationalError):
                self.connection.execute("SELECT name FROM pragma_table_xinfo(?)", (name,)).fetchall()

    def _authorize(
        self, action: int, first: str | None, second: str | None, database: str | None, trigger: str | None
    ) -> int:
        if _allowed(action, first, second):
            return sqlite3.SQLITE_OK
        self._denied.append(" ".join([ACTIONS.get(action, f"action {action}"), *filter(None, (first, second))]))
        return sqlite3.SQLITE_DENY


def _rows(cursor: sqlite3.Cursor) -> Iterator[tuple[object, ...]]:
    while rows := cursor.fetchmany(500):
        yield from rows


def _allowed(action: int, first: str | None, second: str | None) -> bool:
    if action == sqlite3.SQLITE_PRAGMA:
        return first in _OWN_PRAGMAS and second is None
    if action == sqlite3.SQLITE_UPDATE:
        # A module that says what columns it has is parsed as CREATE TABLE. Such a statement itself would ask for more.
        return first == "sqlite_master"
    if action == sqlite3.SQLITE_READ:
        return not (first or "").lower().startswith("sqlite_")
    if action == sqlite3.SQLITE_FUNCTION:
        return (second or "").lower() not in _REFUSED_FUNCTIONS
    return action in _ALLOWED


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
