"""DuckDB for queries over files: databases in memory for the whole process, and a connection for each query.

A database takes 16 ms of processor time to make and to end, a connection to one that is there a fifth of a millisecond.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import duckdb

from review.basics.sql_literals import sql_literal

_LOCK = threading.Lock()
_NUMBERS = count()
"""Names of files that are open."""
_KEPT: dict[frozenset[tuple[str, str]], duckdb.DuckDBPyConnection] = {}
"""The connections that keep the databases, by their limits, once the first query was asked."""


@contextmanager
def in_memory(**limits: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection; nobody else sees what is registered on it, nor its temporary tables and views.

    ``limits`` are settings of DuckDB, such as ``memory_limit`` and ``threads``. Queries with the same limits share one
    database, so that together they stay within them.
    """
    kind = frozenset(limits.items())
    with _LOCK:
        if kind not in _KEPT:
            _KEPT[kind] = duckdb.connect(config={**limits})
            # A file that was read is read anew each time, as it may have been replaced.
            _KEPT[kind].execute("SET enable_external_file_cache = false")
        connection = _KEPT[kind].cursor()
    try:
        with connection:
            yield connection
    except (duckdb.FatalException, duckdb.InternalException):
        _let_go()  # after such an error a database answers nothing any more
        raise


@contextmanager
def on_disk(path: Path, **limits: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield such a connection whose tables go to a new file, so that they may become larger than the memory.

    The caller removes the file, and what DuckDB puts beside it.
    """
    name = f"file_{next(_NUMBERS)}"
    with in_memory(**limits) as connection:
        connection.execute(f"ATTACH {sql_literal(str(path))} AS {name}")
        try:
            connection.execute(f"USE {name}")
            yield connection
        finally:
            with suppress(duckdb.Error):  # after an error there may be nothing left to detach, and the file goes anyway
                connection.execute("USE memory")
                connection.execute(f"DETACH {name}")


def beside(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a second connection to the tables of the first, to read them in parts while the first one goes on."""
    second = connection.cursor()
    (name,) = connection.execute("SELECT current_database()").fetchone() or ("memory",)
    second.execute(f"USE {name}")
    return second


def _let_go() -> None:
    """Let the databases go; the next query makes another. A fork does so too, as it has none of the threads."""
    with _LOCK:
        while _KEPT:
            _KEPT.popitem()[1].close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_let_go)
