"""The store: a few verbs over an engine: add, get, find, select, query and transaction.

The verbs and the statements are the same on every engine. :mod:`storage.engine` says what an engine does.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import orjson

from storage import proof
from storage.clock import utc_text
from storage.engine import Engine, Question
from storage.proof_seen import note_seen
from storage.records import KEYS
from storage.rows import columns, encode, fields, insert_sql, reader
from storage.sqlite import SqliteEngine

R = TypeVar("R")


class Store:
    """An open store. Threads may share it: each gets its own connection."""

    def __init__(self, path: Path, engine: Engine | None = None) -> None:
        """Make a store without opening or migrating it. Use :func:`storage.opening.open_store` instead."""
        self.path = path
        self.engine: Engine = engine or SqliteEngine(path)
        self._local = threading.local()

    @property
    def db(self) -> Any:
        """This thread's connection as the steps of the schema use it."""
        return self.engine.db

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside a transaction or a snapshot."""
        return self.engine.in_transaction

    def close(self) -> None:
        """Close this thread's connection."""
        self.engine.close()

    @contextmanager
    def transaction(self, ahead: Sequence[Question] = ()) -> Iterator[Store]:
        """Write everything inside together or not at all. A nested transaction joins the outer one.

        No other transaction that writes can begin until it ends: what it has read does not change meanwhile. Rows that
        no entry of the audit chain covers yet get one at the end. ``ahead`` are questions that are certain to be asked
        inside, word by word, with few rows; see ``finding``.
        """
        engine = self.engine
        if engine.in_transaction:
            yield self
            return
        with engine.plain_errors():
            engine.begin([*proof.asked_by_an_entry(), *ahead])
            connection = engine.connection
            if proof.signed_with(connection) is None:
                engine.rollback()
                proof.begin_signing(engine)
                engine.begin(ahead)
            written = self._local.written = []
            self._local.newest = None
            try:
                yield self
                if written:
                    self.append_entry(at=utc_text(), actor=proof.PROGRAM, action=proof.OTHER_ROWS, subject="")
                engine.commit()
            except BaseException:
                engine.rollback()
                raise
            finally:
                written.clear()
            if self._local.newest is not None:
                note_seen(connection, self.path, *self._local.newest)

    def ask(self, ahead: Sequence[Question]) -> None:
        """Ask questions that are certain to be asked in the rest of this transaction or snapshot, word by word."""
        if self.in_transaction:
            with self.engine.plain_errors():
                self.engine.ask(ahead)

    def add(self, *records: Any) -> int:
        """Insert records and return how many were new. A record whose primary key exists stays unchanged."""
        new = 0
        with self.transaction():
            for kind, several in groupby(records, type):
                rows = [[encode(getattr(record, f.name)) for f in fields(kind)] for record in several]
                back = self.engine.insert(insert_sql(kind), rows)
                new += len(back)
                if kind in proof.COVERED:
                    self._local.written += [(kind, row) for row in back]
        return new

    def append_entry(
        self, *, at: str, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None
    ) -> None:
        """Append an entry to the audit chain. It covers the rows that the transaction has added since the last one."""
        with self.transaction():
            connection, written = self.engine.connection, self._local.written
            key = proof.key_to_sign(connection)
            rows = [proof.covered_row(key, kind, row) for kind, row in written]
            written.clear()
            given: dict[str, Any] = {"actor": actor, "action": action, "subject": subject, "detail": detail or {}}
            entry, previous = proof.append(self.engine, key, at=at, rows=rows, **given)
            self._local.newest = proof.store_id(connection), key, entry, previous

    def signing_key(self) -> bytes | None:
        """Return the key that signs the audit chain; None when nothing is signed or the key is not here.

        Raises StorageError when the key's file cannot be found or read, because somebody changed the id of the store.
        """
        with self.engine.plain_errors():
            return proof.signing_key(self.engine.connection)

    @contextmanager
    def snapshot(self, ahead: Sequence[Question] = ()) -> Iterator[Store]:
        """See one state of the store inside, whatever others write meanwhile. Only reads.

        ``ahead`` as in ``transaction``.
        """
        engine = self.engine
        if engine.in_transaction:
            yield self
            return
        with engine.plain_errors():
            engine.begin_snapshot(ahead)
            try:
                yield self
            finally:
                engine.rollback()

    def get(self, record: type[R], key: str | int) -> R | None:
        """Return the record with this primary key, or None."""
        return next(iter(self.find(record, **{str(KEYS[record][1]): key})), None)  # type: ignore[arg-type]  # mypy takes the key for order_by

    def find(self, record: type[R], *, order_by: str = "rowid", **where: Any) -> list[R]:
        """Return the records whose columns equal ``where``, in order of arrival.

        A list means any of its values; None means NULL.
        """
        kind: Any = record
        sql, params = finding(record, order_by=order_by, **where)
        if "[]" in params:  # any of no values
            return []
        with self.engine.plain_errors():
            return list(map(reader(kind), self.engine.connection.execute(sql, params)))

    def select(self, record: type[R], sql: str, params: dict[str, Any] | None = None) -> list[R]:
        """Return records from a reading statement with all columns of the record's table (``SELECT t.* ...``)."""
        with self.engine.plain_errors():
            rows = self.engine.connection.execute(sql, params or {})
            kind: Any = record
            read = reader(kind, tuple(column[0] for column in rows.description))
            return list(map(read, rows))

    def query(self, sql: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a reading statement as dicts, for questions that span tables. JSON columns stay text."""
        with self.engine.plain_errors():
            rows = self.engine.connection.execute(sql, params or {})
            names = [column[0] for column in rows.description]
            return [dict(zip(names, row, strict=True)) for row in rows]

    def stream(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a reading statement one by one, for more of them than memory should hold."""
        with self.engine.plain_errors():
            yield from self.engine.stream(sql, params)

    def begin_signing(self) -> None:
        """Sign the audit chain from here on, as the first write does; in a large old store that takes seconds.

        Does nothing when it is signed. Raises StorageError when the key of a signed store is not here.
        """
        with self.transaction():
            proof.key_to_sign(self.engine.connection)

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the whole store to ``target``. Others can keep working meanwhile."""
        with self.engine.plain_errors():
            self.engine.backup(target)


def finding(record: type, *, order_by: str = "rowid", **where: Any) -> Question:
    """Return the question that ``Store.find`` asks."""
    kind: Any = record
    names = {f.name for f in fields(kind)}
    clauses, params = [], []
    for column, wanted in where.items():
        if column not in names:
            raise ValueError(f"{record.__name__} has no column '{column}'")
        if wanted is None:
            clauses.append(f'"{column}" IS NULL')
        elif isinstance(wanted, list | tuple | set | frozenset):
            clauses.append(f'"{column}" IN (SELECT value FROM json_each(?))')  # noqa: S608 - the name was checked
            params.append(orjson.dumps(list(wanted)).decode())
        else:
            clauses.append(f'"{column}" = ?')
            params.append(wanted)
    sql = f'SELECT {columns(kind)} FROM "{KEYS[record][0]}"'  # noqa: S608 - names come from our dataclasses
    sql += (" WHERE " + " AND ".join(clauses) if clauses else "") + f" ORDER BY {_order(order_by, names)}"
    return sql, params


def _order(order_by: str, names: set[str]) -> str:
    column, _, direction = order_by.partition(" ")
    if column not in names | {"rowid"} or direction not in ("", "desc"):
        raise ValueError(f"cannot order by '{order_by}'")
    return f'"{column}" {direction}, rowid {direction}'
