"""A store in a PostgreSQL database.

Reads outside a transaction take any connection of the pool. A transaction that writes holds one lock of the database
until it ends, as BEGIN IMMEDIATE does with a file: what it has read cannot change before it writes, and the entries of
the audit chain follow each other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import starmap
from pathlib import Path
from typing import Any

from storage import postgres_upkeep
from storage.connection import StorageError
from storage.engine import Params, Question
from storage.postgres_answers import Answer, Answers
from storage.postgres_away import lost, note_away, pool_at
from storage.postgres_connecting import driver
from storage.postgres_database import PostgresDatabase
from storage.postgres_dialect import named, prepared, translated
from storage.postgres_errors import plain_errors
from storage.postgres_many import AT_ONCE, all_at_once, copied, fetched, in_one_message, inserted, run_for_each

WRITING = 0x53504F54
"""The number of the lock that a transaction holds while it writes."""
_WRITING = f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})"
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_READS = ("SELECT", "WITH")


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
        asked = [(sql, values) for sql, values in starmap(prepared, ahead) if answers.get(sql, values) is None]
        if len(asked) > 1 and driver().Pipeline.is_supported():
            cursors = all_at_once(self.held, asked)
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
        return inserted(self.held, self._noted(sql, rows), rows)

    def insert_missing(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
        """Insert the rows that are not there yet, inside a transaction, and return how many these were."""
        self._local.answers.note(f'INSERT INTO "{table}"')
        return copied(self.held, table, columns, rows)

    def run_for_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> Any:
        """Run one statement for each row, inside a transaction."""
        return run_for_each(self.held, self._noted(sql, rows), rows)

    def _noted(self, sql: str, rows: Sequence[Sequence[Any]]) -> str:
        """Return a statement that changes rows as PostgreSQL takes it; what was known of the tables counts no more."""
        statement = translated(named(sql, rows[0] if rows else ())[0]).sql
        self._local.answers.note(statement)
        return statement

    def together(self) -> AbstractContextManager[None]:
        """Send the statements that run inside in one message. Their rows and counts are there when it ends."""
        return in_one_message(self.held)

    def stream(self, sql: str, params: Params) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement, a thousand at a time. Other statements may run meanwhile."""
        words, values = prepared(sql, params)
        held = self.held
        if (known := self._known(words, values)) is not None:
            yield from known
        elif held is None:
            with pool_at(self.address).connection() as own:
                yield from own.cursor().stream(words, values, size=AT_ONCE)
        else:
            transaction = self._answers
            yield from fetched(held, words, values, goes_on=lambda: self._answers is transaction)

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
        return postgres_upkeep.objects(self.run)

    def damage(self) -> list[str]:
        """Return the indexes and constraints that do not hold."""
        return postgres_upkeep.damage(self.run)

    def write_anew(self) -> bool:
        """Rewrite the tables that this role owns. ``unproved`` says what stays in the others."""
        postgres_upkeep.write_anew(self.run)
        return True

    def unproved(self) -> list[str]:
        """Return what of the server cannot be read from here: pages, its write-ahead log, standbys and backups."""
        return postgres_upkeep.unproved(self.run)

    def plain_errors(self) -> AbstractContextManager[None]:
        """Turn the errors of the database into StorageErrors that say what to do."""
        return plain_errors(self.name)

    def backup(self, target: Path) -> None:
        """Raise StorageError: the rows of a database are copied into a file instead."""
        raise StorageError(f"{self.name}: a database is no file that could be copied to {target}.")

    def close(self) -> None:
        """Give up this thread's transaction, if any. The pool keeps its connections for other threads."""
        self.rollback()

    @property
    def _answers(self) -> Answers | None:
        """What is known in this thread's transaction, None outside of one."""
        return getattr(self._local, "answers", None)

    def _known(self, sql: str, values: Sequence[Any]) -> Answer | None:
        return self._answers.get(sql, values) if self._answers else None

    def _run_held(self, sql: str, values: Sequence[Any]) -> Any:
        answers: Answers = self._local.answers
        answers.note(sql)
        cursor = self.held.execute(sql, values or None)
        if not self._local.only_reads or cursor.description is None:
            return cursor
        return answers.keep(sql, values, cursor)

    def _begin(self, words: str, ahead: Sequence[Question]) -> None:
        """Begin a transaction on a connection of the pool."""
        asked = list(starmap(prepared, ahead)) if driver().Pipeline.is_supported() else []
        for last in (False, True):
            pool = pool_at(self.address)
            try:
                connection = pool.getconn()
            except driver().OperationalError as error:
                note_away(self.address, error)
                raise
            try:
                cursors = all_at_once(connection, [*((part, ()) for part in words.split("; ")), *asked])
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


class PostgresConnection:
    """Runs the statements of the store, which are written for SQLite, in a database."""

    def __init__(self, engine: PostgresEngine) -> None:
        """Make the connection of one thread."""
        self.engine = engine

    def execute(self, sql: str, params: Params = (), /) -> Any:
        """Run one statement, and return its rows."""
        return self.engine.run(*prepared(sql, params))

    def executemany(self, sql: str, params: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each list of parameters, inside a transaction."""
        return self.engine.run_for_each(sql, list(params))
