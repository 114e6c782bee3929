"""Ways in which two columns that differ may still say the same: a person decides whether they do.

"2024-01" and the first day of that month, "January" and 1, 0.4 and 40 percent, "yes" and true, 0 and no value. Each
reading applies to whole columns, and only where no two values of a column become one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from types import NoneType
from typing import Any, NamedTuple

from review.sql.results.cells import keys_of
from review.sql.semantic.windows import MONTHS

Column = Sequence[Any]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = (int, float, Decimal)
NOTHING = frozenset({"", "none", "null", "n/a", "na", "unknown", "missing", "-"})
_MONTH = re.compile(r"(?:(?P<year>\d{4})[-/ ]?(?P<month>\d{2})?(?:[-/](?P<day>\d{2})(?:[ T][0:.]+)?)?)")
_DAY = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?P<clock>[ T]\d\d:\d\d.*)?")
_NAMED = re.compile(r"(?P<name>[a-z]{3,9})\.?,?(?: (?P<year>\d{4}))?")
_QUARTER = re.compile(r"(?:(?P<year>\d{4})[- ]?)?q(?P<q>[1-4])(?:[- ](?P<after>\d{4}))?")
_AMOUNT = re.compile(r"[$€£¥]?\s?(?P<number>[-+]?\d+(?:,\d{3})*(?:\.\d+)?)\s?[%$€£¥]?")


class Read(NamedTuple):
    """Two columns as they read alike, and why in words."""

    left: list[Any]
    right: list[Any]
    why: str
    lossless: bool = False


def readings(left: Column, right: Column) -> Iterator[Read]:
    """Yield the ways in which two columns of one length can be read alike, before their values are compared."""
    numeric = [set(map(type, column)) <= {*NUMBERS, NoneType} for column in (left, right)]
    if sum(numeric) == 1:
        yield from _numerals(left, right)
    yield from _days(left, right)
    if all(numeric):
        for many, one in ((1, 100), (100, 1)):
            yield Read(_times(left, many), _times(right, one), "one is the other as a percentage")
    for key, why in _PARTS if None in left or None in right else _PARTS[:-1]:
        found = _mapped(key, left), _mapped(key, right)
        if found[0] is not None and found[1] is not None:
            yield Read(found[0], found[1], why, lossless=key is _flag and _said_flags(left, right))


def _numerals(left: Column, right: Column) -> Iterator[Read]:
    """Numbers beside the same numbers as texts, with their unit: nothing is lost, as no text begins with a zero."""
    texts = {cell for cell in (*left, *right) if isinstance(cell, str)}
    units = {re.sub(r"[-+\d.,\s]", "", text) for text in texts}
    if len(units) != 1:
        return
    found = [[None if cell is None else _amount(cell) for cell in column] for column in (left, right)]
    empty = any((a is None) != (b is None) for cells, keys in zip((left, right), found, strict=True)
                for a, b in zip(cells, keys, strict=True))  # fmt: skip
    if not empty and not any(re.match(r"[-+]?0\d", text.strip()) for text in texts):
        yield Read(found[0], found[1], "one holds the numbers of the other as texts", lossless=True)
    if units == {"%"} and not empty:
        first, second = (1, 100) if any(isinstance(cell, str) for cell in left) else (100, 1)
        yield Read(_times(found[0], first), _times(found[1], second), "one is the other as a percentage")


def _days(left: Column, right: Column) -> Iterator[Read]:
    """Days beside moments of the same days. Several moments may lie in one day, so this loses something."""
    kinds = [set(map(type, column)) - {NoneType} for column in (left, right)]
    if not all(some and some <= {str, date, datetime} for some in kinds):
        return
    if any(_written_day(next(c for c in column if c is not None)) is None for column in (left, right)):
        return
    found = [[_written_day(cell) for cell in set(column) if cell is not None] for column in (left, right)]
    if all(read is not None for column in found for read in column):
        clocks = [{read[1] for read in column if read} for column in found]
        if clocks in ([{True}, {False}], [{False}, {True}]):
            one, two = ([c if c is None else (_written_day(c) or ("",))[0] for c in column] for column in (left, right))
            yield Read(one, two, "one has the time of day beside the day")


def _written_day(cell: Any) -> tuple[str, bool] | None:
    """The day of a date or moment, and whether it has a time of day; None for anything else."""
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}", isinstance(cell, datetime)
    match = _DAY.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return (match["day"], match["clock"] is not None) if match else None


def _times(column: Column, factor: int) -> list[Any]:
    if factor == 1:
        return list(column)
    return [None if cell is None else _decimal(cell) * factor for cell in column]


def _decimal(number: Any) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def _mapped(key: Callable[[Any], Hashable], column: Column) -> list[Hashable] | None:
    """Each cell as a key, None unless all have one and as many differ as before."""
    cells = keys_of(column, exact=True)
    found: dict[Hashable, Hashable] = {}
    for known, cell in zip(cells, column, strict=True):
        if known not in found:
            one = key(cell)
            if one is None:
                return None
            found[known] = one
    return [found[known] for known in cells] if len(set(found.values())) == len(found) else None


def calendar_parts(cell: Any) -> tuple[int | None, int | None, int | None] | None:
    """Return year, quarter and month of a cell that names them; a date names them as the first day of its period."""
    if isinstance(cell, date):
        clock = isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) != (0, 0, 0)
        return None if clock or cell.day != 1 else (cell.year, (cell.month + 2) // 3, cell.month)
    text = str(cell).strip().lower()
    if match := _MONTH.fullmatch(text):
        if match["day"] not in (None, "01") or not 1 <= int(match["month"] or 1) <= 12:
            return None
        month = int(match["month"]) if match["month"] else None
        return int(match["year"]), (month + 2) // 3 if month else None, month
    if match := _QUARTER.fullmatch(text):
        year = match["year"] or match["after"]
        return int(year) if year else None, int(match["q"]), None
    if (match := _NAMED.fullmatch(text)) and match["name"] in MONTHS:
        month = MONTHS[match["name"]]
        return int(match["year"]) if match["year"] else None, (month + 2) // 3, month
    return None


def _month_of_year(cell: Any) -> Hashable:
    parts = calendar_parts(cell)
    return parts and parts[0] and parts[2] and (parts[0], parts[2])


def _quarter_of_year(cell: Any) -> Hashable:
    parts = calendar_parts(cell)
    return (parts and parts[0] and parts[1] and parts[2] in (None, 1, 4, 7, 10) and (parts[0], parts[1])) or None


def _year(cell: Any) -> Hashable:
    whole = _whole(cell)
    if whole is not None:
        return whole if 1000 <= whole <= 9999 else None
    parts = calendar_parts(cell)
    return (parts and parts[1] in (None, 1) and parts[2] in (None, 1) and parts[0]) or None


def _month(cell: Any) -> Hashable:
    whole = _whole(cell)
    if whole is not None:
        return whole if 1 <= whole <= 12 else None
    parts = calendar_parts(cell)
    return parts and parts[2]


def _quarter(cell: Any) -> Hashable:
    whole = _whole(cell)
    if whole is not None:
        return whole if 1 <= whole <= 4 else None
    parts = calendar_parts(cell)
    return (parts and parts[2] in (None, 1, 4, 7, 10) and parts[1]) or None


def _weekday(first: int) -> Callable[[Any], Hashable]:
    """A key for days of the week whose numbers begin with ``first`` on Monday (Sunday is 0 or 7 where Monday is 1)."""

    def key(cell: Any) -> Hashable:
        whole = _whole(cell)
        if whole is not None:
            return (whole - first) % 7 + 1 if 0 <= whole <= 7 else None
        text = str(cell).strip().lower()
        return next((at for at, name in enumerate(DAYS, 1) if text in (name, name[:3])), None)

    return key


def _whole(cell: Any) -> int | None:
    """A whole number, also where it is written as a text or with decimals of zero."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return cell
    if isinstance(cell, float | Decimal):
        number = float(cell)
        return int(number) if abs(number) < 1e9 and number.is_integer() else None
    text = cell.strip() if isinstance(cell, str) else ""
    return int(text) if text.isdigit() and len(text) < 10 else None


