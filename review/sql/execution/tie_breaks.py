"""Statements whose functions leave open what they show: run with their level rows in one order and in the other.

A statement that shows the same both times decides by itself. Of any other, what changes proves nothing; the rest of its
columns, and the number of its rows, still does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from review.sql.execution.runner import Runner
from review.sql.results.compare import compare
from review.sql.results.outcome import Outcome
from review.sql.results.result import Result
from review.sql.tree.open_functions import OpenFunctions, open_functions
from review.sql.tree.statement import UnreadableSql, read_statement

SAME: tuple[Outcome, ...] = ("equal", "rounding_only", "both_empty")


@dataclass(frozen=True)
class Left:
    """What a statement leaves open: the ``names`` of its functions, the ``others`` that it might have shown.

    ``fixed`` are the columns that stay the same, None where not even their number of rows does.
    """

    names: tuple[str, ...]
    others: tuple[Result, ...]
    fixed: tuple[int, ...] | None

    def said(self, whose: str) -> str:
        """Say it in words of the reference or of the answer."""
        return f"The {whose} does not decide which of several level rows {', '.join(self.names)} takes."


def left_open(runner: Runner, sql: str, shown: Result) -> Left | None:
    """Return what a statement that gave ``shown`` leaves open, None where it always gives these rows."""
    try:
        statement = read_statement(sql, runner.engine.dialect, runner.schema)
    except UnreadableSql:
        return None
    found = open_functions(statement)
    if found is None or not shown.done:
        return None
    others = tuple(runner.run(text) for text in found.texts or ())
    if not others or not all(one.done and len(one.columns) == len(shown.columns) for one in others):
        return Left(found.names, (), _all_but(found, shown))
    if all(_same(one, shown) for one in others):
        return None
    return Left(found.names, others, _fixed([shown, *others]))


def contradicts(left: Left, shown: Result, other: Result, *, reference: bool) -> bool:
    """Whether what always stays of a result that is partly open differs from ``other``, so that no choice explains it.

    ``reference`` says whether ``shown`` is that of the reference.
    """
    if left.fixed is None:
        return bool(left.others) and len(other.rows) != len(shown.rows) and len({*_lengths(left, shown)}) == 1
    if len(other.rows) != len(shown.rows):
        return True
    kept = _of(shown, left.fixed)
    found = compare(other, kept) if reference else compare(kept, other)
    return bool(left.fixed) and found.outcome == "different" and not found.arguable


def _lengths(left: Left, shown: Result) -> list[int]:
    return [len(one.rows) for one in (shown, *left.others)]


def _all_but(found: OpenFunctions, shown: Result) -> tuple[int, ...] | None:
    """The columns without functions, where nothing is filtered by them."""
    if found.columns is None:
        return None
    return tuple(k for k in range(len(shown.columns)) if k not in found.columns)


def _same(one: Result, other: Result) -> bool:
    return compare(one, other).outcome in SAME


def _of(result: Result, columns: Sequence[int]) -> Result:
    return replace(
        result,
        columns=tuple(result.columns[k] for k in columns),
        rows=tuple(tuple(row[k] for k in columns) for row in result.rows),
    )


def _fixed(results: Sequence[Result]) -> tuple[int, ...] | None:
    """The columns that are the same in all results, row by row in any order."""
    first, *others = results
    if any(len(one.rows) != len(first.rows) for one in others):
        return None
    every = range(len(first.columns))
    told = [[Counter(repr(row[k]) for row in one.rows) for k in every] for one in results]
    same = tuple(k for k in every if all(one[k] == told[0][k] for one in told[1:]))
    for columns in (same, *(tuple(k for k in same if k != gone) for gone in same)):
        if all(_same(_of(one, columns), _of(first, columns)) for one in others):
            return columns
    return None
