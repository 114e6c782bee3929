"""Counts how often a store on PostgreSQL goes to the server and back, and what it asks on the way."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from storage.postgres_connecting import driver


@contextmanager
def counted_trips() -> Iterator[list[list[str]]]:
    """Collect the statements of each way to the server and back while inside; those of a pipeline went together."""
    psycopg = driver()
    cursor = psycopg.RawCursor
    wait, execute, executemany = psycopg.Connection.wait, cursor.execute, cursor.executemany
    going, trips = list[str](), list[list[str]]()

    def waited(self: Any, work: Generator[Any, Any, Any], *arguments: Any, **options: Any) -> Any:
        return wait(self, _noting(work), *arguments, **options)

    def _noting(work: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        ready, waits = None, False
        while True:
            try:
                wanted = work.send(ready)
            except StopIteration as end:
                if waits and going:  # a long answer comes in several parts
                    trips.append(going.copy())
                    going.clear()
                return end.value
            waits = waits or wanted == psycopg.waiting.Wait.R
            ready = yield wanted

    def executed(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        going.append(" ".join(str(query).split()))
        return execute(self, query, *arguments, **options)

    def executed_for_each(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        going.append(" ".join(str(query).split()))
        return executemany(self, query, *arguments, **options)

    with (
        patch.object(psycopg.Connection, "wait", waited),
        patch.object(cursor, "execute", executed),
        patch.object(cursor, "executemany", executed_for_each),
    ):
        yield trips
