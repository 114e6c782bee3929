"""What the stores sold each month, by department.

In the last whole month the stores sold 32.5% less than in the month before, because the garden department had closed.
Joined on the department alone, the two months lose that department and seem to differ by 10%.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from review.demo.shop_goods import GOODS

CLOSED = "Garden"
"""The department that sold nothing in the last whole month."""
BEFORE, NOW = 400_000, 270_000
"""Dollars that the stores took in the last two whole months: 32.5% less."""
STAYED = 300_000
"""Dollars that the departments which stayed open took in the first of them: 10% less in the second."""


def store_sales(first: date, until: date, *, seed: int) -> dict[str, Any]:
    """Return the columns of ``store_sales`` for the whole months between two days; amounts are in cents."""
    months = _months(first, until)
    rows: list[tuple[str, str, int, int, int]] = []
    for back, month in enumerate(reversed(months)):
        rng = np.random.default_rng([seed, 2, month.toordinal()])
        for department, total in _totals(back, rng).items():
            shares = rng.dirichlet(np.full(len(GOODS.stores), 30.0))
            cents = np.round(shares * 100 * total).astype(int)
            cents[-1] += 100 * total - cents.sum()
            rows += [
                (department, store, (month - date(1970, 1, 1)).days, round(int(c) / 6_200), int(c))
                for store, c in zip(GOODS.stores, cents, strict=True)
            ]
    columns = list(zip(*sorted(rows, key=lambda row: (row[2], row[0], row[1])), strict=True))
    return dict(zip(("department", "store", "month", "receipts", "revenue"), map(list, columns), strict=True))


def _months(first: date, until: date) -> list[date]:
    found, month = [], first.replace(day=1)
    while (after := date(month.year + month.month // 12, month.month % 12 + 1, 1)) <= until:
        found.append(month)
        month = after
    return found


def _totals(back: int, rng: np.random.Generator) -> dict[str, int]:
    """Return the dollars of each department in the month ``back`` months before the last whole one."""
    stayed = [name for name in GOODS.departments if name != CLOSED]
    if back < 2:
        total = NOW if back == 0 else STAYED
        parts = [total * share // 100 for share in (34, 28, 17)]
        found = dict(zip(stayed, [*parts, total - sum(parts)], strict=True))
        return found if back == 0 else {**found, CLOSED: BEFORE - STAYED}
    return {name: int(rng.normal(80_000, 9_000)) for name in GOODS.departments}
