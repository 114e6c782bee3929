"""A table that is known by name alone: its columns as somebody declared them, and its SQL in the words of a dialect."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import requests
from sqlglot import exp

from review.basics.errors import InputError
from review.sampling.engines.clickhouse import ClickHouseEngine
from review.sampling.engines.engine import Engine
from review.sampling.engines.postgres import PostgresEngine
from review.sampling.engines.remote_table import RemoteTable
from review.sampling.engines.sql import as_text, column, plain_text, table

WRITTEN_AS = {
    # sqlglot writes TRY_CAST for Databricks alone, and Spark has it since 3.2.
    "spark": "databricks",
    **{name: name for name in ("databricks", "bigquery", "snowflake", "duckdb", "postgres", "clickhouse")},
}
"""Dialects that a draw is rendered in, and sqlglot's name for each."""
TYPES = ("text", "timestamp", "date")
"""What a declared column may be, where it matters: ``created_at:text``. Times have a type unless somebody says text."""
IN_POSTGRES = {"timestamp": "timestamp with time zone", "date": "date", "text": "text"}
IN_CLICKHOUSE = {"timestamp": "DateTime", "date": "Date", "text": "String"}
LARGEST = "1.7e308"
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


class Warehouse(RemoteTable):
    """A declared table of a warehouse: expressions for its columns, and no connection."""

    def __init__(self, dialect: str, table_name: str, types: Mapping[str, str]) -> None:
        self.dialect, self.source = WRITTEN_AS[dialect], table_name
        self._types, self._relation = types, table(table_name)
        for name in self._relation.find_all(exp.Identifier):
            name.set("quoted", self._quoted(name.name))

    def query(self, query: exp.Expr) -> NoReturn:
        """Nothing can be asked."""
        raise TypeError(f"{self.source} is rendered and not read.")

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as text; a path leads into JSON text."""
        if not path:
            return as_text(self._column(name))
        keys = [exp.JSONPathKey(this=plain_text("path", part)) for part in path]
        return exp.JSONExtractScalar(
            this=self._column(name), expression=exp.JSONPath(expressions=[exp.JSONPathRoot(), *keys])
        )

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """Return the column as a number of eight bytes; NaN and infinity as NULL."""
        number = exp.TryCast(this=self.text(name, path), to=exp.DataType.build("double"))
        low, high = exp.Literal.number(f"-{LARGEST}"), exp.Literal.number(LARGEST)
        return exp.Case().when(exp.Between(this=number, low=low, high=high), number.copy())

    def instant(self, name: str, path: Sequence[str] = (), *, zone: str = "UTC", form: str = "") -> exp.Expr:
        """Return a column with a type as it stands, so that its partitions help; a text in ISO 8601 is parsed."""
        if path or self._types.get(name) == "text":
            if form:
                raise InputError(
                    f"column '{name}': dates in a form of their own ({form}) are not rendered. Make a view with a "
                    "column that has a type of time, and name the view."
                )
            if zone != "UTC":
                raise InputError(
                    f"column '{name}': times as text may have no offset, and then they are in the zone of the project "
                    f"({zone}), which is not rendered. Make a view with a column that has a type of time, and name the "
                    "view."
                )
            return exp.TryCast(this=self.text(name, path), to=exp.DataType.build("timestamptz"))
        if self._types.get(name) == "date":
            return exp.cast(_noon(self._column(name), zone), "timestamptz")
        return self._column(name)

    def moment(self, moment: datetime) -> exp.Expr:
        """Return an instant with its offset."""
        return exp.cast(exp.Literal.string(moment.isoformat(" ")), "timestamptz")

    def close(self) -> None:
        """Nothing is open."""

    def _column(self, name: str) -> exp.Expr:
        found = column(name)
        found.this.set("quoted", self._quoted(name))
        return found

    def _quoted(self, name: str) -> bool:
        # Snowflake takes a quoted name as it is written, and stores plain ones in capitals.
        return not (self.dialect == "snowflake" and _PLAIN.fullmatch(name))


def _noon(day: exp.Expr, zone: str) -> exp.Expr:
    """Return a day as the instant that it begins in UTC; in another zone its noon.

    An hour of summer time leaves noon in the same day and week.
    """
    if zone == "UTC":
        return day
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).isoformat()[-6:]
    clock = exp.Literal.string(f" 12:00:00{offset}")
    return exp.Concat(expressions=[as_text(day), clock], safe=False, coalesce=False)


def warehouse_of(dialect: str, table_name: str, types: Mapping[str, str]) -> Engine:
    """Return a declared table. Raises InputError for a dialect that no draw is rendered in."""
    if dialect not in WRITTEN_AS:
        raise InputError(f"render: found {dialect!r}, expected one of {', '.join(WRITTEN_AS)}.")
    if dialect == "postgres":
        theirs = {name: IN_POSTGRES[kind] for name, kind in types.items()}
        return PostgresEngine(None, table(table_name), table_name, theirs)
    if dialect == "clickhouse":
        theirs = {name: IN_CLICKHOUSE[kind] for name, kind in types.items()}
        return ClickHouseEngine("", "", table(table_name), table_name, requests.Session(), types=theirs)
    return Warehouse(dialect, table_name, types)


def declared(columns: str, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that somebody declared, ``id,created_at:text,status``, with those of a mapping.

    Raises InputError for a type that there is not.
    """
    found: dict[str, str] = {}
    written = [part.strip() for part in columns.split(",") if part.strip()]
    heads = [value.partition(".")[0] for value in mapping.values()]
    for part in [*written, *heads] if written else [*("id", "created_at"), *heads]:
        name, _, kind = part.partition(":")
        of_time = name in (mapping.get("created_at", "created_at"), mapping.get("imported_at", "imported_at"))
        kind = kind or found.get(name) or ("timestamp" if of_time else "text")
        if kind not in TYPES:
            raise InputError(f"columns: found {part!r}, expected the name of a column, or one as {name}:{TYPES[0]}.")
        found[name] = kind
    return found


def record(dialect: str) -> exp.Expr:
    """Return the whole row of ``source_row`` as JSON text."""
    row, whole = exp.column("source_row"), exp.Star()
    made: dict[str, Any] = {
        "bigquery": ("TO_JSON_STRING", row),
        "snowflake": ("TO_JSON", exp.Anonymous(this="OBJECT_CONSTRUCT", expressions=[whole])),
        "clickhouse": ("formatRowNoNewline", exp.Literal.string("JSONEachRow"), whole),
        "duckdb": ("to_json", row),
        "postgres": ("to_jsonb", row),
    }
    name, *arguments = made.get(dialect, ("to_json", exp.Anonymous(this="struct", expressions=[whole])))
    return as_text(exp.Anonymous(this=name, expressions=arguments))
