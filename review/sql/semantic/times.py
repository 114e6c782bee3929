"""Whether the dates of a statement fit the time that its question names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from sqlglot import exp

from review.basics.words import capital
from review.sql.schema.types import day_or_moment
from review.sql.semantic.reckoned import reckoned_from
from review.sql.semantic.windows import COMPARED, MONTHS, Days, Window, days_written, windows_in
from review.sql.tree.finding import Severity
from review.sql.tree.statement import Statement

_NOW = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentDatetime, exp.CurrentTime, exp.Localtimestamp)
_NOW_NAMES = frozenset({"now", "today", "yesterday", "curdate", "getdate", "julianday"})
Role = Literal["<", "<=", ">", ">=", "=", ""]
_FLIPPED: dict[type[exp.Expr], Role] = {exp.GT: "<", exp.GTE: "<=", exp.LT: ">", exp.LTE: ">="}
_STRAIGHT: dict[type[exp.Expr], Role] = {exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=", exp.EQ: "="}
_WRAPS = (exp.Cast, exp.TryCast, exp.Paren, exp.Date, exp.Timestamp, exp.TsOrDsToDate, exp.TsOrDsToTimestamp)
_PATTERNS = (exp.Like, exp.ILike, exp.Glob, exp.RegexpLike, exp.RegexpILike, exp.SimilarTo)
_BEGINS = re.compile(r"[%*^]*(?:19|20)\d\d")
DAY = timedelta(days=1)


class Written(NamedTuple):
    """A date of a statement: its days, how a ``column`` compares with it ("" when that cannot be told).

    ``bare`` dates have no time of day; an ``open`` comparison lets in rows without a date as well.
    """

    days: Days
    role: Role
    column: str
    bare: bool
    open: bool = False


def check_time(statement: Statement, question: str, as_of: date | None) -> Iterator[tuple[str, Severity] | None]:
    """Yield what does not fit, None when all of it fits, and nothing for a question that names no time."""
    windows = windows_in(question, as_of)
    if not windows:
        return
    found = list(_written(statement))
    written = [one for one in found if one is not None]
    named = ", ".join(f"'{w.phrase}' is {_said(w)}" for w in windows)
    if not found:
        if any(w.recurs for w in windows) and _by_part(statement):
            # "In January" may mean that of every year.
            return
        if _uses_now(statement):
            yield f"The query depends on today; for the example {named}. Whether that fits cannot be told.", "note"
        else:
            yield f"The query names no time, but {named}.", "error"
        return
    if len(written) < len(found):
        # A date is reckoned in a way that is not read here, so nothing can be said of the time.
        return
    first, last = min(w.first for w in windows), max(w.last for w in windows)
    if not any(_fits(one, first, last) for one in written):
        yield f"No date of the query lies in the time asked for: {named}.", "error"
        return
    outside = next((one.days for one in written if not _fits(one, first, last)), None)
    if COMPARED.search(question):
        yield None
    elif outside is not None:
        yield f"{outside[0]:%Y-%m-%d} lies outside the time asked for: {named}.", "error"
    else:
        yield None
        said = _narrow(statement, written, windows, as_of)
        if said:
            yield f"{said} {capital(named)}.", "warning"


def _written(statement: Statement) -> Iterator[Written | None]:
    """Yield the dates of a statement, None for one that is reckoned in a way that is not read."""
    for node in statement.tree.find_all(exp.Literal):
        days = days_written(iter([node.name]))
        if days and (node.is_string or _is_year(node)):
            reckoned = reckoned_from(node)
            if reckoned is not None:
                role, column = _role(reckoned.node)
                there = reckoned.days
                yield (
                    None
                    if there is None
                    else Written(days=there, role=role, column=column, bare=True, open=_or_none(node, column))
                )
                continue
            role, column = _role(node)
            bare = len(node.name.strip()) == 10
            yield Written(days=days[0], role=role, column=column, bare=bare, open=_or_none(node, column))
        elif node.is_string and isinstance(node.parent, _PATTERNS) and _BEGINS.match(node.name):
            yield None


def _is_year(node: exp.Expr) -> bool:
    """Whether a bare number such as 2024 stands where a year is meant."""
    around = node.parent.parent if isinstance(node.parent, exp.Paren | exp.Tuple) else node.parent
    return around is not None and any(word in around.sql().lower() for word in ("year", "date", "%y", "month"))


def _role(node: exp.Expr) -> tuple[Role, str]:
    """How a date is compared, seen from the other side, and the name of the column there, "" when it is no column."""
    inner = node
    while isinstance(inner.parent, _WRAPS):
        inner = inner.parent
    around = inner.parent
    if isinstance(around, exp.Between):
        role: Role = ">=" if inner is around.args["low"] else "<=" if inner is around.args["high"] else ""
        return role, _column(around.this)
    if isinstance(around, exp.Binary) and type(around) in _STRAIGHT:
        left = inner is around.this
        role = _FLIPPED.get(type(around), "=") if left else _STRAIGHT[type(around)]
        return role, _column(around.expression if left else around.this)
    return "", ""


def _or_none(node: exp.Expr, column: str) -> bool:
    """Whether a comparison stands beside OR ``column`` IS NULL."""
    either = node.find_ancestor(exp.Or)
    missing = either.find_all(exp.Is) if either is not None and column else ()
    return any(isinstance(one.expression, exp.Null) and _column(one.this) == column for one in missing)


def _column(node: exp.Expr) -> str:
    return node.name if isinstance(node, exp.Column) else ""


def _fits(one: Written, first: date, last: date) -> bool:
    """Whether a date belongs to a time: inside it, around it, or the day beside it that < and > need."""
    start, end = one.days
    beside = DAY if start == end else timedelta(0)
    after = beside if one.role in ("<", "") else timedelta(0)
    before = beside if one.role in (">", "") else timedelta(0)
    return start <= last + after and end >= first - before


def _narrow(statement: Statement, written: Sequence[Written], windows: Sequence[Window], as_of: date | None) -> str:
    """Say which part of the one time asked for a query leaves out, "" when none can be seen."""
    if len(windows) != 1 or not windows[0].exact:
        return ""
    window, written = windows[0], _of_period(written)
    starts = [one.days[0] + (DAY if one.role == ">" else timedelta(0)) for one in written if one.role in (">", ">=")]
    ends = [_end(one) for one in written if one.role in ("<", "<=")]
    if starts and min(starts) > window.first:
        return f"The query begins on {min(starts):%Y-%m-%d}."
    if ends and max(ends) < min(window.last, as_of or window.last):
        return f"The query ends on {max(ends):%Y-%m-%d}."
    for one in written:
        if one.role == "<=" and one.bare and one.days[1] == window.last and _is_moment(statement, one.column):
            return f"'{one.column}' has a time of day, so the query leaves out {window.last:%Y-%m-%d} after midnight."
    return ""


def _of_period(written: Sequence[Written]) -> Sequence[Written]:
    """Leave out the bounds of a query that asks what held at a time: begun <= day AND (ended IS NULL OR ended > day).

    One column has its lower bound, another its upper one, so neither says where a period begins or ends.
    """
    after = {one.column for one in written if one.role in (">", ">=")}
    before = {one.column for one in written if one.role in ("<", "<=")}
    if any(one.open for one in written) or (after and before and after.isdisjoint(before)):
        return [one for one in written if one.column in after & before and not one.open]
    return written


def _end(one: Written) -> date:
    """The last day that a bound lets in; a time of day after "<" lets in part of its own."""
    return one.days[0] - DAY if one.role == "<" and one.bare else one.days[1]


def _is_moment(statement: Statement, column: str) -> bool:
    """Whether every column of a name in the schema has a time of day."""
    tables = statement.schema.tables if statement.schema and column else ()
    kinds = {day_or_moment(kind) for t in tables for name, kind in t.columns.items() if name.lower() == column.lower()}
    return kinds == {"moment"}


def _by_part(statement: Statement) -> bool:
    """Whether a statement speaks of months or quarters without a date: extract(month FROM day) = 1."""
    words = (token.text.lower() for token in statement.tokens)
    return any("month" in word or "quarter" in word or "%m" in word or word in MONTHS for word in words)


def _uses_now(statement: Statement) -> bool:
    if any(True for _ in statement.tree.find_all(*_NOW)):
        return True
    return any(token.text.lower() in _NOW_NAMES for token in statement.tokens)


def _said(window: Window) -> str:
    if window.first == window.last:
        return f"{window.first:%Y-%m-%d}"
    return f"{window.first:%Y-%m-%d} to {window.last:%Y-%m-%d}"
