"""What the store needs of an engine. storage/sqlite.py is one, storage/postgres_engine.py another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

Params = Sequence[Any] | Mapping[str, Any]
"""Parameters of a statement, by place (``?``) or by name (``:name``)."""
Question = tuple[str, Params]
"""A reading statement with its parameters."""


class Rows(Protocol):
    """The rows that a statement returned."""

    @property
    def description(self) -> Any:
        """One tuple for each column; the first value is its name."""

    def fetchone(self) -> Any:
        """Return the next row, None after the last one."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows that are left."""


class Connection(Protocol):
    """The connection of a thread: statements with the words of SQLite, which an engine translates where it must."""

    def execute(self, sql: str, params: Params = ..., /) -> Rows:
        """Run one statement."""

    def executemany(self, sql: str, params: Iterable[Any], /) -> Any:
        """Run one statement for each of several lists of parameters."""


class Engine(Protocol):
    """A database that holds a store. Threads share an engine; each has a transaction of its own."""

    @property
    def connection(self) -> Connection:
        """This thread's connection."""

    @property
    def db(self) -> Any:
        """This thread's connection as the steps of the schema use it."""

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside a transaction or a snapshot."""

    def begin(self, ahead: Sequence[Question] = ()) -> None:
        """Begin a transaction that sees everything written before it, and no other can begin until it ends.

        ``ahead`` as in ``begin_snapshot``; an answer holds until the transaction writes to a table that it is about.
        """

    def ask(self, ahead: Sequence[Question]) -> None:
        """Ask more questions together inside a transaction or snapshot, as with ``ahead``."""

    def begin_snapshot(self, ahead: Sequence[Question] = ()) -> None:
        """Begin a transaction that only reads, and sees one state.

        ``ahead`` are questions that will be asked in it. An engine on a server asks them together, which saves the time
        of the way there and back, and then asks no question twice.
        """

    def commit(self) -> None:
        """End a transaction. What was written is on disk when this returns."""

    def rollback(self) -> None:
        """Give up a transaction."""

    def insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Run a statement that inserts for each row, and return what it returned, in order."""

    def insert_missing(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
        """Insert the rows that are not there yet, inside a transaction, and return how many these were."""

    def together(self) -> AbstractContextManager[None]:
        """Send the statements that run inside in one message, for writes whose outcome is read afterwards."""

    def stream(self, sql: str, params: Params) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a reading statement without holding all of them."""

    def objects(self) -> list[tuple[str, str]]:
        """Return (type, name) of every table, view and trigger of the store."""

    def count_on(self, table: str) -> None:
        """Number the next rows of a table after those that came with their numbers."""

    def damage(self) -> list[str]:
        """Return what the engine itself finds broken, in sentences."""

    def write_anew(self) -> bool:
        """Write the tables anew without what was overwritten in them; False while somebody keeps it from being done."""

    def unproved(self) -> list[str]:
        """Return what may hold overwritten texts where this process cannot look, in sentences; none for a file."""

    def plain_errors(self) -> AbstractContextManager[None]:
        """Turn the errors of the engine into StorageErrors that say what to do."""

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the whole store to a file."""

    def close(self) -> None:
        """Close this thread's connection."""
