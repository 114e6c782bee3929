"""A result of a query as a value: the names of its columns and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from review.basics.errors import InputError

Row = tuple[Any, ...]
Ending = Literal["done", "failed", "timed_out", "refused"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a query gave back.

    ``truncated`` results reached a limit, so rows are missing. ``ending`` says whether the query came to its end;
    unless it is "done" there are no rows, and ``error`` says why. ``seconds`` is what the engine took.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truncated: bool = False
    ending: Ending = "done"
    error: str = ""
    seconds: float = 0.0

    @property
    def done(self) -> bool:
        """Whether the query came to its end."""
        return self.ending == "done"


def result_of_json(text: str | Mapping[str, Any]) -> Result:
    """Read ``{"columns": [...], "rows": [[...], ...]}``; ``data`` for ``rows`` is read too (a pandas "split" table).

    ``{"error": "..."}`` is a query that failed. Raises InputError for another form.
    """
    if isinstance(text, str):
        try:
            data = orjson.loads(text)
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
    width = len(columns)  # type: ignore[arg-type]
    made = []
    for number, row in enumerate(rows or [], 1):
        cells = tuple(row.values()) if isinstance(row, Mapping) else row
        if not _listed(cells) or len(cells) != width:
            raise InputError(f"row {number}: found {str(row)[:80]!r}, expected {width} cells.")
        made.append(tuple(cells))
    named = tuple(str(c) for c in columns or [])
    return Result(columns=named, rows=tuple(made), truncated=bool(data.get("truncated")))


def _listed(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
