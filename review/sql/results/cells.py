"""Cells in a form in which equal values are equal: numbers, moments, texts.

NULL equals NULL and NaN equals NaN. 1, 1.0 and a decimal 1.00 are one number. Decimals are compared exactly, floats to
nine significant digits. A time with an offset is that moment in UTC; one without is taken as UTC; a date is its
midnight. A text that is written as such a time is one. Spaces at the end of a text do not count, nor
whether accents are characters of their own.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Hashable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal
from types import NoneType
from typing import Any
from uuid import UUID

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: "
    r"?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?"
)
_DIGITLESS = {int, float, bool, str, bytes, date, datetime, NoneType}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WIDE = Context(prec=100)
"""Keeps all digits of the decimals of every engine; ClickHouse has the longest, of 76."""
Key = Hashable


def keys_of(column: Iterable[Any], *, exact: bool, known: dict[Any, Key] | None = None) -> list[Key]:
    """Return the cells of one column as keys; with ``exact`` decimals keep all their digits.

    ``known`` are the keys that were found before with the same ``exact``; those of this column are added.
    """
    cells = list(column)
    kinds = set(map(type, cells))
    if kinds <= {int, NoneType}:
        return cells
    try:
        # Columns repeat their values, so each is read once. Values that Python calls equal have equal keys.
        known = {} if known is None else known
        known.update({cell: _key(cell, exact=exact) for cell in set(cells).difference(known)})
    except TypeError:
        return [_key(cell, exact=exact) for cell in cells]
    return list(map(known.__getitem__, cells))


def _key(cell: Any, *, exact: bool) -> Key:
    kind = type(cell)
    if kind is int or cell is None:
        return cell
    if kind is str:
        return _text(cell)
    return _float(cell) if kind is float else _other(cell, exact=exact)


def is_exact(column: Iterable[Any]) -> bool:
    """Return whether the numbers of a column are whole numbers and decimals alone."""
    return float not in set(map(type, column))


def keys_differ(column: Iterable[Any]) -> bool:
    """Return whether the keys of a column may depend on ``exact``: it holds decimals, or values that may hold them."""
    return not set(map(type, column)) <= _DIGITLESS


def number_in(cell: Any) -> float | Decimal | None:
    """Return a cell as a number, None when it is none."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return None
    return Decimal(cell) if isinstance(cell, int) else cell


def _float(cell: float) -> Key:
    if math.isfinite(cell):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else float(f"{cell:.9g}")
    return "\0nan" if cell != cell else cell


def _text(cell: str) -> Key:
    if not cell.isascii():
        # "Ä" is one character or two, as a keyboard or a file system wrote it; nobody sees which.
        cell = unicodedata.normalize("NFC", cell)
    if len(cell) >= 10 and cell[:4].isdigit() and cell[4] == "-" and _ISO.fullmatch(cell):
        moment = _moment(cell)
        if moment is not None:
            return moment
    return "\1" + cell.rstrip(" ") if cell[:1] in "\0\1" else cell.rstrip(" ")


def _moment(text: str) -> Key | None:
    form = text.replace(" UTC", "+00:00").replace("UTC", "+00:00")
    form = re.sub(r" ([+-]\d{2})", r"\1", form)
    form = re.sub(r"\.(\d{6})\d+", r".\1", form)
    try:
        return _instant(datetime.fromisoformat(form))
    except ValueError:
        return None


def _instant(moment: datetime) -> Key:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # Naive arithmetic keeps the years 1 and 9999, which a conversion to UTC would leave.
    since = aware.replace(tzinfo=None) - _EPOCH.replace(tzinfo=None) - (aware.utcoffset() or timedelta())
    return ("\0at", since)


def _other(cell: Any, *, exact: bool) -> Key:
    if isinstance(cell, bool | int):
        return int(cell)
    if isinstance(cell, Decimal):
        if not cell.is_finite():
            return "\0nan" if cell.is_nan() else float(cell)
        if cell == cell.to_integral_value():
            return int(cell)
        return cell.normalize(WIDE) if exact else float(f"{float(cell):.9g}")
    if isinstance(cell, datetime):
        return _instant(cell)
    if isinstance(cell, date):
        return _instant(datetime(cell.year, cell.month, cell.day))
    if isinstance(cell, time | timedelta | UUID):
        return _text(str(cell))
    if isinstance(cell, bytes | bytearray | memoryview):
        return ("\0bytes", bytes(cell))
    if isinstance(cell, dict):
        return ("\0map", tuple(sorted((str(k), str(_key(v, exact=exact))) for k, v in cell.items())))
    if isinstance(cell, list | tuple):
        return ("\0list", tuple(_key(v, exact=exact) for v in cell))
    if isinstance(cell, float):
        return _float(float(cell))
    return _text(str(cell))
