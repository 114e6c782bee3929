"""Which of several references a result comes closest to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from review.sql.execution.nothing_found import SAID, nothing_in_both
from review.sql.execution.runner import Runner
from review.sql.execution.tie_breaks import contradicts, left_open
from review.sql.execution.ties import other_choice
from review.sql.results.compare import compare
from review.sql.results.outcome import BEST, Comparison, rank
from review.sql.results.result import Result


class Closest(NamedTuple):
    """The best comparison, with the reference at its ``place`` among those given, and the result of that reference."""

    comparison: Comparison
    place: int
    reference_sql: str
    expected: Result


def closest(runner: Runner, generated: Result, references: Iterable[str], *, generated_sql: str = "") -> Closest | None:
    """Run the references in turn, until one gives an equal result, and return the best; None without a reference.

    Ties go to the earlier reference. Of rows that are level at the limit of a reference, any may stand. With the
    statement that gave the result, rows that it took by chance are found too.
    """
    best: Closest | None = None
    for place, sql in enumerate(references):
        expected = runner.run(sql)
        found, expected = compared(runner, generated, expected, sql, generated_sql=generated_sql)
        if best is None or rank(found) < rank(best.comparison):
            best = Closest(found, place, sql, expected)
        if found.outcome == BEST[0]:
            break
    return best


def compared(
    runner: Runner, generated: Result, expected: Result, sql: str, *, generated_sql: str = ""
) -> tuple[Comparison, Result]:
    """Compare a result with that of a reference, or with another that the reference might have given; return both."""

    def beside(one: Result) -> Comparison:
        return compare(generated, one, reference_sql=sql, dialect=runner.engine.dialect)

    found = beside(expected)
    if found.outcome != "different":
        return found, expected
    if nothing_in_both(generated, expected, (generated_sql, sql), runner.engine.dialect):
        return replace(found, outcome="both_empty", differences=(), reason=SAID, arguable=()), expected
    choice = other_choice(runner, sql, generated, expected)
    if choice.result is not None:
        return beside(choice.result), choice.result
    if choice.undecided and found.other_order:
        return replace(found, order_open=True), expected
    if found.arguable or found.other_order:
        return found, expected
    if (left := left_open(runner, sql, expected)) is not None:
        for other in left.others:
            if (again := beside(other)).outcome != "different":
                return again, other
    undecided = choice.undecided
    if left is not None and not undecided and not contradicts(left, expected, generated, reference=True):
        undecided = left.said("reference")
    if left is None and not undecided and generated_sql:
        undecided = _answer_leaves_open(runner, generated_sql, generated, expected)
    return replace(found, outcome="undecided", reason=f"{undecided} {found.reason}") if undecided else found, expected


def _answer_leaves_open(runner: Runner, sql: str, generated: Result, expected: Result) -> str:
    """Say in words why the statement of an answer might have given the rows of the reference, "" where it cannot."""
    left = left_open(runner, sql, generated)
    if left is not None and not contradicts(left, generated, expected, reference=False):
        return left.said("query of the answer")
    level = len(expected.columns) == len(generated.columns) and len(expected.rows) == len(generated.rows)
    if level and other_choice(runner, sql, expected, generated).result is not None:
        return "The limit of the answer's query leaves open which of several level rows it takes."
    return ""
