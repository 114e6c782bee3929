"""A result of a query as a value: the names of its columns and its rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeGuard

import orjson

from review.basics.errors import InputError

Row = tuple[Any, ...]
Ending = Literal["done", "failed", "timed_out", "refused", "unavailable"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a query gave back.

    ``truncated`` results reached a limit, so rows are missing. ``ending`` says whether the query came to its end;
    unless it is "done" there are no rows, and ``error`` says why. "unavailable" is a database
    that did not answer, which says nothing of the query. ``unproved`` says of a "refused" one that the proof does
    not know all of it, which makes it no wrong one. ``seconds`` is what the engine took.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truncated: bool = False
    ending: Ending = "done"
    error: str = ""
    seconds: float = 0.0
    unproved: bool = False

    @property
    def done(self) -> bool:
        """Whether the query came to its end."""
        return self.ending == "done"


def result_of_json(text: object) -> Result:
    """Read ``{"columns": [...], "rows": [[...], ...]}``; ``data`` for ``rows`` is read too (a pandas "split" table).

    ``{"error": "..."}`` is a query that failed. Raises InputError for another form.
    """
    if isinstance(text, str):
        try:
            # An editor may have put a byte order mark before the text.
            data = orjson.loads(text.removeprefix("\ufeff"))
        except orjson.JSONDecodeError as error:
            raise InputError(f"found no JSON ({error}), expected columns and rows.") from None
    else:
        data = text
    if not isinstance(data, Mapping):
        raise InputError(f"found {type(data).__name__}, expected an object with columns and rows.")
    if data.get("error"):
        return Result(ending="failed", error=str(data["error"]))
    columns, rows = data.get("columns"), data.get("rows", data.get("data"))
    if not _listed(columns) or not _listed(rows):
        raise InputError(f"found {', '.join(map(str, data)) or 'nothing'}, expected lists named columns and rows.")
    width = len(columns)
    made = []
    for number, row in enumerate(rows or [], 1):
        cells = tuple(row.values()) if isinstance(row, Mapping) else row
        if not _listed(cells) or len(cells) != width:
            raise InputError(f"row {number}: found {str(row)[:80]!r}, expected {width} cells.")
        made.append(tuple(cells))
    named = tuple(str(c) for c in columns or [])
    return Result(columns=named, rows=tuple(made), truncated=bool(data.get("truncated")))


def json_of_result(result: Result, *, most_rows: int) -> dict[str, Any]:
    """Return ``{"columns", "rows"}`` for JSON, with ``truncated`` where rows are missing.

    Decimals are numbers where no digit is lost and texts otherwise; what JSON does not have is text. Two results that
    went through here compare as the results themselves.
    """
    rows = [[_json_cell(cell) for cell in row] for row in result.rows[:most_rows]]
    short = result.truncated or len(result.rows) > most_rows
    return {"columns": list(result.columns), "rows": rows, **({"truncated": True} if short else {})}


def _json_cell(cell: Any) -> Any:
    if cell is None or isinstance(cell, bool | str):
        return cell
    if isinstance(cell, int):
        return cell if -(2**63) <= cell < 2**63 else str(cell)
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else str(cell)
    if isinstance(cell, Decimal) and cell.is_finite() and Decimal(repr(float(cell))) == cell:
        return float(cell)
    if isinstance(cell, list | tuple):
        return [_json_cell(part) for part in cell]
    return bytes(cell).hex() if isinstance(cell, bytes | bytearray | memoryview) else str(cell)


def _listed(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
