"""Weigh what an execution says of an answer: proved right, proved wrong, or a matter for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from review.sql.execution.closest import Closest
from review.sql.lane.near_misses import near_miss
from review.sql.lane.wishes import OrderCounts, missing_asked, order_asked
from review.sql.results.outcome import OUTCOMES, Comparison
from review.sql.results.result import Result

SHOWN = 60
"""How many characters of a cell are quoted."""


@dataclass
class Evidence:
    """Reasons that speak against an answer: those that prove it wrong, and those that a person must weigh.

    A ``warning`` about how rows are read counts until the rows of a reference say that they are the same. ``notes``
    say what a reader should know of an answer that is right all the same.
    """

    wrong: list[str] = field(default_factory=list)
    doubt: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Evidence) -> None:
        """Take in the reasons of another."""
        for name in ("wrong", "doubt", "warnings", "notes"):
            getattr(self, name).extend(getattr(other, name))


def weigh(
    best: Closest | None,
    result: Result,
    found: Evidence,
    *,
    question: str,
    dialect: str,
    order: OrderCounts,
    extra_columns: bool,
) -> bool:
    """Add what an execution that is not right says to the evidence; return whether the rows are right all the same.

    Rows in another order are wrong where the question asks for an order, a matter for a person where it may, and right
    where it does not. Columns of the reference may be missing unless the question asks for them.
    """
    if best is None:
        _without_reference(result, found)
        return False
    comparison = best.comparison
    said = OUTCOMES[comparison.outcome].capitalize()
    if result.ending == "refused":
        return False
    if comparison.outcome in ("generated_failed", "timed_out"):
        found.wrong.append(f"{said}: {comparison.reason}")
    elif comparison.outcome == "missing_columns":
        _same_columns(best, result, found, question, extra_columns=extra_columns)
    elif comparison.outcome == "different" and comparison.arguable:
        return _read_alike(best, result, found, question, extra_columns=extra_columns)
    elif comparison.outcome == "different" and comparison.other_order:
        asks = "yes" if order == "reference" else order_asked(question, best.reference_sql, dialect)
        if asks == "no":
            found.notes.append("The rows come in another order than the reference's; the question asks for none.")
            return _same_columns(best, result, found, question, extra_columns=extra_columns)
        proved = asks == "yes" and not comparison.order_open
        (found.wrong if proved else found.doubt).append(comparison.reason)
    elif comparison.outcome == "different" and (near := near_miss(question, comparison, result, best.expected)):
        found.doubt += [near, *_first(comparison, result, best.expected)]
    elif comparison.outcome == "different":
        found.wrong.append(f"{said}: {comparison.reason}")
        found.wrong += _first(comparison, result, best.expected)
    elif comparison.outcome == "reference_failed":
        found.doubt.append(f"{said}: {comparison.reason}")
    else:
        found.doubt.append(f"{said}. {comparison.reason}".rstrip())
    return False


def _without_reference(result: Result, found: Evidence) -> None:
    if result.done:
        found.doubt.append("There is no reference to compare with.")
    elif result.ending in ("failed", "timed_out"):
        found.wrong.append(f"It does not run: {result.error}")
    elif result.ending == "unavailable":
        found.doubt.append(f"The database did not answer: {result.error}")


def _read_alike(best: Closest, result: Result, found: Evidence, question: str, *, extra_columns: bool) -> bool:
    """Whether the rows are those of the reference in another writing that loses nothing; else a person reads them."""
    comparison = best.comparison
    read = "; ".join(comparison.arguable)
    if comparison.lossless and not comparison.other_order:
        found.notes.append(f"Read as the same: {read}.")
        if not comparison.joined:
            return _same_columns(best, result, found, question, extra_columns=extra_columns)
        return _no_more(comparison.beside, found, extra_columns=extra_columns)
    found.doubt.append(f"{OUTCOMES[comparison.outcome].capitalize()}, unless a reader takes them as the same: {read}.")
    found.doubt += _first(comparison, result, best.expected)
    return False


def _same_columns(best: Closest, result: Result, found: Evidence, question: str, *, extra_columns: bool) -> bool:
    """Whether the columns are those of the reference; else say which are not, and how much that weighs."""
    matched = best.comparison.matched
    absent = [name for name, at in zip(best.expected.columns, matched, strict=True) if at is None]
    if absent:
        asked = missing_asked(question, best.comparison, best.expected)
        said = f"{OUTCOMES['missing_columns'].capitalize()}: {', '.join(absent)}."
        (found.wrong if asked else found.doubt).append(said)
        return False
    more = [name for at, name in enumerate(result.columns) if at not in matched]
    return _no_more(more, found, extra_columns=extra_columns)


def _no_more(more: Sequence[str], found: Evidence, *, extra_columns: bool) -> bool:
    """Whether no column stands beside those of the reference, or may; else say which do."""
    if more and not extra_columns:
        found.doubt.append(f"{OUTCOMES['extra_columns'].capitalize()}: {', '.join(more)}.")
        return False
    return True


def _first(comparison: Comparison, generated: Result, expected: Result) -> list[str]:
    """Say the first difference in columns and values."""
    if not comparison.differences:
        return []
    first = comparison.differences[0]
    if first.generated is None or first.reference is None:
        row = first.generated if first.reference is None else first.reference
        return [f"{first.why} {_row(row or (), (generated if first.reference is None else expected).columns)}"]
    said = []
    for column in first.columns[:3]:
        at = comparison.matched[column]
        if at is not None:
            here, there = _cell(first.generated[at]), _cell(first.reference[column])
            said.append(f"'{generated.columns[at]}' is {here} instead of {there}")
    return [f"Row {first.row + 1:,}: {', '.join(said)}."] if said else []


def _row(row: tuple[Any, ...], columns: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {_cell(cell)}" for name, cell in list(zip(columns, row, strict=True))[:5]) + "."


def _cell(cell: Any) -> str:
    text = "NULL" if cell is None else repr(cell) if isinstance(cell, str) else str(cell)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
