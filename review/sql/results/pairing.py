"""Pair the columns of two results that are not the same: by rounding, or by a reading that a person must accept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from review.sql.results.matching import Table, candidates_by_name, counted, paired
from review.sql.results.readings import readings
from review.sql.results.rounding import columns_rounded, is_number, only_rounded

MOST_PAIRINGS = 50
"""How many ways to pair the columns have their rows compared."""
MOST_CELLS = 20_000
"""Larger results are paired by rounding alone: reading each cell would take too long."""


class Candidate(NamedTuple):
    """A column of the larger table, with the cells of both as they are compared; ``why`` is "" without a reading."""

    at: int
    left: list[object]
    right: list[object]
    why: str
    lossless: bool = False


class Pairing(NamedTuple):
    """For each column of the smaller table the one of the larger, both tables as they read alike, and why."""

    chosen: list[int]
    small: Table
    large: Table
    why: tuple[str, ...]
    lossless: bool


def pairings(small: Table, large: Table) -> Iterator[Pairing]:
    """Yield ways to pair columns under which all rows are the same but for rounding and readings.

    Ways without a reading come first. Columns of one name belong together, as in ``matching``.
    """
    if len(small.result.rows) != len(large.result.rows):
        return
    wanted = candidates_by_name(small, large)
    close = [[*_close(small, column, large, some)] for column, some in enumerate(wanted)]
    yield from _whole(small, large, close)
    if len(large.result.rows) * len(large.names) <= MOST_CELLS:
        read = [
            [*near, *_read(small, column, large, [k for k in some if k not in {one.at for one in near}])]
            for column, (near, some) in enumerate(zip(close, wanted, strict=True))
        ]
        if any(len(one) > len(two) for one, two in zip(read, close, strict=True)):
            yield from _whole(small, large, read)


def _close(small: Table, column: int, large: Table, some: list[int]) -> Iterator[Candidate]:
    for at in some:
        exact = small.exact[column] and large.exact[at]
        left, right = small.raw[column], large.raw[at]
        if small.counts(column, exact=exact) == large.counts(at, exact=exact) or (
            is_number(left, right) and columns_rounded(left, right)
        ):
            yield Candidate(at, left, right, "")


def _read(small: Table, column: int, large: Table, some: list[int]) -> Iterator[Candidate]:
    for at in some:
        for left, right, why, lossless in readings(small.raw[column], large.raw[at]):
            numbers = is_number(left, right)
            if columns_rounded(left, right) if numbers else counted(left) == counted(right):
                yield Candidate(at, left, right, f"'{small.result.columns[column]}': {why}", lossless)
                break


def _whole(small: Table, large: Table, candidates: list[list[Candidate]]) -> Iterator[Pairing]:
    for chosen in islice(_ways(candidates), MOST_PAIRINGS):
        left = _replaced(small, {k: one.left for k, one in enumerate(chosen) if one.why})
        right = _replaced(large, {one.at: one.right for one in chosen if one.why})
        pairs = [(k, one.at) for k, one in enumerate(chosen)]
        if _rows_alike(left, right, pairs):
            why = tuple(dict.fromkeys(one.why for one in chosen if one.why))
            lossless = all(one.lossless for one in chosen if one.why)
            yield Pairing([one.at for one in chosen], left, right, why, lossless)


def _rows_alike(left: Table, right: Table, pairs: list[tuple[int, int]]) -> bool:
    one, two = paired(left, right, pairs)
    return counted(one) == counted(two) or only_rounded(left, right, pairs)


def _ways(candidates: list[list[Candidate]]) -> Iterator[list[Candidate]]:
    """Every way to take one candidate for each column, no column of the larger table twice."""
    if not all(candidates):
        return
    waiting: list[list[Candidate]] = [[]]
    while waiting:
        chosen = waiting.pop()
        if len(chosen) == len(candidates):
            yield chosen
            continue
        taken = {one.at for one in chosen}
        waiting += [[*chosen, one] for one in reversed(candidates[len(chosen)]) if one.at not in taken]


def _replaced(table: Table, columns: dict[int, list[object]]) -> Table:
    """The same table with other cells in some columns."""
    if not columns:
        return table
    raw = [columns.get(k, column) for k, column in enumerate(table.raw)]
    return Table(replace(table.result, rows=tuple(zip(*raw, strict=True))))
