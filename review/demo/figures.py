"""Choose periods, and make up the numbers that the two tables return for them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zlib import crc32

import numpy as np

from review.demo.queries import Query, SqlFlaw
from review.demo.slots import pick


@dataclass(frozen=True)
class Period:
    """The days from ``start`` to the day before ``end``, in words and as slots of a text."""

    words: str
    start: date
    end: date

    @property
    def slots(self) -> dict[str, str]:
        """The slots ``period``, ``start``, ``end`` and ``last`` (the last day of the period)."""
        last = self.end - timedelta(days=1)
        return {"period": self.words, "start": f"{self.start}", "end": f"{self.end}", "last": f"{last}"}


def any_period(rng: np.random.Generator, today: date, *, short: bool) -> Period:
    """Return a period before ``today`` that people ask about; at most 31 days if ``short``."""
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    previous = (first - timedelta(days=1)).replace(day=1)
    before = (previous - timedelta(days=1)).replace(day=1)
    options = [
        Period("last week", monday - timedelta(days=7), monday),
        Period("last month", previous, first),
        Period(f"in {calendar.month_name[before.month]}", before, previous),
    ]
    if not short:
        quarter = (today.month - 1) // 3
        start = date(today.year - (quarter == 0), ((quarter - 1) % 4) * 3 + 1, 1)
        options.append(Period("last quarter", start, date(today.year, quarter * 3 + 1, 1)))
        options.append(Period("in the last 30 days", today - timedelta(days=30), today))
    return pick(rng, options)


def numbers_of(query: Query, period: Period) -> list[tuple[str, float]]:
    """Return what the tables hold; the same question about the same period always has the same numbers."""
    rng = np.random.default_rng(crc32(query.template.format_map(period.slots).encode()))
    days = (period.end - period.start).days
    base = query.base * float(rng.lognormal(0, 0.08))
    if query.keys == ("days",):
        dates = [period.start + timedelta(days=k) for k in range(days)]
        return [(f"{d}", base * (0.8 if d.weekday() > 4 else 1.0) * float(rng.uniform(0.9, 1.1))) for d in dates]
    base *= 1 if query.rate else days / 30
    if not query.keys:
        return [("", base)]
    drop = 0.86 if query.rate else 0.68
    return [(key, base * drop**place * float(rng.uniform(0.94, 1.0))) for place, key in enumerate(query.keys)]


def distorted(
    rng: np.random.Generator, numbers: list[tuple[str, float]], flaw: SqlFlaw, unit: str
) -> list[tuple[str, float]]:
    """Return the numbers as the flawed SQL does."""
    if flaw.scale == 1.0:
        return numbers
    moved = [(key, value * flaw.scale * float(rng.uniform(0.97, 1.0))) for key, value in numbers]
    return moved if unit == "count" or len(moved) == 1 else sorted(moved, key=lambda pair: -pair[1])


def written(value: float, unit: str) -> str:
    """Return a number as an answer writes it: ``$1,234.50``, ``3.41 %`` or ``1,234``."""
    if unit == "money":
        return f"${value:,.2f}"
    return f"{value:.2f} %" if unit == "percent" else f"{round(value):,}"


def rows_of(query: Query, numbers: list[tuple[str, float]], unit: str) -> list[list[Any]]:
    """Return the rows of the result."""
    cells = [(key, round(value) if unit == "count" else round(value, 2)) for key, value in numbers]
    return [[value] for _, value in cells] if not query.keys else [[key, value] for key, value in cells]
