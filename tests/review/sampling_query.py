"""A sampling query in any dialect, built of the product's own expressions: golden strings are held against it."""

from __future__ import annotations

from datetime import datetime

from sqlglot import exp

from review.sampling.engines.sql import all_of, as_text, column, is_null, named, render, table
from review.sampling.key_sql import predicate


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
        start, end = (_moment(dialect, moment) for moment in window[:2])
        timed = made if dialect == "sqlite" else exp.cast(made, "timestamptz")
        conditions += [exp.GTE(this=timed, expression=start), exp.LT(this=timed.copy(), expression=end)]
    conditions.append(predicate(seed, id_, rate))
    return render(exp.select(named(as_text(id_), "id")).from_(table(table_name)).where(all_of(conditions)), dialect)


def _moment(dialect: str, moment: datetime) -> exp.Expr:
    if dialect == "sqlite":
        return exp.Literal.string(f"{moment:%Y-%m-%dT%H:%M:%S}")
    return exp.cast(exp.Literal.string(f"{moment:%Y-%m-%d %H:%M:%S}+00:00"), "timestamptz")
