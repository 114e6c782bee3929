"""Counts how often a store on PostgreSQL goes to the server and back, and what it asks on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from unittest.mock import patch

from storage.postgres_connecting import driver


@contextmanager
def counted_trips() -> Iterator[list[list[str]]]:
    """Collect the statements of each way to the server and back while inside; those of a pipeline go together.

    Without the driver there is no way to a server, so nothing is collected.
    """
    if find_spec("psycopg") is None:
        yield []
        return
    psycopg = driver()
    cursor, pipeline = psycopg.RawCursor, psycopg.Pipeline
    execute, executemany, leave = cursor.execute, cursor.executemany, pipeline.__exit__
    going, trips = list[str](), list[list[str]]()

    def went() -> None:
        if going:
            trips.append(going.copy())
            going.clear()

    def executed(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        going.append(" ".join(str(query).split()))
        answer = execute(self, query, *arguments, **options)
        if self.connection.pgconn.pipeline_status == psycopg.pq.PipelineStatus.OFF:
            went()
        return answer

    def executed_for_each(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        going.append(" ".join(str(query).split()))
        answer = executemany(self, query, *arguments, **options)
        went()
        return answer

    def left(self: Any, *arguments: Any) -> Any:
        answer = leave(self, *arguments)
        went()
        return answer

    with (
        patch.object(cursor, "execute", executed),
        patch.object(cursor, "executemany", executed_for_each),
        patch.object(pipeline, "__exit__", left),
    ):
        yield trips
