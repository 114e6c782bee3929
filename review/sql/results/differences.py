"""The first rows in which two results differ, for a person to see."""

from __future__ import annotations

from review.sql.results.matching import Row, Table, differing, paired, surplus
from review.sql.results.outcome import Difference

LOOKED_AT = 500
"""How many rows of the reference a differing row is compared with to find the one beside it."""
SHOWN = 5
"""How many differing rows a comparison keeps."""


def _beside(right: list[Row], left: list[Row], here: list[int]) -> list[int]:
    """Rows that only the reference has, each beside the row with which it shares most cells, the first of equals."""
    free, found = surplus(left, right, most=LOOKED_AT), []
    for mine in here:
        if not free:
            break
        best = min(free, key=lambda other: len(differing(right[mine], left[other])))
        free.remove(best)
        found.append(best)
    return found + free


def differences_of(theirs: Table, ours: Table, pairs: list[tuple[int, int]]) -> list[Difference]:
    """Return the first rows that only one of the results has, side by side where both have one."""
    if not pairs:
        return []
    left, right = paired(theirs, ours, pairs)
    here = surplus(right, left, most=SHOWN)
    there = _beside(right, left, here)
    found = []
    for number in range(min(SHOWN, max(len(here), len(there)))):
        mine = here[number] if number < len(here) else None
        other = there[number] if number < len(there) else None
        if mine is not None and other is not None:
            cells, why = differing(right[mine], left[other]), "These rows differ."
        else:
            cells, why = [], f"Only {'the generated result' if other is None else 'the reference'} has this row."
        found.append(
            Difference(
                row=mine if mine is not None else other or 0,
                generated=None if mine is None else ours.result.rows[mine],
                reference=None if other is None else theirs.result.rows[other],
                why=why,
                columns=tuple(pairs[k][0] for k in cells),
            )
        )
    return found
