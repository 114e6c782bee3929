"""The first engine of the store: one SQLite file, with one connection for each thread.

It uses WAL with synchronous FULL (an acknowledged annotation survives a power cut), foreign keys, a busy timeout, and
writes that begin with BEGIN IMMEDIATE.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.connection import StorageError, connect, plain_errors
from storage.engine import Params, Question

if TYPE_CHECKING:
    from sqlite_utils import Database

_SAVING = threading.Lock()
_SAVED: dict[str, int] = {}
"""How often this process has saved the content of a removed -wal file, by store."""


class SqliteEngine:
    """A store in one file."""

    def __init__(self, path: Path) -> None:
        """Make the engine; each thread opens the file on first use."""
        self.path = path
        self._wal = Path(f"{path}-wal")
        self._name = str(path.resolve())
        self._local = threading.local()

    @property
    def db(self) -> Database:
        """This thread's connection, opened on first use."""
        db = getattr(self._local, "db", None)
        if db is not None and not db.conn.in_transaction and self._lost_its_wal():
            self._keep_what_the_wal_holds(db)
            db = None
        if db is None:
            self._local.saved = _SAVED.get(self._name, 0)
            db = self._local.db = connect(self.path)
            with self.plain_errors():
                db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the -wal file
            self._local.wal = _inode(self._wal)
        return db

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, as Python's sqlite3 has it."""
        connection: sqlite3.Connection = self.db.conn
        return connection

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside a transaction."""
        return self.connection.in_transaction

    def begin(self, ahead: Sequence[Question] = ()) -> None:
        """Begin with BEGIN IMMEDIATE: one that begins with a read fails if another process writes in between."""
        self.connection.execute("BEGIN IMMEDIATE")

    def ask(self, ahead: Sequence[Question]) -> None:
        """Do nothing: a file is near, and each question is asked where its answer is needed."""

    def begin_snapshot(self, ahead: Sequence[Question] = ()) -> None:
        """Begin a transaction that only reads. Nothing is asked ahead: a file is near."""
        self.connection.execute("BEGIN")

    def commit(self) -> None:
        """Write what the transaction holds to disk."""
        self.connection.commit()

    def rollback(self) -> None:
        """Give up what the transaction holds."""
        self.connection.rollback()

    def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Insert rows one by one, and return what came back."""
        connection = self.connection
        return [back for row in rows for back in connection.execute(sql, row).fetchall()]

    def insert_missing(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
        """Insert the rows that are not there yet, and return how many these were."""
        names, marks = ", ".join(f'"{c}"' for c in columns), ", ".join("?" for _ in columns)
        sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING'  # noqa: S608 - our names
        return int(self.connection.executemany(sql, rows).rowcount)

    def together(self) -> AbstractContextManager[None]:
        """Do nothing: a file is near."""
        return nullcontext()

    def stream(self, sql: str, params: Params) -> Iterator[tuple[Any, ...]]:
        """Yield rows as SQLite finds them."""
        return self.connection.execute(sql, params)

    def objects(self) -> list[tuple[str, str]]:
        """Return (type, name) of every table, view and trigger of the file."""
        sql = (
            "SELECT type, name FROM sqlite_master "
            "WHERE type IN ('table', 'view', 'trigger') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        return [(str(kind), str(name)) for kind, name in self.connection.execute(sql)]

    def count_on(self, table: str) -> None:
        """Do nothing: SQLite numbers a new row after the last one."""

    def damage(self) -> list[str]:
        """Return what SQLite finds broken: pages, indexes, and rows that name a row that is not there."""
        found = [str(said) for (said,) in self.connection.execute("PRAGMA integrity_check(20)") if said != "ok"]
        lost = self.connection.execute("PRAGMA foreign_key_check").fetchmany(20)
        return found + [
            f"row {row} of {table} names a row of {other} that is not there" for table, row, other, _ in lost
        ]

    def write_anew(self) -> bool:
        """Write the file anew and cut the write-ahead log; False when somebody reads meanwhile."""
        self.connection.execute("VACUUM")
        return not self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    def unproved(self) -> list[str]:
        """Return nothing: a file and its write-ahead log can be read."""
        return []

    def plain_errors(self) -> AbstractContextManager[None]:
        """Turn SQLite's errors into StorageErrors that say what to do."""
        return plain_errors(self.path)

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the whole store to ``target``. Others can keep working meanwhile."""
        with sqlite3.connect(target) as copy:
            self.connection.backup(copy)

    def close(self) -> None:
        """Close this thread's connection."""
        db = getattr(self._local, "db", None)
        if db is not None:
            db.close()
            self._local.db = self._local.wal = None

    def _lost_its_wal(self) -> bool:
        """Return whether somebody removed the -wal file that this connection has open."""
        if self._local.wal is None:
            self._local.wal = _inode(self._wal)
        return self._local.wal is not None and self._local.wal != _inode(self._wal)

    def _keep_what_the_wal_holds(self, db: Database) -> None:
        """Save what was acknowledged, and close this connection, which would go on with the removed file.

        The file lives until its last connection is closed; a checkpoint moves its content into the store. Connections
        of other threads have the same file open: only the first may save it, before anybody makes a new one.
        """
        with _SAVING, self.plain_errors():
            if self._local.saved == _SAVED.get(self._name, 0):
                busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                if busy:
                    raise StorageError(
                        f"{self.path}: somebody removed the file {self._wal.name} while the store was open, and a "
                        "reader keeps its content from being saved. Nothing was written. Try again in a moment."
                    )
                _SAVED[self._name] = self._local.saved + 1
            self.close()


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
