"""What makes a query hard, from its syntax tree: dates, window function, join depth, subquery, CTE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

DIALECTS = ("clickhouse", "postgres", "sqlite", "mysql", "bigquery", "tsql")
"""Tried in this order. The data-query agent writes ClickHouse; another dialect may read what ClickHouse cannot."""

DATES: tuple[type[exp.Expr], ...] = (
    exp.Interval,
    exp.CurrentDate,
    exp.CurrentTimestamp,
    exp.CurrentDatetime,
    exp.DateAdd,
    exp.DateSub,
    exp.DateDiff,
    exp.DateTrunc,
    exp.TimestampTrunc,
    exp.Extract,
    exp.StrToDate,
    exp.StrToTime,
    exp.TimeToStr,
    exp.TsOrDsToDate,
    exp.Date,
    exp.Year,
    exp.Month,
    exp.Day,
)
_DATE_TEXT = re.compile(r"\d{4}-\d{2}(-\d{2})?([ T].*)?|\d{4}/\d{2}/\d{2}|now")
_DATE_NAME = re.compile(r"date|time|toyear|tomonth|today|yesterday|tostartof|julianday|now$|age$|strftime", re.I)
# A reference query may offer alternative columns as {name, id}. Its shape is the same with any of them.
_ALTERNATIVES = re.compile(r"\{([^{}]*)\}")


@lru_cache(2048)
def sql_tags(sql: str | None, dialect: str | None = None) -> tuple[str, ...]:
    """Return the tags of a query, sorted: cte, dates, join-depth-N (joins in one SELECT), subquery, window-function.

    Without SQL there are none. SQL that no dialect can read has the tag sql-unreadable. ``dialect`` is tried first.
    """
    if not sql or not sql.strip():
        return ()
    trees = _parse(sql, dialect)
    if not trees:
        return ("sql-unreadable",)
    return tuple(sorted({tag for tree in trees for tag in _tags(tree)}))


def _parse(sql: str, dialect: str | None) -> list[exp.Expr]:
    texts = [sql] if "{" not in sql else [sql, _ALTERNATIVES.sub(lambda m: m[1] or "1", sql)]
    for text in texts:
        for name in (dialect, *DIALECTS) if dialect else DIALECTS:
            try:
                trees = [t for t in sqlglot.parse(text, read=name) if t is not None]
            except (SqlglotError, ValueError, RecursionError):
                continue
            if trees and all(isinstance(t, exp.Query | exp.DML | exp.Create) for t in trees):
                return trees
    return []


def _tags(tree: exp.Expr) -> Iterator[str]:
    if any(True for _ in tree.find_all(exp.Window)):
        yield "window-function"
    if tree.find(exp.CTE):
        yield "cte"
    if any(
        not isinstance(s.parent, exp.CTE) and s.parent is not None and _nested(s) for s in tree.find_all(exp.Select)
    ):
        yield "subquery"
    depth = max((len(s.args.get("joins") or ()) for s in tree.find_all(exp.Select)), default=0)
    if depth:
        yield f"join-depth-{depth}"
    if any(_is_date(node) for node in tree.walk()):
        yield "dates"


def _nested(select: exp.Select) -> bool:
    """Return whether a SELECT is inside another one, except as a branch of a union or the body of a CTE."""
    parent = select.parent
    while isinstance(parent, exp.SetOperation | exp.Paren | exp.Subquery):
        if isinstance(parent, exp.Subquery) and not isinstance(parent.parent, exp.SetOperation | None):
            return not isinstance(parent.parent, exp.CTE)
        parent = parent.parent
    return parent is not None and not isinstance(parent, exp.CTE | exp.DML | exp.Create)


def _is_date(node: exp.Expr) -> bool:
    if isinstance(node, DATES):
        return True
    if isinstance(node, exp.Cast):
        return bool(node.to.is_type("date", "datetime", "timestamp", "timestamptz"))
    if isinstance(node, exp.Anonymous):
        return bool(_DATE_NAME.match(node.name))
    return isinstance(node, exp.Literal) and node.is_string and bool(_DATE_TEXT.fullmatch(node.this))
