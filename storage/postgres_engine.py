"""A store in a PostgreSQL database.

Reads outside a transaction take any connection of the pool. A transaction that writes holds one lock of the database
until it ends, as BEGIN IMMEDIATE does with a file: what it has read cannot change before it writes, and the entries of
the audit chain follow each other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count, starmap
from pathlib import Path
from typing import Any

from storage.connection import StorageError
from storage.engine import Params, Question
from storage.postgres_answers import Answer, Answers
from storage.postgres_away import lost, note_away, pool_at
from storage.postgres_connecting import driver
from storage.postgres_database import PostgresDatabase
from storage.postgres_dialect import named, translated
from storage.postgres_errors import plain_errors

WRITING = 0x53504F54
"""The number of the lock that a transaction holds while it writes."""
AT_ONCE = 1_000
"""Rows that are fetched together from a long result."""
_CURSORS = count()
_WRITING = f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})"
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_READS = ("SELECT", "WITH")
_PAGES = (
    "The pages of the tables may hold the emptied texts until they are written anew, which only the owner of the "
    "tables can do. Let the owner run VACUUM FULL."
)
_BEYOND = (
    "The write-ahead log of the server, its archive, standbys and backups cannot be read from here. They hold older "
    "states for as long as the server is set to keep them."
)
_OBJECTS = """
SELECT CASE table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END, table_name FROM information_schema.tables
WHERE table_schema = current_schema() AND table_name <> 'schema_steps'
UNION ALL SELECT 'trigger', tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace
ORDER BY 2
"""

_BROKEN = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace
UNION ALL SELECT conname FROM pg_constraint
WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1
"""


