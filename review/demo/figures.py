"""Choose the periods that people ask about, and read figures out of what the shop's database answered."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from review.demo.queries import Query
from review.demo.shop import Reply
from review.demo.slots import pick


@dataclass(frozen=True)
class Period:
    """The days from ``start`` to the day before ``end``, in words and as slots of a text; ``today`` is the day of the
    question."""

    words: str
    start: date
    end: date
    today: date

    @property
    def slots(self) -> dict[str, str]:
        """The slots ``period``, ``start``, ``end``, ``last`` (the last day), ``before`` and ``today``."""
        before = (self.start.replace(day=1) - timedelta(days=1)).replace(day=1)
        return {
            "period": self.words,
            "start": f"{self.start}",
            "end": f"{self.end}",
            "last": f"{self.end - timedelta(days=1)}",
            "before": f"{before}",
            "today": f"{self.today}",
        }


def any_period(rng: np.random.Generator, today: date, query: Query) -> Period:
    """Return a period before ``today`` that people ask about, of a length that suits the question."""
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    previous = (first - timedelta(days=1)).replace(day=1)
    before = (previous - timedelta(days=1)).replace(day=1)
    if query.months:
        return Period("last month", previous, first, today)
    options = [
        Period("last week", monday - timedelta(days=7), monday, today),
        Period("last month", previous, first, today),
        Period(f"in {calendar.month_name[before.month]}", before, previous, today),
    ]
    if not query.short:
        quarter = (today.month - 1) // 3
        start = date(today.year - (quarter == 0), ((quarter - 1) % 4) * 3 + 1, 1)
        options.append(Period("last quarter", start, date(today.year, quarter * 3 + 1, 1), today))
        options.append(Period("in the last 28 days", monday - timedelta(days=28), monday, today))
    return pick(rng, options)


def numbers_of(query: Query, reply: Reply) -> list[tuple[str, float]]:
    """Return the figures of a result, each with the text in the first column of its row."""
    at = reply.columns.index(query.figure) if query.figure in reply.columns else -1
    return [(str(row[0]), float(row[at])) for row in reply.rows if isinstance(row[at], int | float)]


def cells_of(query: Query, reply: Reply) -> dict[str, str]:
    """Return the cells of the first row as an answer writes them, by column; empty unless the question quotes them."""
    if not query.units or not reply.rows:
        return {}
    cells = dict(zip(reply.columns, reply.rows[0], strict=True))
    return {column: written(cells.get(column), unit) for column, unit in query.units.items()}


def written(value: Any, unit: str) -> str:
    """Return a number as an answer writes it: ``$1,234.50``, ``3.41%`` or ``1,234``."""
    if value is None:
        return "unknown"
    if unit == "money":
        return f"${value:,.2f}"
    return f"{value:.{1 if unit == 'change' else 2}f}%" if unit in ("percent", "change") else f"{round(value):,}"
