"""The sampling SQL: built once as expressions, rendered by sqlglot for each engine, never by gluing text.

The key is ``exp.MD5`` over ``CONCAT(seed, CAST(id AS text))``: sqlglot renders it as hex text in every dialect of
``DIALECTS`` (golden strings hold that in the tests). SHA-2 and TABLESAMPLE are not used: their renderings compare bytes
with text, or drop the sample clause without a word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlglot import ErrorLevel, exp

from review.basics.errors import InputError
from review.sampling.key import threshold

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
    """The SQL of an expression; raises InputError for a dialect without a verified rendering."""
    if dialect not in DIALECTS:
        why = f" ({REFUSED[dialect]})" if dialect in REFUSED else ""
        raise InputError(
            f"SQL dialect: found {dialect!r}, which has no verified rendering of the sampling key{why}; "
            f"expected one of {', '.join(DIALECTS)}. Or export the log as Parquet and sample the file."
        )
    return expression.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE)


def plain_text(what: str, text: str) -> str:
    """``text`` unless it is empty or holds control characters or a backslash, which dialects escape differently."""
    if not text or "\\" in text or any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise InputError(f"{what}: found {text!r}, expected text without control characters and backslashes.")
    return text


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column."""
    return exp.column(exp.to_identifier(plain_text("column", name), quoted=True), table=table)


def table(name: str, *, final: bool = False) -> exp.Expr:
    """A quoted table; dots separate catalog and database. ``final`` is ClickHouse's, which merges replaced rows."""
    parts = [exp.to_identifier(plain_text("table", part), quoted=True) for part in name.split(".")]
    if len(parts) > 3:
        raise InputError(f"table: found {name!r}, expected at most catalog.database.table.")
    named = exp.Table(**dict(zip(("this", "db", "catalog"), reversed(parts), strict=False)))
    return exp.Final(this=named) if final else named


def as_text(value: exp.Expr) -> exp.Expr:
    """CAST(value AS text)."""
    return exp.cast(value, "text")


def key(seed: str, id_: exp.Expr) -> exp.Expr:
    """The first 8 hex digits of md5(seed || ':' || id)."""
    text = exp.Concat(
        expressions=[exp.Literal.string(plain_text("seed", seed) + ":"), as_text(id_)], safe=False, coalesce=False
    )
    first, eight = exp.Literal.number(1), exp.Literal.number(8)
    return exp.Substring(this=exp.MD5(this=text), start=first, length=eight)


def predicate(seed: str, id_: exp.Expr, p: float) -> exp.Expr | None:
    """The condition that chooses ids at probability p, or None when p chooses everything."""
    cut = threshold(p)
    return None if cut is None else exp.LT(this=key(seed, id_), expression=exp.Literal.string(cut))


def draw_sql(
    dialect: str,
    *,
    table_name: str,
    seed: str,
    rate: float,
    window: tuple[datetime, datetime] | None = None,
    id_column: str = "id",
    time_column: str = "created_at",
) -> str:
    """One query for people who run it themselves: the ids of a table that a rate chooses, within a window in UTC.

    The times are written with their offset; SQLite has no time type, so there ISO texts in UTC are compared.
    Raises InputError for an unverified dialect, a probability out of range and a name that cannot be quoted.
    """
    id_ = column(id_column)
    conditions: list[exp.Expr | None] = [exp.not_(is_null(id_))]
    if window is not None:
        made = column(time_column)
        start, end = (_moment(dialect, moment) for moment in window)
        timed = made if dialect == "sqlite" else exp.cast(made, "timestamptz")
        conditions += [exp.GTE(this=timed, expression=start), exp.LT(this=timed.copy(), expression=end)]
    conditions.append(predicate(seed, id_, rate))
    return render(exp.select(named(as_text(id_), "id")).from_(table(table_name)).where(all_of(conditions)), dialect)


def _moment(dialect: str, moment: datetime) -> exp.Expr:
    if dialect == "sqlite":
        return exp.Literal.string(f"{moment:%Y-%m-%dT%H:%M:%S}")
    return exp.cast(exp.Literal.string(f"{moment:%Y-%m-%d %H:%M:%S}+00:00"), "timestamptz")


def named(expression: exp.Expr, alias: str) -> exp.Expr:
    """The expression under a quoted name."""
    return exp.alias_(expression.copy(), alias, quoted=True)


def is_null(expression: exp.Expr) -> exp.Expr:
    """expression IS NULL."""
    return exp.Is(this=expression.copy(), expression=exp.null())


def all_of(conditions: Sequence[exp.Expr | None]) -> exp.Expr | None:
    """The conditions that are given, joined by AND; None when there are none."""
    given = [c for c in conditions if c is not None]
    return exp.and_(*given) if given else None
