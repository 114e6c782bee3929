"""The store: one SQLite file behind a few verbs: add, get, find, select, query and transaction.

It uses WAL with synchronous FULL (an acknowledged annotation survives a power cut), foreign keys, a busy timeout,
writes that begin with BEGIN IMMEDIATE, and one connection per thread. A second engine would be a second file with these
verbs.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlite_utils import Database

from storage import proof
from storage.clock import utc_text
from storage.connection import StorageError, connect, plain_errors
from storage.records import KEYS
from storage.rows import columns, encode, fields, insert_sql, reader

R = TypeVar("R")
_SAVING = threading.Lock()
_SAVED: dict[str, int] = {}
"""How often this process has saved the content of a removed -wal file, by store."""


class Store:
    """An open store. Threads may share it: each gets its own connection."""

    def __init__(self, path: Path) -> None:
        """Make a store without opening or migrating it. Use :func:`storage.opening.open_store` instead."""
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
            with plain_errors(self.path):
                db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the -wal file
            self._local.wal = _inode(self._wal)
        return db

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
        with _SAVING, plain_errors(self.path):
            if self._local.saved == _SAVED.get(self._name, 0):
                busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                if busy:
                    raise StorageError(
                        f"{self.path}: somebody removed the file {self._wal.name} while the store was open, and a "
                        "reader keeps its content from being saved. Nothing was written. Try again in a moment."
                    )
                _SAVED[self._name] = self._local.saved + 1
            self.close()

    def close(self) -> None:
        """Close this thread's connection."""
        db = getattr(self._local, "db", None)
        if db is not None:
            db.close()
            self._local.db = self._local.wal = None

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        """Write everything inside together or not at all. A nested transaction joins the outer one.

        It begins with BEGIN IMMEDIATE: a transaction that begins with a read fails at its first write if another
        process wrote in between. Rows that no entry of the audit chain covers yet get one at the end.
        """
        if self.db.conn.in_transaction:
            yield self
            return
        with plain_errors(self.path):
            connection = self.db.conn
            connection.execute("BEGIN IMMEDIATE")
            if proof.signed_with(connection) is None:
                connection.rollback()
                proof.begin_signing(connection)
                connection.execute("BEGIN IMMEDIATE")
            written = self._local.written = []
            self._local.newest = None
            try:
                yield self
                if written:
                    self.append_entry(at=utc_text(), actor=proof.PROGRAM, action=proof.OTHER_ROWS, subject="")
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                written.clear()
            if self._local.newest is not None:
                proof.note_written(connection, self.path, *self._local.newest)

    def add(self, *records: Any) -> int:
        """Insert records and return how many were new. A record whose primary key exists stays unchanged."""
        new = 0
        with self.transaction():
            for record in records:
                kind: Any = type(record)
                values = [encode(getattr(record, f.name)) for f in fields(kind)]
                for row in self.db.conn.execute(insert_sql(kind), values).fetchall():
                    new += 1
                    if kind in proof.COVERED:
                        self._local.written.append((kind, row))
        return new

    def append_entry(
        self, *, at: str, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None
    ) -> None:
        """Append an entry to the audit chain. It covers the rows that the transaction has added since the last one."""
        with self.transaction():
            connection, written = self.db.conn, self._local.written
            key = proof.key_to_sign(connection)
            rows = [proof.covered_row(key, kind, row) for kind, row in written]
            written.clear()
            given: dict[str, Any] = {"actor": actor, "action": action, "subject": subject, "detail": detail or {}}
            self._local.newest = key, proof.append(connection, key, at=at, rows=rows, **given)

    def signing_key(self) -> bytes | None:
        """Return the key that signs the audit chain; None when nothing is signed or the key is not here.

        Raises StorageError when the key's file cannot be found or read, because somebody changed the id of the store.
        """
        with plain_errors(self.path):
            return proof.signing_key(self.db.conn)

    @contextmanager
    def snapshot(self) -> Iterator[Store]:
        """See one state of the store inside, whatever others write meanwhile. Only reads."""
        connection = self.db.conn
        if connection.in_transaction:
            yield self
            return
        with plain_errors(self.path):
            connection.execute("BEGIN")
            try:
                yield self
            finally:
                connection.rollback()

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
        with plain_errors(self.path):
            return list(map(reader(kind), self.db.conn.execute(sql, params)))

    def select(self, record: type[R], sql: str, params: dict[str, Any] | None = None) -> list[R]:
        """Return records from a reading statement with all columns of the record's table (``SELECT t.* ...``)."""
        with plain_errors(self.path):
            rows = self.db.conn.execute(sql, params or {})
            kind: Any = record
            read = reader(kind, tuple(column[0] for column in rows.description))
            return list(map(read, rows))

    def query(self, sql: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a reading statement as dicts, for questions that span tables. JSON columns stay text."""
        with plain_errors(self.path):
            return list(self.db.query(sql, params or {}))

    def stream(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a reading statement one by one, for more of them than memory should hold."""
        with plain_errors(self.path):
            yield from self.db.conn.execute(sql, params)

    def begin_signing(self) -> None:
        """Sign the audit chain from here on, as the first write does; in a large old store that takes seconds.

        Does nothing when it is signed. Raises StorageError when the key of a signed store is not here.
        """
        with self.transaction():
            proof.key_to_sign(self.db.conn)

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the whole store to ``target``. Others can keep working meanwhile."""
        with plain_errors(self.path), sqlite3.connect(target) as copy:
            self.db.conn.backup(copy)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _order(order_by: str, names: set[str]) -> str:
    column, _, direction = order_by.partition(" ")
    if column not in names | {"rowid"} or direction not in ("", "desc"):
        raise ValueError(f"cannot order by '{order_by}'")
    return f'"{column}" {direction}, rowid {direction}'
