"""Differences that a person weighs: the other sign of a difference, and a share or average without its decimals."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from review.sql.results.cells import number_in
from review.sql.results.outcome import Comparison
from review.sql.results.result import Result
from review.sql.results.rounding import nearly_equal

_DIFFERENCE = re.compile(
    r"\b(?:how (?:much|many)(?: \w+)? (?:more|less|fewer|lower|higher|larger|smaller|cheaper|dearer|longer|shorter)|"
    r"differ\w*|chang\w+|compar\w+|gap|delta|drop\w*|f[ae]ll\w*|declin\w+|decreas\w+|r[io]se|increas\w+|gr[eo]w\w*|"
    r"wie viel (?:mehr|weniger|höher|niedriger)|unterschied\w*|differenz|veränder\w+)\b", re.IGNORECASE,
)  # fmt: skip
COARSEST = 10
"""From here on a whole number is read as another one rounded: 11 for 10.64, while 4 for 3.7 says too little."""


def near_miss(question: str, comparison: Comparison, generated: Result, expected: Result) -> str:
    """Return in words why cells that differ prove nothing wrong, "" where they do.

    A question for a difference leaves its sign open, since "17 lower" is +17 or -17. Rows are compared by their places.
    """
    if len(generated.rows) != len(expected.rows) or None in comparison.matched or not comparison.matched:
        return ""
    pairs = [
        (row[at], other[k])
        for row, other in zip(generated.rows, expected.rows, strict=True)
        for k, at in enumerate(comparison.matched)
        if at is not None and row[at] != other[k]
    ]
    numbers = [(_finite(a), _finite(b)) for a, b in pairs]
    if not numbers or any(a is None or b is None for a, b in numbers):
        return ""
    known = [(a, b) for a, b in numbers if a is not None and b is not None]
    if _DIFFERENCE.search(question) and all(nearly_equal(a, -b) for a, b in known):
        return "The differences are those of the reference with the other sign."
    if all(_whole(a, b) for a, b in known):
        return "The numbers are those of the reference without their decimals."
    return ""


def _finite(cell: Any) -> Decimal | None:
    number = number_in(cell)
    found = None if number is None else Decimal(str(number))
    return found if found is not None and found.is_finite() else None


def _whole(one: Decimal, other: Decimal) -> bool:
    """Whether the first number is the other, rounded to a whole one."""
    return one == one.to_integral_value() and abs(one) >= COARSEST and abs(one - other) <= Decimal("0.5")
