"""The series of a result: figures with the time of each, in a cell of its row or in the name of its column."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from review.sql.results.cells import number_in
from review.sql.results.result import Result
from review.sql.results.times_said import Time, time_columns, time_of_name


class Point(NamedTuple):
    """One figure of a series: what it measures, of what, and when."""

    measure: str
    of: frozenset[str]
    time: Time
    value: Decimal


def points_of(result: Result) -> list[Point]:
    """Return the figures of a result with their times: of the cells of their row, else of the name of their column."""
    columns = time_columns(result)
    names = [time_of_name(name) for name in result.columns]
    found: list[Point] = []
    for number, row in enumerate(result.rows):
        own = _merged([times[number] for times in columns.values()])
        of = frozenset(
            cell.strip().lower() for at, cell in enumerate(row) if isinstance(cell, str) and at not in columns
        )
        for at, cell in enumerate(row):
            value = None if at in columns else number_of(cell)
            named, rest = names[at]
            times = own if columns else [named] if named else []
            if value is not None:
                found += [Point(result.columns[at] if columns else rest, of, time, value) for time in times]
    return found


def _merged(times: list[Time | None]) -> list[Time]:
    """The times of one row: a year and a month beside each other are one, two dates are two."""
    given = [time for time in times if time is not None]
    parts = [{time[k] for time in given if time[k] is not None} for k in range(len(Time._fields))]
    if given and all(len(values) <= 1 for values in parts):
        return [Time(*(next(iter(values), None) for values in parts))]
    return given


def number_of(cell: Any) -> Decimal | None:
    """Return a cell as a decimal, None when it is no number that is finite."""
    number = number_in(cell)
    found = None if number is None else Decimal(str(number))
    return found if found is not None and found.is_finite() else None
