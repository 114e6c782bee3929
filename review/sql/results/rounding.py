"""Whether two tables differ by rounding alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from types import NoneType
from typing import Any

import numpy as np

from review.sql.results.cells import WIDE, Key, number_in
from review.sql.results.matching import Table

CLOSE = Decimal("0.005")
"""Numbers rounded to less than two decimals must be this close, relative to their size: 4 is not 3.7 rounded."""
HALF_A_STEP = 0.0501
"""Half a step of one decimal, and a little."""
MOST_MATCHED = 200
"""Rows with the same labels that are paired one by one where sorting them does not pair them."""
Numbers = tuple[Any, ...]


def only_rounded(small: Table, large: Table, columns: Sequence[tuple[int, int]]) -> bool:
    """Return whether the rows are the same when the number with fewer digits is taken as the other, rounded."""
    rounded = [
        pair for pair in columns if is_number(small.raw[pair[0]], large.raw[pair[1]]) and _unlike(small, large, pair)
    ]
    labels = [pair for pair in columns if pair not in rounded]
    if not rounded:
        return False
    left, right = (_grouped(table, labels, rounded, side) for side, table in ((0, small), (1, large)))
    places = [common_places(small.raw[a], large.raw[b]) for a, b in rounded]
    return left.keys() == right.keys() and all(_same_numbers(left[label], right[label], places) for label in left)


def columns_rounded(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """Return whether two columns hold the same numbers but for rounding, in any order."""
    if not is_number(left, right):
        return False
    one, two = _floats(left), _floats(right)
    first, second = np.argsort(one, kind="stable"), np.argsort(two, kind="stable")
    # Most columns that differ are told apart here, before decimals are compared digit by digit.
    small, large = one[first], two[second]
    with np.errstate(invalid="ignore"):
        near = np.abs(small - large) <= HALF_A_STEP + 2 * float(CLOSE) * np.abs(large)
    if not (near | (small == large)).all():
        return False
    whole = any(set(map(type, column)) <= {int, NoneType} for column in (left, right))
    apart = []
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if not rounded_alike(left[a], right[b]):
            # Half a step of one decimal is the most that the places of whole columns allow.
            if whole or abs(one[a] - two[b]) > HALF_A_STEP:
                return False
            apart.append((a, b))
    places = common_places(left, right) if apart else None
    return all(rounded_alike(left[a], right[b], places) for a, b in apart)


def common_places(left: Sequence[Any], right: Sequence[Any]) -> int | None:
    """Return the decimals of the coarser of two columns, None where they are too few to tell a rounding from another.

    A whole column tells more than a cell: 3.0 beside 2.6 has one decimal. Its largest number must have two digits.
    """
    if any(set(map(type, column)) <= {int, NoneType} for column in (left, right)):
        return None
    decimals = [max((written_places(n) for n in column if n is not None), default=0) for column in (left, right)]
    places = min(decimals)
    if places < 1:
        return None
    coarse = left if decimals[0] == places else right
    sizes = [abs(value) for n in coarse if n is not None and (value := _decimal(n)) is not None]
    return places if sizes and max(sizes).scaleb(places) >= 10 else None


def written_places(number: Any) -> int:
    """The decimals of a number as it is written: 3.0 has one, the whole number 3 none."""
    value = None if isinstance(number, int) else _decimal(number)
    exponent = value.as_tuple().exponent if value is not None else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _floats(column: Sequence[Any]) -> np.ndarray:
    """The numbers of a column to sort by; NULL and NaN come last."""
    return np.array([np.inf if n is None or n != n else float(n) for n in column], dtype=np.float64)


def is_number(*columns: Sequence[Any]) -> bool:
    """Return whether columns hold numbers alone."""
    return all(set(map(type, column)) <= {int, float, Decimal, NoneType} for column in columns)


def _unlike(small: Table, large: Table, pair: tuple[int, int]) -> bool:
    exact = small.exact[pair[0]] and large.exact[pair[1]]
    return small.counts(pair[0], exact=exact) != large.counts(pair[1], exact=exact)


def _grouped(
    table: Table, labels: list[tuple[int, int]], rounded: list[tuple[int, int]], side: int
) -> dict[tuple[Key, ...], list[Numbers]]:
    """The numbers of each row by the other cells of the row."""
    keys = zip(*(table.keys(pair[side], exact=False) for pair in labels), strict=True)
    numbers = zip(*(table.raw[pair[side]] for pair in rounded), strict=True)
    found: dict[tuple[Key, ...], list[Numbers]] = {}
    for label, row in zip(keys if labels else [()] * len(table.result.rows), numbers, strict=True):
        found.setdefault(label, []).append(row)
    return found


def _same_numbers(left: list[Numbers], right: list[Numbers], places: Sequence[int | None]) -> bool:
    if len(left) != len(right):
        return False
    one, two = (sorted(rows, key=lambda row: [_size(n) for n in row]) for rows in (left, right))
    if all(rows_rounded(a, b, places) for a, b in zip(one, two, strict=True)):
        return True
    return 1 < len(left) <= MOST_MATCHED and len(left[0]) > 1 and _matched(one, two, places)


def _matched(left: list[Numbers], right: list[Numbers], places: Sequence[int | None]) -> bool:
    """Whether each row has a partner of its own: rounding the first number may change how rows sort."""
    partners = [[k for k, other in enumerate(right) if rows_rounded(row, other, places)] for row in left]
    taken: dict[int, int] = {}

    def place(row: int, seen: set[int]) -> bool:
        for other in partners[row]:
            if other not in seen:
                seen.add(other)
                if other not in taken or place(taken[other], seen):
                    taken[other] = row
                    return True
        return False

    return all(place(row, set()) for row in range(len(left)))


def rows_rounded(one: Numbers, two: Numbers, places: Sequence[int | None] | None = None) -> bool:
    """Return whether the numbers of two rows are the same but for rounding; ``places`` as in ``rounded_alike``."""
    return all(rounded_alike(a, b, p) for a, b, p in zip(one, two, places or [None] * len(one), strict=True))


def _size(number: Any) -> tuple[bool, float]:
    value = number_in(number)
    return (value is None, 0.0 if value is None or value != value else float(value))


def rounded_alike(one: Any, two: Any, of_column: int | None = None) -> bool:
    """Return whether one number is the other, or the other rounded.

    ``of_column`` are the decimals to which the whole column of one of them is rounded (``common_places``).
    """
    if one is None or two is None:
        return one is None and two is None
    if one == two:
        return True
    a, b = _decimal(one), _decimal(two)
    if a is None or b is None:
        return repr(one) == repr(two)
    if a == b:
        return True
    apart = WIDE.subtract(a, b).copy_abs()
    if of_column is not None and apart <= Decimal("0.500001").scaleb(-of_column):
        return True
    places = min(_places(a), _places(b))
    step = Decimal(1).scaleb(-places)
    # Half a step, and a little for sums of floats that end just beside the half.
    near = apart <= step * Decimal("0.500001")
    return near and (places >= 2 or apart <= CLOSE * max(abs(a), abs(b)))


def _decimal(number: Any) -> Decimal | None:
    value = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    return value if value.is_finite() else None


def _places(value: Decimal) -> int:
    exponent = WIDE.normalize(value).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def nearly_equal(one: Decimal, other: Decimal) -> bool:
    """Return whether two numbers are the same but for the noise of floats."""
    return abs(one - other) <= Decimal("1e-9") * max(abs(one), abs(other))