class PostgresEngine:
    """A store in the database at an address; ``name`` stands in messages."""

    def __init__(self, address: str, name: str) -> None:
        """Make the engine; it connects on first use."""
        self.address, self.name = address, name
        self._local = threading.local()

    @property
    def connection(self) -> PostgresConnection:
        """What runs statements for this thread."""
        return PostgresConnection(self)

    @property
    def db(self) -> PostgresDatabase:
        """What the steps of the schema use."""
        return PostgresDatabase(self)

    @property
    def held(self) -> Any:
        """The connection of this thread's transaction, None outside of one."""
        return getattr(self._local, "held", None)

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside a transaction or a snapshot."""
        return self.held is not None

    def begin(self, ahead: Sequence[Question] = ()) -> None:
        """Begin a transaction, and wait until no other one writes; ``ahead`` is asked when the wait is over."""
        self._begin(_WRITING, ahead)

    def begin_snapshot(self, ahead: Sequence[Question] = ()) -> None:
        """Begin a transaction that only reads, and sees one state; ``ahead`` goes with it in one message."""
        self._begin(_SNAPSHOT, ahead)

    def ask(self, ahead: Sequence[Question]) -> None:
        """Ask several questions in one message, inside a transaction or snapshot."""
        answers: Answers = self._local.answers
        asked = [(sql, values) for sql, values in starmap(_prepared, ahead) if answers.get(sql, values) is None]
        if len(asked) > 1 and driver().Pipeline.is_supported():
            cursors = _all_at_once(self.held, asked)
            for (sql, values), cursor in zip(asked, cursors, strict=True):
                answers.keep(sql, values, cursor)

    def commit(self) -> None:
        """End the transaction; it is on disk when this returns."""
        try:
            self.held.execute("COMMIT")
        finally:
            self._release()

    def rollback(self) -> None:
        """Give up the transaction. A lost connection has given it up already."""
        held = self.held
        if held is None:
            return
        try:
            if not held.closed:
                # At a ROLLBACK psycopg forgets all that it has prepared; where nothing was written, both end the same.
                held.execute("COMMIT" if self._local.only_reads else "ROLLBACK")
        except driver().OperationalError:
            held.close()
        finally:
            self._release()

    def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Insert all rows in one go, and return what came back, in order."""
        text, _ = named(sql, rows[0])
        statement = translated(text)
        self._local.answers.note(statement.sql)
        if len(rows) == 1:
            return list(self.held.execute(statement.sql, rows[0]).fetchall())
        back: list[tuple[Any, ...]] = []
        with self.held.cursor() as cursor:
            cursor.executemany(statement.sql, rows, returning=True)
            more = True
            while more:
                back += cursor.fetchall()
                more = cursor.nextset()
        return back

    def insert_missing(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
        """Insert the rows that are not there yet, inside a transaction, and return how many these were.

        They come by COPY, which is several times faster than statements and knows no ON CONFLICT, so they come into a
        table of their own first.
        """
        names = ", ".join(f'"{c}"' for c in columns)
        self.held.execute(f'CREATE TEMP TABLE coming ON COMMIT DROP AS SELECT {names} FROM "{table}" WITH NO DATA')  # noqa: S608 - our names
        with self.held.cursor() as cursor:
            with cursor.copy(f"COPY coming ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            insert = f'INSERT INTO "{table}" ({names}) SELECT {names} FROM coming ON CONFLICT DO NOTHING'  # noqa: S608 - our names
            self._local.answers.note(insert)
            cursor.execute(insert, prepare=False)
            return int(cursor.rowcount)

    def run_for_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> Any:
        """Run one statement for each row, inside a transaction."""
        text, _ = named(sql, rows[0] if rows else ())
        statement = translated(text)
        self._local.answers.note(statement.sql)
        if len(rows) == 1:
            return self.held.execute(statement.sql, rows[0])
        cursor = self.held.cursor()
        cursor.executemany(statement.sql, rows)
        return cursor

    def stream(self, sql: str, params: Params) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement, a thousand at a time. Other statements may run meanwhile."""
        words, values = _prepared(sql, params)
        held, known = self.held, self._known(words, values)
        if known is not None:
            yield from known
            return
        if held is None:
            with pool_at(self.address).connection() as own:
                yield from own.cursor().stream(words, values, size=AT_ONCE)
            return
        # psycopg's own cursor of the server needs four ways to it for a few rows: declare, describe, fetch and close.
        transaction, name = self._local.answers, f"s{next(_CURSORS)}"
        fetch = f"FETCH {AT_ONCE} FROM {name}"
        declare = f"DECLARE {name} NO SCROLL CURSOR FOR {words}"
        try:
            rows = _all_at_once(held, [(declare, values), (fetch, ())], prepare=False)[1].fetchall()
            yield from rows
            while len(rows) == AT_ONCE:
                rows = held.execute(fetch, prepare=False).fetchall()
                yield from rows
        finally:
            # Whoever stopped reading may have ended the transaction, and the cursor with it.
            same = getattr(self._local, "answers", None) is transaction
            if same and held.info.transaction_status == driver().pq.TransactionStatus.INTRANS:
                held.execute(f"CLOSE {name}", prepare=False)

    def run(self, sql: str, values: Sequence[Any]) -> Any:
        """Run a statement as PostgreSQL takes it. Outside a transaction, one that reads is tried again once."""
        if self.held is not None:
            return self._known(sql, values) or self._run_held(sql, values)
        try:
            return self._run(pool_at(self.address), sql, values)
        except driver().OperationalError as error:
            if not lost(error):
                raise
            note_away(self.address, error)
            if not sql.lstrip().startswith(_READS):
                raise
            return self._run(pool_at(self.address), sql, values)

    def count_on(self, table: str) -> None:
        """Number the next rows of a table after those that came with their numbers."""
        sql = f"SELECT setval(pg_get_serial_sequence($1, 'rowid'), max(rowid)) FROM \"{table}\" HAVING max(rowid) > 0"  # noqa: S608 - our names
        self.run(sql, [f'"{table}"'])

    def objects(self) -> list[tuple[str, str]]:
        """Return (type, name) of every table, view and trigger of the store."""
        return [(str(kind), str(name)) for kind, name in self.run(_OBJECTS, ())]

    def damage(self) -> list[str]:
        """Return the indexes and constraints that do not hold."""
        return [f"{name} does not hold; rebuild it" for (name,) in self.run(_BROKEN, ())]

    def write_anew(self) -> bool:
        """Rewrite the tables that this role owns. ``unproved`` says what stays in the others."""
        if self._owns_the_tables():
            self.run("VACUUM FULL", ())
        return True

    def unproved(self) -> list[str]:
        """Return what of the server cannot be read from here: pages, its write-ahead log, standbys and backups."""
        left = [] if self._owns_the_tables() else [_PAGES]
        return [*left, _BEYOND]

    def _owns_the_tables(self) -> bool:
        owned = "SELECT bool_and(pg_has_role(tableowner, 'USAGE')) FROM pg_tables WHERE schemaname = current_schema()"
        return bool(self.run(owned, ()).fetchone()[0])

    def plain_errors(self) -> AbstractContextManager[None]:
        """Turn the errors of the database into StorageErrors that say what to do."""
        return plain_errors(self.name)

    def backup(self, target: Path) -> None:
        """Raise StorageError: the rows of a database are copied into a file instead."""
        raise StorageError(f"{self.name}: a database is no file that could be copied to {target}.")

    def close(self) -> None:
        """Give up this thread's transaction, if any. The pool keeps its connections for other threads."""
        self.rollback()

    def _known(self, sql: str, values: Sequence[Any]) -> Answer | None:
        answers: Answers | None = getattr(self._local, "answers", None)
        return None if answers is None else answers.get(sql, values)

    def _run_held(self, sql: str, values: Sequence[Any]) -> Any:
        answers: Answers = self._local.answers
        answers.note(sql)
        cursor = self.held.execute(sql, values or None)
        if not self._local.only_reads or cursor.description is None:
            return cursor
        return answers.keep(sql, values, cursor)

    def _begin(self, words: str, ahead: Sequence[Question]) -> None:
        """Begin a transaction on a connection of the pool."""
        asked = list(starmap(_prepared, ahead)) if driver().Pipeline.is_supported() else []
        for last in (False, True):
            pool = pool_at(self.address)
            try:
                connection = pool.getconn()
            except driver().OperationalError as error:
                note_away(self.address, error)
                raise
            try:
                cursors = _all_at_once(connection, [*((part, ()) for part in words.split("; ")), *asked])
            except driver().Error as error:
                pool.putconn(connection)
                if last or not lost(error):
                    raise
                note_away(self.address, error)
            else:
                break
        self._local.pool, self._local.held = pool, connection
        answers = self._local.answers = Answers()
        self._local.only_reads = words == _SNAPSHOT
        for (sql, values), cursor in zip(asked, cursors[len(cursors) - len(asked) :], strict=True):
            answers.keep(sql, values, cursor)

    def _release(self) -> None:
        self._local.answers = None
        connection, self._local.held = self._local.held, None
        self._local.pool.putconn(connection)

    @staticmethod
    def _run(pool: Any, sql: str, values: Sequence[Any]) -> Any:
        with pool.connection() as connection:
            return connection.execute(sql, values or None)


def _prepared(sql: str, params: Params) -> tuple[str, list[Any]]:
    """Return a statement as PostgreSQL takes it, and its values by place."""
    text, given = named(sql, params)
    statement = translated(text)
    return statement.sql, statement.values(given)


def _all_at_once(
    connection: Any, asked: Sequence[tuple[str, Sequence[Any]]], *, prepare: bool | None = None
) -> list[Any]:
    """Run statements that go to the server in one message, and return a cursor for each."""
    together = len(asked) > 1 and driver().Pipeline.is_supported()
    with connection.pipeline() if together else nullcontext():
        return [connection.execute(sql, values or None, prepare=prepare) for sql, values in asked]


class PostgresConnection:
    """Runs the statements of the store, which are written for SQLite, in a database."""

    def __init__(self, engine: PostgresEngine) -> None:
        """Make the connection of one thread."""
        self.engine = engine

    def execute(self, sql: str, params: Params = (), /) -> Any:
        """Run one statement, and return its rows."""
        return self.engine.run(*_prepared(sql, params))

    def executemany(self, sql: str, params: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each list of parameters, inside a transaction."""
        return self.engine.run_for_each(sql, list(params))
