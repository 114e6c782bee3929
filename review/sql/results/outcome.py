"""What a comparison of two results says: one of fourteen outcomes, and the first rows that differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal[
    "equal", "equal_permuted", "extra_columns", "missing_columns", "rounding_only", "both_empty", "different",
    "generated_failed", "reference_failed", "timed_out", "truncated", "unavailable",
    "undecided", "not_checked",
]  # fmt: skip
OUTCOMES: dict[Outcome, str] = {
    "equal": "the same rows",
    "equal_permuted": "the same rows, with the columns in another order",
    "extra_columns": "the rows of the reference, and columns it does not have",
    "missing_columns": "the rows of the reference without some of its columns",
    "rounding_only": "the same rows but for rounding",
    "both_empty": "neither found anything, which is no evidence",
    "different": "different rows",
    "generated_failed": "the generated query failed or was refused",
    "reference_failed": "the reference failed, which is no evidence",
    "timed_out": "the generated query took too long",
    "truncated": "a result reached the limit of rows, so nothing is certain",
    "unavailable": "the database did not answer, which is no evidence",
    "not_checked": "the generated query was not run, as the proof does not know all of it, which is no evidence",
    "undecided": "different rows, but the reference might have given others too",
}
"""Every outcome with what it says. Which of them count as right is decided where accuracy is computed."""
RIGHT: tuple[Outcome, ...] = ("equal", "equal_permuted", "rounding_only")
"""Outcomes that say that an answer is right; see :func:`is_right`."""
NO_EVIDENCE: tuple[Outcome, ...] = (
    "both_empty",
    "reference_failed",
    "truncated",
    "unavailable",
    "undecided",
    "not_checked",
)
"""These say nothing of the answer: METHODS of two-layer accuracy leave the case to its semantic part."""
BEST: tuple[Outcome, ...] = (
    *RIGHT, "unavailable", "extra_columns", "missing_columns", "both_empty", "undecided", "not_checked", "different",
    "truncated", "timed_out", "generated_failed", "reference_failed",
)  # fmt: skip
"""Which of several references an answer is counted by: the first of these outcomes.

While one of them could not be asked, the others prove nothing wrong.
"""


def rank(comparison: Comparison) -> tuple[int, bool]:
    """Return how near a comparison comes to its reference, the nearest first."""
    return BEST.index(comparison.outcome), not (comparison.other_order or comparison.arguable)


def is_right(outcome: Outcome, *, extra_columns: bool) -> bool:
    """Return whether an outcome makes an answer right; with ``extra_columns`` those beside the reference may stand."""
    return outcome in RIGHT or (extra_columns and outcome == "extra_columns")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The first place where two results differ: a row that only one of them has there, or an order."""

    row: int
    generated: tuple[Any, ...] | None
    reference: tuple[Any, ...] | None
    why: str
    columns: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One outcome with its evidence.

    ``matched`` gives, for each column of the reference, the column of the generated result that it was compared with
    (None where it has none). ``differences`` are the first rows that differ. ``other_order`` says that the rows are
    those of the reference but for their order, ``arguable`` under which readings of its columns they are the same, and
    ``lossless`` that these readings lose nothing: the number 5 and the text '5'. ``joined`` says that a column of one
    result holds several of the other in one text; each of them is matched with it, and ``beside`` are the columns of
    the answer that no column of the reference was compared with then. ``order_open`` says that nothing tells which rows
    may change places.
    """

    outcome: Outcome
    rows_generated: int | None
    rows_reference: int | None
    matched: tuple[int | None, ...] = ()
    differences: tuple[Difference, ...] = ()
    reason: str = ""
    other_order: bool = False
    arguable: tuple[str, ...] = ()
    lossless: bool = False
    joined: bool = False
    beside: tuple[str, ...] = ()
    order_open: bool = False

    @property
    def correct(self) -> float | None:
        """1 for a right answer, 0 for a wrong one, None where there is no evidence."""
        if self.outcome in NO_EVIDENCE:
            return None
        return 1.0 if self.outcome in RIGHT else 0.0
