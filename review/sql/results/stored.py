"""A result as bytes that keep the type of each cell, so that one read back compares like the one that was written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from review.sql.results.result import Result

_AS_TEXT: dict[type, tuple[str, Callable[[Any], str], Callable[[str], Any]]] = {
    int: ("int", str, int),
    float: ("float", repr, float),
    Decimal: ("decimal", str, Decimal),
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    UUID: ("uuid", str, UUID),
    bytes: ("bytes", bytes.hex, bytes.fromhex),
    timedelta: ("timedelta", lambda d: f"{d.days},{d.seconds},{d.microseconds}", lambda t: timedelta(*_whole(t))),
}
"""How each type is written: its name, to text, and from text."""
_FROM_TEXT = {name: read for name, _, read in _AS_TEXT.values()}


def to_bytes(result: Result) -> bytes | None:
    """Return a result that came to its end as bytes; None when a cell is of a type that has no form here."""
    try:
        rows = [[_out(cell) for cell in row] for row in result.rows]
    except TypeError:
        return None
    return orjson.dumps(
        {"columns": result.columns, "rows": rows, "truncated": result.truncated, "seconds": result.seconds}
    )


def from_bytes(data: bytes) -> Result:
    """Read a result back. Raises ValueError, KeyError or TypeError for bytes of another form."""
    found = orjson.loads(data)
    return Result(
        columns=tuple(found["columns"]),
        rows=tuple(tuple(_in(cell) for cell in row) for row in found["rows"]),
        truncated=found["truncated"],
        seconds=found["seconds"],
    )


def _whole(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _out(cell: Any) -> Any:
    kind = type(cell)
    if cell is None or kind in (bool, str):
        return cell
    if (kind is int and -(2**63) <= cell < 2**63) or (kind is float and math.isfinite(cell)):
        return cell
    if kind in (list, tuple):
        return {kind.__name__: [_out(part) for part in cell]}
    if kind is dict:
        return {"dict": [[_out(k), _out(v)] for k, v in cell.items()]}
    if kind not in _AS_TEXT:
        raise TypeError(f"{kind.__name__} has no form")
    name, write, _ = _AS_TEXT[kind]
    return {name: write(cell)}


def _in(cell: Any) -> Any:
    if not isinstance(cell, Mapping):
        return cell
    [(name, value)] = cell.items()
    if name in ("list", "tuple"):
        parts = [_in(part) for part in value]
        return parts if name == "list" else tuple(parts)
    return {_in(k): _in(v) for k, v in value} if name == "dict" else _FROM_TEXT[name](value)
