"""Which of several references a result comes closest to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from review.sql.execution.runner import Runner
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


def closest(runner: Runner, generated: Result, references: Iterable[str]) -> Closest | None:
    """Run the references in turn, until one gives an equal result, and return the best; None without a reference.

    Ties go to the earlier reference. Of rows that are level at the limit of a reference, any may stand.
    """
    best: Closest | None = None
    for place, sql in enumerate(references):
        expected = runner.run(sql)
        found = compare(generated, expected, reference_sql=sql, dialect=runner.engine.dialect)
        if found.outcome == "different":
            choice = other_choice(runner, sql, generated, expected)
            if choice.result is not None:
                expected = choice.result
                found = compare(generated, expected, reference_sql=sql, dialect=runner.engine.dialect)
            elif choice.undecided and found.other_order:
                found = replace(found, order_open=True)
            elif choice.undecided and not found.arguable:
                found = replace(found, outcome="undecided", reason=f"{choice.undecided} {found.reason}")
        if best is None or rank(found) < rank(best.comparison):
            best = Closest(found, place, sql, expected)
        if found.outcome == BEST[0]:
            break
    return best
