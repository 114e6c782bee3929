"""Many rows, or many statements, on one connection: in few ways to the server, and without holding all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from typing import Any

from storage.postgres_connecting import driver

AT_ONCE = 1_000
"""Rows that are fetched together from a long result."""
_CURSORS = count()


def in_one_message(connection: Any) -> AbstractContextManager[Any]:
    """Send the statements that run inside together, where the library of PostgreSQL can."""
    pipeline: AbstractContextManager[Any] = connection.pipeline() if driver().Pipeline.is_supported() else nullcontext()
    return pipeline


def all_at_once(
    connection: Any, asked: Sequence[tuple[str, Sequence[Any]]], *, prepare: bool | None = None
) -> list[Any]:
    """Run statements that go to the server in one message, and return a cursor for each."""
    with in_one_message(connection) if len(asked) > 1 else nullcontext():
        return [connection.execute(sql, values or None, prepare=prepare) for sql, values in asked]


def inserted(connection: Any, sql: str, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Insert all rows in one go, and return what came back, in order."""
    if len(rows) == 1:
        return list(connection.execute(sql, rows[0]).fetchall())
    back: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows, returning=True)
        more = True
        while more:
            back += cursor.fetchall()
            more = cursor.nextset()
    return back


def run_for_each(connection: Any, sql: str, rows: Sequence[Sequence[Any]]) -> Any:
    """Run one statement for each row, and return the cursor."""
    if len(rows) == 1:
        return connection.execute(sql, rows[0])
    cursor = connection.cursor()
    cursor.executemany(sql, rows)
    return cursor


def copied(connection: Any, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Insert the rows that are not there yet, inside a transaction, and return how many these were.

    They come by COPY, which is several times faster than statements and knows no ON CONFLICT, so they come into a table
    of their own first.
    """
    names = ", ".join(f'"{c}"' for c in columns)
    connection.execute(f'CREATE TEMP TABLE coming ON COMMIT DROP AS SELECT {names} FROM "{table}" WITH NO DATA')  # noqa: S608 - our names
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY coming ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        insert = f'INSERT INTO "{table}" ({names}) SELECT {names} FROM coming ON CONFLICT DO NOTHING'  # noqa: S608 - our names
        cursor.execute(insert, prepare=False)
        return int(cursor.rowcount)


def fetched(
    connection: Any, sql: str, values: Sequence[Any], *, goes_on: Callable[[], bool]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a statement inside a transaction; ``goes_on`` tells whether it is still the same one.

    psycopg's own cursor of the server needs four ways to it for a few rows: declare, describe, fetch and close.
    """
    name = f"s{next(_CURSORS)}"
    fetch = f"FETCH {AT_ONCE} FROM {name}"
    declare = f"DECLARE {name} NO SCROLL CURSOR FOR {sql}"
    try:
        rows = all_at_once(connection, [(declare, values), (fetch, ())], prepare=False)[1].fetchall()
        yield from rows
        while len(rows) == AT_ONCE:
            rows = connection.execute(fetch, prepare=False).fetchall()
            yield from rows
    finally:
        # The caller may have ended the transaction before all rows were read; that closed the cursor as well.
        if goes_on() and connection.info.transaction_status == driver().pq.TransactionStatus.INTRANS:
            connection.execute(f"CLOSE {name}", prepare=False)
