"""Changed copies of a database, on which two queries that are equal by accident give different results."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from review.basics.errors import InputError
from review.basics.sql_literals import sql_literal, sql_name
from review.sql.engines.engine import EngineAddress
from review.sql.engines.files import file_of
from review.sql.execution.closest import compared
from review.sql.execution.runner import Runner
from review.sql.results.outcome import is_right

if TYPE_CHECKING:
    import duckdb

KEPT = 0.6
"""The share of the rows of each table that stays."""


@contextmanager
def perturbed(place: EngineAddress, seed: int) -> Iterator[EngineAddress]:
    """Copy a database file and remove rows by chance, always the same ones for a seed. The copy is removed at the end.

    Rows that point at a removed row by a declared key go with it, so that the data stays as the schema wants it.
    Raises InputError for engines on a server, and when no row could be removed.
    """
    change = CHANGES.get(place.scheme)
    if change is None:
        raise InputError(f"found {place.scheme}, expected SQLite or DuckDB: only their files are copied and changed.")
    with tempfile.TemporaryDirectory(prefix="spotcheck-sql-") as folder:
        copy = Path(folder) / f"copy{Path(place.path).suffix}"
        if not change(file_of(place), copy, seed):
            raise InputError(f"{place.path}: no row could be removed, so no data was changed to compare on.")
        yield EngineAddress(place.scheme, str(copy), "", {})


def _sqlite(file: Path, copy: Path, seed: int) -> int:
    source = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        target = sqlite3.connect(copy)
        source.backup(target)
    finally:
        source.close()
    try:
        return _remove_rows(target, random.Random(seed))  # noqa: S311 - which rows stay is no secret
    finally:
        target.close()


def _remove_rows(connection: sqlite3.Connection, dice: random.Random) -> int:
    connection.execute("PRAGMA foreign_keys = 0")
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    for (name,) in tables:
        table = sql_name(name)
        try:
            found = connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid")  # noqa: S608 - a quoted name
            rows = [row for (row,) in found]
        except sqlite3.OperationalError:
            continue  # a table without rowid keeps its rows
        gone = [(row,) for row in rows if dice.random() > KEPT]
        connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", gone)  # noqa: S608 - a quoted name
    while orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
        gone_too = {(table, row) for table, row, *_ in orphans if row is not None}
        for table, row in gone_too:
            connection.execute(f"DELETE FROM {sql_name(table)} WHERE rowid = ?", (row,))  # noqa: S608 - a quoted name
        if not gone_too:
            break
    connection.commit()
    return connection.total_changes


def _duckdb(file: Path, copy: Path, seed: int) -> int:
    """Write the rows that stay into a new file without keys: DuckDB keeps a row that others pointed at."""
    import duckdb

    most = f"{round(KEPT * 2**32):08x}"
    removed = 0
    with duckdb.connect(str(copy)) as connection:
        connection.execute(f"ATTACH {sql_literal(str(file))} AS original (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND database_name = 'original' "
            "ORDER BY schema_name, table_name"
        ).fetchall()
        for schema, name in tables:
            table = f"{sql_name(schema)}.{sql_name(name)}"
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {sql_name(schema)}")
            kept = f"md5('{seed}:' || rowid || {sql_literal(table)})[1:8] < '{most}'"
            connection.execute(
                f"CREATE TABLE {table} AS SELECT * FROM original.{table} WHERE {kept}"  # noqa: S608 - quoted names
            )
            removed += _count(connection, f"original.{table}") - _count(connection, table)
        _remove_orphans(connection)
        views = connection.execute(
            "SELECT sql FROM duckdb_views() WHERE NOT internal AND database_name = 'original' ORDER BY view_oid"
        ).fetchall()
        connection.execute("DETACH original")
        for (view,) in views:
            connection.execute(view)
    return removed


def _remove_orphans(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove rows whose declared keys point at rows that are gone, until none is left."""
    keys = connection.execute(
        "SELECT schema_name, table_name, constraint_column_names, referenced_table, referenced_column_names "
        "FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY' AND database_name = 'original'"
    ).fetchall()
    gone = True
    while gone:
        gone = False
        for schema, table, columns, parent, there in keys:
            child, other = (f"{sql_name(schema)}.{sql_name(name)}" for name in (table, parent))
            same = " AND ".join(f"p.{sql_name(b)} = c.{sql_name(a)}" for a, b in zip(columns, there, strict=True))
            given = " AND ".join(f"c.{sql_name(a)} IS NOT NULL" for a in columns)
            found = connection.execute(
                f"DELETE FROM {child} AS c WHERE {given} AND NOT EXISTS "  # noqa: S608 - quoted names
                f"(SELECT 1 FROM {other} AS p WHERE {same})"
            ).fetchone()
            gone = gone or bool(found and found[0])


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a quoted name
    return int(found[0]) if found else 0


CHANGES: dict[str, Callable[[Path, Path, int], int]] = {"sqlite": _sqlite, "duckdb": _duckdb}
"""How the copy of each engine's file is made, by its scheme; each returns how many rows it removed."""


def copies(runner: Runner, number: int, ends: contextlib.ExitStack) -> list[Runner]:
    """Open so many changed copies of the database of a runner; ``ends`` closes and removes them."""
    files = [ends.enter_context(perturbed(runner.place, seed)) for seed in range(number)]
    return [ends.enter_context(Runner(file, policy=runner.policy, limits=runner.limits)) for file in files]


def told_apart(changed: Iterable[Runner], generated: str, reference: str, *, extra_columns: bool = False) -> bool:
    """Return whether two statements that agree on a database differ on a changed copy of it.

    With ``extra_columns`` they agree where the first has more columns than the second.
    A statement that fails on a copy tells nothing: what a copy lacks besides rows is not its fault.
    """
    return any(_differ(runner, generated, reference, extra_columns=extra_columns) for runner in changed)


def _differ(runner: Runner, generated: str, reference: str, *, extra_columns: bool) -> bool:
    results = runner.run(generated), runner.run(reference)
    found, _ = compared(runner, *results, reference, generated_sql=generated)
    if found.order_open or is_right(found.outcome, extra_columns=extra_columns):
        return False
    return all(one.done for one in results) and found.correct == 0 and not (found.other_order or found.arguable)
