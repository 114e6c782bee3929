"""Whether two tables differ by rounding alone."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from types import NoneType
from typing import Any

from review.sql.results.cells import Key, number_in
from review.sql.results.matching import Table

CLOSE = Decimal("0.005")
"""Numbers rounded to less than two decimals must be this close, relative to their size: 4 is not 3.7 rounded."""


def only_rounded(small: Table, large: Table, columns: list[tuple[int, int]]) -> bool:
    """Return whether the rows are the same when the number with fewer digits is taken as the other, rounded."""
    numeric = [
        (a, b) for a, b in columns if set(map(type, small.raw[a] + large.raw[b])) <= {int, float, Decimal, NoneType}
    ]
    if not numeric:
        return False
    others = [pair for pair in columns if pair not in numeric]
    texts = [[table.keys(pair[side], exact=False) for pair in others] for side, table in ((0, small), (1, large))]
    if Counter(zip(*texts[0], strict=True)) != Counter(zip(*texts[1], strict=True)):
        return False
    left, right = (_sorted(table, others, numeric, side) for side, table in ((0, small), (1, large)))
    for one, two in zip(left, right, strict=True):
        if one[0] != two[0] or not all(_rounded(x, y) for x, y in zip(one[1], two[1], strict=True)):
            return False
    return True


def _sorted(
    table: Table, others: list[tuple[int, int]], numeric: list[tuple[int, int]], side: int
) -> list[tuple[tuple[Key, ...], tuple[Any, ...]]]:
    texts = [table.keys(pair[side], exact=False) for pair in others]
    numbers = [table.raw[pair[side]] for pair in numeric]
    count = len(table.result.rows)
    labels = list(zip(*texts, strict=True)) or [()] * count
    rank = {label: at for at, label in enumerate(sorted(set(labels), key=repr))}
    rows = list(zip(labels, zip(*numbers, strict=True), strict=True))
    return sorted(rows, key=lambda row: (rank[row[0]], [_size(n) for n in row[1]]))


def _size(number: Any) -> tuple[bool, float]:
    value = number_in(number)
    return (value is None, 0.0 if value is None or value != value else float(value))


def _rounded(one: Any, two: Any) -> bool:
    if one is None or two is None:
        return one is None and two is None
    a, b = _decimal(one), _decimal(two)
    if a is None or b is None:
        return repr(one) == repr(two)
    if a == b:
        return True
    places = min(_places(a), _places(b))
    step = Decimal(1).scaleb(-places)
    # Half a step, and a little for sums of floats that end just beside the half.
    near = abs(a - b) <= step * Decimal("0.500001")
    return near and (places >= 2 or abs(a - b) <= CLOSE * max(abs(a), abs(b)))


def _decimal(number: Any) -> Decimal | None:
    value = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    return value if value.is_finite() else None


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
