"""SQL as expressions: sqlglot renders them for each engine, and no SQL is pasted together from text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sqlglot import ErrorLevel, exp

from review.basics.errors import InputError

DIALECTS = (
    "athena", "bigquery", "clickhouse", "databricks", "duckdb", "mysql", "postgres", "presto", "redshift", "snowflake",
    "spark", "sqlite", "trino",
)  # fmt: skip
REFUSED = {
    "tsql": "it would compare the bytes of HASHBYTES with hex text",
    "fabric": "it would compare the bytes of HASHBYTES with hex text",
    "oracle": "it has no function MD5",
    "teradata": "it has no function MD5",
}


def render(expression: exp.Expr, dialect: str) -> str:
    """Return the SQL of an expression; raises InputError for a dialect without a verified rendering."""
    if dialect not in DIALECTS:
        why = f" ({REFUSED[dialect]})" if dialect in REFUSED else ""
        raise InputError(
            f"SQL dialect: found {dialect!r}, which has no verified rendering of the sampling key{why}; "
            f"expected one of {', '.join(DIALECTS)}. Export the log as Parquet and sample the file instead."
        )
    return expression.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE)


def plain_text(what: str, text: str) -> str:
    """Return ``text``; raises InputError if it is empty or holds a control character or backslash.

    Dialects escape these differently.
    """
    if not text or "\\" in text or any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise InputError(f"{what}: found {text!r}, expected text without control characters and backslashes.")
    return text


def column(name: str, table: str | None = None) -> exp.Column:
    """Return a quoted column."""
    return exp.column(exp.to_identifier(plain_text("column", name), quoted=True), table=table)


def table(name: str, *, final: bool = False) -> exp.Expr:
    """Return a quoted table; dots separate catalog and database. ``final`` is ClickHouse's: it merges replaced rows."""
    parts = [exp.to_identifier(plain_text("table", part), quoted=True) for part in name.split(".")]
    if len(parts) > 3:
        raise InputError(f"table: found {name!r}, expected at most catalog.database.table.")
    named = exp.Table(**dict(zip(("this", "db", "catalog"), reversed(parts), strict=False)))
    return exp.Final(this=named) if final else named


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """Return the call of a function that the parser has no class for, with copies of the arguments."""
    return exp.Anonymous(this=name, expressions=[one.copy() for one in arguments])


def as_text(value: exp.Expr) -> exp.Expr:
    """Return CAST(value AS text)."""
    return exp.cast(value, "text")


def named(expression: exp.Expr, alias: str) -> exp.Expr:
    """Return the expression under a quoted name."""
    return exp.alias_(expression.copy(), alias, quoted=True)


def is_null(expression: exp.Expr) -> exp.Expr:
    """Return ``expression IS NULL``."""
    return exp.Is(this=expression.copy(), expression=exp.null())


def all_of(conditions: Sequence[exp.Expr | None]) -> exp.Expr | None:
    """Return the conditions that are not None, joined by AND; None when there are none."""
    given = [c for c in conditions if c is not None]
    return exp.and_(*given) if given else None
