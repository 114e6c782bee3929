"""Two results as tables for people: texts of cells, with those marked that differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypedDict

from review.sql.results.matching import Row, Table, differing, paired, surplus
from review.sql.results.outcome import Comparison
from review.sql.results.result import Result

LONGEST = 200
"""Characters of a cell that are shown."""
COLUMNS = 30


class Most(NamedTuple):
    """How many rows are shown: from the beginning of a result, and of those that differ, wherever they stand."""

    first: int = 30
    differing: int = 20


MOST = Most()


class Side(TypedDict):
    """One result. ``numbers`` are the places of the rows from 1, because rows between them may be left out.

    ``marks`` are [row, column] of differing cells, by their places in ``rows``; ``alone`` are columns that the other
    result does not have. ``error`` says why there is no result, "" when there is one.
    """

    columns: list[str]
    rows: list[list[str | None]]
    numbers: list[int]
    total: int
    truncated: bool
    marks: list[list[int]]
    alone: list[int]
    error: str


def side_by_side(generated: Result, reference: Result, found: Comparison, *, most: Most = MOST) -> tuple[Side, Side]:
    """Return the generated result and that of the reference, with what differs marked. Pure."""
    if not generated.done or not reference.done:
        return _side(generated, most), _side(reference, most)
    pairs = [(k, at) for k, at in enumerate(found.matched) if at is not None]
    ours, theirs = _Marks(), _Marks()
    if found.outcome in ("different", "rounding_only") and pairs:
        left, right = paired(Table(reference), Table(generated), pairs)
        _mark_rows(left, right, pairs, theirs, ours, most=most.first + most.differing)
        if not ours.rows and not theirs.rows and found.differences:
            # The same rows in another order: the first one that stands wrong.
            ours.rows[found.differences[0].row] = None
    matched = {at for _, at in pairs}
    alone = [k for k in range(len(generated.columns)) if k not in matched] if found.matched else []
    missing = [k for k, at in enumerate(found.matched) if at is None]
    return _side(generated, most, ours, alone), _side(reference, most, theirs, missing)


class _Marks:
    """The differing rows of one result: the differing columns of each, None for all of them."""

    def __init__(self) -> None:
        self.rows: dict[int, list[int] | None] = {}


def _mark_rows(
    left: Sequence[Row],
    right: Sequence[Row],
    pairs: list[tuple[int, int]],
    theirs: _Marks,
    ours: _Marks,
    *,
    most: int,
) -> None:
    """Mark rows that only one side has; each is shown beside the row of the other side that is most like it."""
    there, here = surplus(left, right, most=most), surplus(right, left, most=most)
    free = list(there)
    for row in here:
        best, cells = None, None
        for other in free:
            places = differing(left[other], right[row])
            if len(places) < len(pairs) and (cells is None or len(places) < len(cells)):
                best, cells = other, places
        if best is None or cells is None:
            ours.rows[row] = None
            continue
        free.remove(best)
        ours.rows[row] = [pairs[k][1] for k in cells]
        theirs.rows[best] = [pairs[k][0] for k in cells]
    theirs.rows.update(dict.fromkeys(free))


def _side(result: Result, most: Most, marks: _Marks | None = None, alone: Sequence[int] = ()) -> Side:
    marked = marks.rows if marks else {}
    width = min(len(result.columns), COLUMNS)
    shown = sorted({*range(min(most.first, len(result.rows))), *sorted(marked)[: most.differing]})
    return {
        "columns": list(result.columns[:width]),
        "rows": [[shown_cell(cell) for cell in result.rows[k][:width]] for k in shown],
        "numbers": [k + 1 for k in shown],
        "total": len(result.rows),
        "truncated": result.truncated,
        "marks": [
            [place, column]
            for place, k in enumerate(shown)
            if k in marked
            for column in (range(width) if marked[k] is None else marked[k] or ())
            if column < width
        ],
        "alone": [k for k in alone if k < width],
        "error": "" if result.done else result.error or result.ending,
    }


def shown_cell(cell: Any) -> str | None:
    """Return a cell as text, cut where it is long; None for NULL."""
    if cell is None:
        return None
    text = cell.hex() if isinstance(cell, bytes) else str(cell)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