def _amount(cell: Any) -> Hashable:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, NUMBERS):
        found = _decimal(cell)
        return found if found.is_finite() else None
    match = _AMOUNT.fullmatch(cell.strip()) if isinstance(cell, str) else None
    try:
        return Decimal(match["number"].replace(",", "")) if match else None
    except InvalidOperation:
        return None


def _flag(cell: Any) -> Hashable:
    text = str(cell).strip().lower()
    return {"yes": "y", "y": "y", "true": "y", "t": "y", "1": "y", "no": "n", "n": "n", "false": "n", "f": "n",
            "0": "n"}.get(text)  # fmt: skip


def _said_flags(left: Column, right: Column) -> bool:
    """Whether truth values stand beside words that mean nothing else."""
    kinds = [set(map(type, column)) for column in (left, right)]
    return kinds in ([{bool}, {str}], [{str}, {bool}])


def _spelling(cell: Any) -> Hashable:
    return " ".join(cell.split()).casefold() if isinstance(cell, str) else None


def _absent(cell: Any) -> Hashable:
    if cell is None or (isinstance(cell, NUMBERS) and not isinstance(cell, bool) and cell == 0):
        return ("absent",)
    if isinstance(cell, str) and cell.strip().lower() in NOTHING:
        return ("absent",)
    return (keys_of([cell], exact=False)[0],)


_PARTS: tuple[tuple[Callable[[Any], Hashable], str], ...] = (
    (_month_of_year, "both name the same months"),
    (_quarter_of_year, "both name the same quarters"),
    (_year, "both name the same years"),
    (_month, "both name the same months"),
    (_quarter, "both name the same quarters"),
    *((_weekday(first), "both name the same days of the week") for first in (1, 0, 2)),
    (_amount, "one holds the numbers of the other as texts"),
    (_flag, "both say yes and no"),
    (_spelling, "the texts differ in capitals and spaces alone"),
    (_absent, "one has no value where the other has 0 or a word for none"),
)
