"""The store: one SQLite file behind a few verbs: add, get, find, select, query and transaction.

It uses WAL with synchronous FULL (an acknowledged annotation survives a power cut), foreign keys, a busy timeout,
writes that begin with BEGIN IMMEDIATE, and one connection per thread. A second engine would be a second file with these
verbs.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson
from filelock import FileLock, Timeout
from sqlite_utils import Database

from storage.migrations import migrations
from storage.records import KEYS
from storage.rows import columns, decode, decode_dict, encode, fields, insert_sql

R = TypeVar("R")
BUSY_MS = 10_000
"""Milliseconds that a statement waits for another process to finish writing."""
LOCK_SECONDS = 60
"""Seconds that opening a store waits for another process that migrates it."""


class StorageError(Exception):
    """The store cannot be opened, read or written. The message says what to do. Exit code 2."""

    exit_code = 2


class NoStore(StorageError):
    """There is no store at this path."""


class Store:
    """An open store. Threads may share it: each gets its own connection."""

    def __init__(self, path: Path) -> None:
        """Make a store without opening or migrating it. Use :func:`open_store` instead."""
        self.path = path
        self._local = threading.local()

    @property
    def db(self) -> Database:
        """This thread's connection, opened on first use."""
        db = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = _connect(self.path)
        return db

    def close(self) -> None:
        """Close this thread's connection."""
        db = getattr(self._local, "db", None)
        if db is not None:
            db.close()
            self._local.db = None

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        """Write everything inside together or not at all. A nested transaction joins the outer one.

        It begins with BEGIN IMMEDIATE: a transaction that begins with a read fails at its first write if another
        process wrote in between.
        """
        connection = self.db.conn
        if connection.in_transaction:
            yield self
            return
        with _plain_errors(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield self
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def add(self, *records: Any) -> int:
        """Insert records and return how many were new. A record whose primary key exists stays unchanged."""
        new = 0
        with self.transaction():
            for record in records:
                kind: Any = type(record)
                values = [encode(getattr(record, f.name)) for f in fields(kind)]
                new += int(self.db.conn.execute(insert_sql(kind), values).rowcount)
        return new

    def get(self, record: type[R], key: str | int) -> R | None:
        """Return the record with this primary key, or None."""
        return next(iter(self.find(record, **{str(KEYS[record][1]): key})), None)  # type: ignore[arg-type]

    def find(self, record: type[R], *, order_by: str = "rowid", **where: Any) -> list[R]:
        """Return the records whose columns equal ``where``, in order of arrival.

        A list means any of its values; None means NULL.
        """
        kind: Any = record
        names = {f.name for f in fields(kind)}
        clauses, params = [], []
        for column, wanted in where.items():
            if column not in names:
                raise ValueError(f"{record.__name__} has no column '{column}'")
            if isinstance(wanted, list | tuple | set | frozenset):
                clauses.append(f'"{column}" IN (SELECT value FROM json_each(?))')  # noqa: S608 - the name was checked
                params.append(orjson.dumps(list(wanted)).decode())
            else:
                clauses.append(f'"{column}" IS ?')
                params.append(wanted)
        sql = f'SELECT {columns(kind)} FROM "{KEYS[record][0]}"'  # noqa: S608 - names come from our dataclasses
        sql += (" WHERE " + " AND ".join(clauses) if clauses else "") + f" ORDER BY {_order(order_by, names)}"
        with _plain_errors(self.path):
            return [decode(record, row) for row in self.db.conn.execute(sql, params)]

    def select(self, record: type[R], sql: str, params: dict[str, Any] | None = None) -> list[R]:
        """Return records from a reading statement with all columns of the record's table (``SELECT t.* ...``)."""
        return [decode_dict(record, row) for row in self.query(sql, params)]

    def query(self, sql: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a reading statement as dicts, for questions that span tables. JSON columns stay text."""
        with _plain_errors(self.path):
            return list(self.db.query(sql, params or {}))

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the whole store to ``target``. Others can keep working meanwhile."""
        with _plain_errors(self.path), sqlite3.connect(target) as copy:
            self.db.conn.backup(copy)


def open_store(path: str | Path, *, create: bool = True) -> Store:
    """Open the store at ``path`` and bring its schema up to date, behind a lock: many processes may start at once.

    Raises NoStore when it does not exist and ``create`` is false; StorageError when it is not a store, was written by a
    newer version, or cannot be written.
    """
    path = Path(path)
    if not path.exists() and not create:
        raise NoStore(f"{path}: there is no store here. Create one, or choose the file of an existing store.")
    if not path.parent.is_dir():
        raise StorageError(f"{path}: the folder {path.parent} does not exist. Create it first.")
    if path.is_dir():
        raise StorageError(f"{path}: this is a folder; expected a file.")
    store = Store(path)
    with _plain_errors(path):
        if path.exists() and not _pending(store):
            return store
        try:
            with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
                store.db.enable_wal()
                if _pending(store):
                    migrations.apply(store.db)
        except Timeout:
            raise StorageError(
                f"{path}: another process has held the lock {path}.lock for {LOCK_SECONDS} s. "
                "If no other process is running, remove that file."
            ) from None
    return store


def _pending(store: Store) -> bool:
    known = {m.name for m in migrations._migrations}
    applied = {m.name for m in migrations.applied(store.db)}
    newer = sorted(applied - known)
    if newer:
        raise StorageError(
            f"{store.path}: the store was written by a newer version of Spotcheck (it has '{newer[-1]}'). "
            "Nothing was changed. Upgrade Spotcheck."
        )
    tables = set(store.db.table_names()) - {"_sqlite_migrations"}
    if tables and not applied:
        raise StorageError(f"{store.path}: this is an SQLite file, but not a Spotcheck store. Choose another file.")
    return applied != known


def _connect(path: Path) -> Database:
    with _plain_errors(path):
        connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        return Database(connection, execute_plugins=False)


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StorageErrors that say what to do."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        text = str(error)
        advice = {
            "disk is full": "Nothing was written. Free some space and try again.",
            "locked": "Another process is writing to the store. Try again in a moment.",
            "readonly": "The file or its folder is read-only. Change its permissions.",
            "unable to open": "The file cannot be opened. Check the folder and its permissions.",
            "not a database": "This file is not an SQLite store. Choose another file.",
            "malformed": "The file is damaged. Restore a backup.",
        }
        remedy = next((advice[key] for key in advice if key in text), None)
        if remedy is None:
            raise
        raise StorageError(f"{path}: {text}. {remedy}") from error


def _order(order_by: str, names: set[str]) -> str:
    column, _, direction = order_by.partition(" ")
    if column not in names | {"rowid"} or direction not in ("", "desc"):
        raise ValueError(f"cannot order by '{order_by}'")
    return f'"{column}" {direction}, rowid {direction}'
