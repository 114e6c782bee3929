"""Results of nothing but zeros."""

from __future__ import annotations

from decimal import Decimal

from review.sql.results.result import Result


def only_zeros(result: Result) -> bool:
    """Whether a result has rows, and 0 or NULL in all of its cells."""
    cells = [cell for row in result.rows for cell in row]
    return bool(cells) and all(
        cell is None or (isinstance(cell, int | float | Decimal) and cell == 0) for cell in cells
    )
