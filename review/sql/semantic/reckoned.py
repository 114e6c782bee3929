"""Dates that a statement reckons from a constant: ``date_trunc('month', DATE '2026-10-15' - INTERVAL 1 MONTH)``."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

from sqlglot import exp

from review.sql.semantic.windows import Days, days_written, period

_TRUNCS = (exp.DateTrunc, exp.TimestampTrunc, exp.DatetimeTrunc)
_CASTS = (exp.Cast, exp.TryCast, exp.Paren, exp.Date, exp.Timestamp, exp.TsOrDsToDate, exp.TsOrDsToTimestamp)
_SUMS = (exp.Add, exp.Sub, exp.DateAdd, exp.DateSub)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_COMPARED = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


class Reckoned(NamedTuple):
    """The whole expression, and the days that it stands for; None where it is not read here."""

    node: exp.Expr
    days: Days | None


def reckoned_from(literal: exp.Expr) -> Reckoned | None:
    """Return what is reckoned from a date of a statement, None where it stands as it is."""
    top, inner = literal, literal
    while isinstance(inner.parent, exp.Func | exp.Binary | exp.Paren | exp.Interval) and _constant(inner.parent):
        inner = inner.parent
        if not isinstance(inner, _CASTS):
            top = inner
    against = _truncated(inner)
    if top is literal and against is None:
        return None
    day = _day(inner)
    if day is None or against == "":
        return Reckoned(inner, None)
    # What is cut to its month and equals the first of one lies anywhere in that month.
    return Reckoned(inner, period(against, day) if against else (day, day))


def _constant(node: exp.Expr) -> bool:
    """Whether an expression is no condition and holds no column."""
    predicate = isinstance(node, exp.Predicate | exp.Connector) and not isinstance(node, exp.Paren)
    return not predicate and next(node.find_all(exp.Column, exp.Subquery), None) is None


def _truncated(node: exp.Expr) -> str | None:
    """The unit to which the other side of an equality is cut, "" for one not read, None where nothing is cut."""
    around = node.parent
    if not isinstance(around, _COMPARED):
        return None
    other = around.expression if node is around.this else around.this
    while isinstance(other, _CASTS):
        other = other.this
    if not isinstance(other, _TRUNCS):
        return None
    unit = _unit(other)
    return unit if isinstance(around, exp.EQ) and unit in (*_MONTHS, "week", "day") else ""


def _unit(node: exp.Expr) -> str:
    unit = node.args.get("unit")
    return unit.name.lower().removesuffix("s") if unit is not None else ""


def _day(node: exp.Expr) -> date | None:
    """The day of a constant expression, None for one that is not read."""
    if isinstance(node, exp.Literal):
        days = days_written(iter([node.name])) if node.is_string and len(node.name.strip()) >= 10 else []
        return days[0][0] if days and days[0][0] == days[0][1] else None
    if isinstance(node, _CASTS):
        return _day(node.this)
    if isinstance(node, _TRUNCS):
        day, unit = _day(node.this), _unit(node)
        return period(unit, day)[0] if day and unit in (*_MONTHS, "week", "day") else None
    if isinstance(node, _SUMS):
        day = _day(node.this)
        return _moved(day, node) if day else None
    return None


def _moved(day: date, node: exp.Expr) -> date | None:
    amount, unit = node.expression, _unit(node)
    if isinstance(amount, exp.Interval):
        amount, unit = amount.this, _unit(amount)
    while isinstance(amount, exp.Cast | exp.Paren):
        amount = amount.this
    if not isinstance(amount, exp.Literal) or not amount.name.isdigit():
        return None
    count = int(amount.name) * (-1 if isinstance(node, exp.Sub | exp.DateSub) else 1)
    try:
        if unit in ("day", "week"):
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        if unit not in _MONTHS:
            return None
        months = day.year * 12 + day.month - 1 + count * _MONTHS[unit]
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    except (ValueError, OverflowError):
        return None
