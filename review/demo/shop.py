"""Build the shop's database, and ask it: the same statement is run once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from review.demo.shop_contents import contents
from review.demo.shop_tables import TABLES, create_statement

FILE = "shop.duckdb"
"""The name of the shop's database, beside the store."""
CENTS = {"price", "cost", "unit_price", "discount", "shipping", "total", "revenue"}
TIMES = {"ordered_at", "started_at"}
DATES = {"signup_date", "starts_on", "ends_on", "month"}


@dataclass(frozen=True)
class Reply:
    """What the database answered: names of columns and rows of plain values, or its error."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    error: str = ""


@dataclass
class Shop:
    """The shop's database. Use it as a context: leaving it closes the file."""

    connection: duckdb.DuckDBPyConnection
    replies: dict[str, Reply] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Shop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def ask(self, sql: str) -> Reply:
        """Run a statement and return its rows, or the error of the database."""
        with self.lock:
            if sql not in self.replies:
                self.replies[sql] = self._ask(sql)
            return self.replies[sql]

    def _ask(self, sql: str) -> Reply:
        try:
            found = self.connection.execute(sql)
            columns = tuple(part[0] for part in found.description or ())
            return Reply(columns, tuple(tuple(map(as_plain, row)) for row in found.fetchall()))
        except duckdb.Error as error:
            return Reply(error=str(error).strip())


def build_shop(path: Path, *, until: date) -> None:
    """Write the shop's database to a new file, with all that happened before the day ``until``."""
    with duckdb.connect(str(path)) as connection:
        _fill(connection, until)


def open_shop(path: Path) -> Shop:
    """Open the shop's database for reading."""
    return Shop(_limited(duckdb.connect(str(path), read_only=True)))


@cache
def shop_of_year(year: int) -> Shop:
    """Return a shop in memory that holds all of a year and of the one before; everybody shares it."""
    connection = duckdb.connect(":memory:")
    _fill(connection, date(year, 12, 31))
    return Shop(_limited(connection))


def _limited(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("SET threads = 1")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    return connection


def _fill(connection: duckdb.DuckDBPyConnection, until: date) -> None:
    for name, columns in contents(until).items():
        connection.execute(create_statement(name))
        connection.register("rows_to_add", pa.table({c: pa.array(v) for c, v in columns.items()}))
        read = ", ".join(_read(column) for column in columns)
        connection.execute(f"INSERT INTO {name} ({', '.join(columns)}) SELECT {read} FROM rows_to_add")  # noqa: S608 - our own names
        connection.unregister("rows_to_add")
    missing = TABLES.keys() - {name for (name,) in connection.execute("SHOW TABLES").fetchall()}
    assert not missing, missing


def _read(column: str) -> str:
    """Return the expression that turns a column of ``contents`` into the type of the table."""
    if column in CENTS:
        return f"{column} / 100"
    if column in TIMES:
        return f"make_timestamp({column})"
    return f"DATE '1970-01-01' + CAST({column} AS INTEGER)" if column in DATES else column


def as_plain(cell: Any) -> Any:
    """Return a cell as JSON has it: decimals as numbers, dates and times as ISO text."""
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else cell


def as_result(reply: Reply) -> dict[str, Any]:
    """Return a reply as the log keeps it."""
    rows: Sequence[Sequence[Any]] = reply.rows
    return {"columns": list(reply.columns), "rows": [list(row) for row in rows], "total": len(rows)}
