"""Changed copies of a database, on which two queries that are equal by accident give different results."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from review.basics.errors import InputError
from review.basics.sql_literals import sql_literal
from review.sql.engines.engine import EngineAddress
from review.sql.engines.files import file_of

KEPT = 0.6
"""The share of the rows of each table that stays."""


@contextmanager
def perturbed(place: EngineAddress, seed: int) -> Iterator[EngineAddress]:
    """Copy a database file and remove rows by chance, always the same ones for a seed. The copy is removed at the end.

    Raises InputError for engines on a server.
    """
    change = CHANGES.get(place.scheme)
    if change is None:
        raise InputError(f"found {place.scheme}, expected SQLite or DuckDB: only their files are copied and changed.")
    with tempfile.TemporaryDirectory(prefix="spotcheck-sql-") as folder:
        copy = Path(folder) / f"copy{Path(place.path).suffix}"
        change(file_of(place), copy, seed)
        yield EngineAddress(place.scheme, str(copy), "", {})


def _sqlite(file: Path, copy: Path, seed: int) -> None:
    source = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        target = sqlite3.connect(copy)
        source.backup(target)
    finally:
        source.close()
    try:
        _remove_rows(target, random.Random(seed))  # noqa: S311 - which rows stay is no secret
    finally:
        target.close()


def _remove_rows(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("PRAGMA foreign_keys = 0")
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    for (name,) in tables:
        quoted = name.replace('"', '""')
        try:
            found = connection.execute(f'SELECT rowid FROM "{quoted}" ORDER BY rowid')  # noqa: S608 - a quoted name
            rows = [row for (row,) in found]
        except sqlite3.OperationalError:
            continue  # a table without rowid keeps its rows
        gone = [(row,) for row in rows if dice.random() > KEPT]
        connection.executemany(f'DELETE FROM "{quoted}" WHERE rowid = ?', gone)  # noqa: S608 - a quoted name
    connection.commit()


def _duckdb(file: Path, copy: Path, seed: int) -> None:
    import duckdb

    shutil.copyfile(file, copy)
    most = f"{round(KEPT * 2**32):08x}"
    with duckdb.connect(str(copy)) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY schema_name, table_name"
        ).fetchall()
        for names in tables:
            table = ".".join(f'"{name.replace(chr(34), 2 * chr(34))}"' for name in names)
            key = f"md5('{seed}:' || rowid || {sql_literal(table)})[1:8]"
            # A table whose rows others point at keeps them.
            with contextlib.suppress(duckdb.ConstraintException):
                connection.execute(f"DELETE FROM {table} WHERE {key} >= '{most}'")  # noqa: S608 - quoted names


CHANGES: dict[str, Callable[[Path, Path, int], None]] = {"sqlite": _sqlite, "duckdb": _duckdb}
"""How the copy of each engine's file is made, by its scheme."""
