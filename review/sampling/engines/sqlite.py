"""SQLite as an engine: a table of a database file, opened read-only.

SQLite has no md5 and no times, and reads 'abc' as the number 0; three functions of ours replace them.
"""

from __future__ import annotations

import hashlib
import math
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlglot import exp

from review.basics.errors import InputError
from review.sampling.engines.duckdb import json_path
from review.sampling.engines.engine import Address, Engine, EngineKind, Span
from review.sampling.engines.instants import micros, utc_micros
from review.sampling.engines.sql import as_text, call, column, plain_text, render, table


class SQLiteEngine:
    """One read-only connection and one table."""

    dialect = "sqlite"
    open_schema = False

    def __init__(self, connection: sqlite3.Connection, source: str, table_name: str, types: Mapping[str, str]) -> None:
        self.connection, self.source = connection, source
        self._table, self._types = (
            exp.Table(this=exp.to_identifier(plain_text("table", table_name), quoted=True)),
            types,
        )

    def columns(self) -> Mapping[str, str]:
        """Column names with their declared types."""
        return self._types

    def relation(self, names: Sequence[str], span: Span | None = None) -> exp.Expr:
        """The table."""
        return self._table

    def keep(self, rows: exp.Select) -> exp.Expr:
        """Return a temporary table; SQLite keeps it apart from the file, which stays read-only."""
        self.connection.execute("DROP TABLE IF EXISTS temp.frame_rows")
        self._run(f"CREATE TEMP TABLE frame_rows AS {render(rows, self.dialect)}")
        return table("temp.frame_rows")

    def query(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._run(render(query, self.dialect))

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(statement).fetchall()
        except sqlite3.Error as error:
            raise InputError(f"{self.source}: not readable ({error}).") from None

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as text."""
        value: exp.Expr = column(name)
        if path:
            value = call("json_extract", value, exp.Literal.string(json_path(path)))
        return as_text(value)

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as a number; any other text is NULL."""
        return call("finite_number", self.text(name, path))

    def instant(self, name: str, path: Sequence[str] = (), *, zone: str = "UTC", form: str = "") -> exp.Expr:
        """Return the column as microseconds since 1970."""
        given = [self.text(name, path), *map(exp.Literal.string, (zone, form) if form else (zone,))]
        return call("utc_micros", *given)

    def moment(self, moment: datetime) -> exp.Expr:
        """Microseconds since 1970."""
        return exp.Literal.number(micros(moment))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def open_sqlite(path: str, table_name: str) -> SQLiteEngine:
    """Open a table or view of a SQLite file, read-only."""
    if not Path(path).is_file():
        raise InputError(
            f"{path}: there is no such SQLite database. Check the path; an absolute path needs four slashes."
        )
    connection = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)
    connection.create_function("md5", 1, _md5, deterministic=True)
    connection.create_function("finite_number", 1, _finite, deterministic=True)
    connection.create_function("utc_micros", -1, utc_micros, deterministic=True)
    # What the file itself defines may attach nothing and call no function that has effects.
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        rows = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table_name,)).fetchall()
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
        ).fetchall()
    except sqlite3.Error as error:
        connection.close()
        raise InputError(f"{path}: not readable as a SQLite database ({error}).") from None
    # SQLite also knows tables of its own and functions that look like tables.
    if not rows or table_name.casefold() not in {str(name).casefold() for (name,) in tables}:
        connection.close()
        found = ", ".join(str(name) for (name,) in tables) or "none"
        raise InputError(f"{path}: found no table {table_name!r}, expected one of {found}.")
    return SQLiteEngine(connection, f"{path}#{table_name}", table_name, {str(name): str(kind) for name, kind in rows})


def _md5(text: str | None) -> str | None:
    return None if text is None else hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _finite(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _open(address: Address, week: str | None) -> Engine:
    return open_sqlite(address.path, address.table)


ENGINE = EngineKind(about="a table of an SQLite database", example="sqlite:///shop.db?table=log", open=_open)
