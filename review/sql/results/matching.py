"""Which column of one result is which column of another: by name first, then by content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import Any
from unicodedata import normalize

import numpy as np

from review.sql.results.cells import Key, is_exact, keys_differ, keys_of
from review.sql.results.refining import Hashes, hashes_of, longer, refined
from review.sql.results.result import Result

Columns = list[list[Key]]
Row = tuple[Key, ...]
MOST_STEPS = 3_000
"""How many columns are tried before giving up, and over how many rows in all."""
MOST_ROWS = 10_000_000


class Table:
    """A result by columns, each as keys; those of an exact column are computed for the comparison with another one.

    The tables of one comparison share the keys of cells that were ``read`` already, by whether they are exact.
    """

    def __init__(self, result: Result, read: tuple[dict[Any, Key], dict[Any, Key]] | None = None) -> None:
        self.result, self._read = result, read or ({}, {})
        self.names = [normalize("NFC", name).strip().strip('"`[]').lower() for name in result.columns]
        self.numbers = [numbers_named(name) for name in self.names]
        self.raw = [list(column) for column in zip(*result.rows, strict=True)] or [[] for _ in result.columns]
        self.exact = [is_exact(column) for column in self.raw]
        self._by_digits = [keys_differ(column) for column in self.raw]
        self._keys: dict[tuple[int, bool], list[Key]] = {}
        self._counts: dict[tuple[int, bool], dict[Key, int]] = {}

    def without_numbers(self) -> Table:
        """Return the same table with names that hold no numbers, so that any columns may be paired."""
        table = copy(self)
        table.numbers = [frozenset() for _ in self.names]
        return table

    def keys(self, column: int, *, exact: bool) -> list[Key]:
        """Return one column as keys."""
        exact = exact and self._by_digits[column]
        known = self._keys.get((column, exact))
        if known is None:
            known = self._keys[column, exact] = keys_of(self.raw[column], exact=exact, known=self._read[exact])
        return known

    def counts(self, column: int, *, exact: bool) -> dict[Key, int]:
        """Return how often each value of one column occurs."""
        exact = exact and self._by_digits[column]
        known = self._counts.get((column, exact))
        if known is None:
            known = self._counts[column, exact] = counted(self.keys(column, exact=exact))
        return known


def numbers_named(name: str) -> frozenset[int]:
    """Return the numbers in the name of a column, none for an expression; '24 and 2024 are one year."""
    if not re.fullmatch(r"[\w \-\"`\[\]]+", name):
        return frozenset()
    found = (int(digits) for digits in re.findall(r"\d+", name) if len(digits) <= 8)
    return frozenset(n % 100 if 1900 <= n <= 2100 else n for n in found)


def may_pair(small: Table, column: int, large: Table, other: int) -> bool:
    """Whether two columns may be one by their names: ``y2024`` and ``rides_2023`` are not."""
    ours, theirs = small.numbers[column], large.numbers[other]
    return ours <= theirs or theirs <= ours


def counted(values: Iterable[Key]) -> dict[Key, int]:
    """Return how often each value occurs, in a dict: two of them are compared much faster than two counters."""
    return dict(Counter(values))


def paired(left: Table, right: Table, columns: Sequence[tuple[int, int]]) -> tuple[list[Row], list[Row]]:
    """Return the rows of both tables over pairs of columns, as keys that can be compared."""
    exact = [left.exact[a] and right.exact[b] for a, b in columns]
    rows: list[list[Row]] = [
        list(zip(*(table.keys(pair[side], exact=e) for pair, e in zip(columns, exact, strict=True)), strict=True))
        for side, table in ((0, left), (1, right))
    ]
    return rows[0], rows[1]


def surplus(rows: Sequence[Row], others: Sequence[Row], *, most: int) -> list[int]:
    """Return the places of the first rows, at most ``most``, that occur more often here than there."""
    left, found = Counter(others), []
    for at, row in enumerate(rows):
        if left[row] > 0:
            left[row] -= 1
        else:
            found.append(at)
            if len(found) == most:
                break
    return found


def differing(row: Row, other: Row) -> list[int]:
    """Return the places at which two rows differ."""
    return [k for k, (a, b) in enumerate(zip(row, other, strict=True)) if a != b]


def by_name(small: Table, large: Table) -> list[int | None]:
    """Return, for each column of ``small``, the column of ``large`` with its name; equal names in their order."""
    free: dict[str, list[int]] = {}
    for at, name in enumerate(large.names):
        free.setdefault(name, []).append(at)
    return [free[name].pop(0) if free.get(name) else None for name in small.names]


def candidates_by_name(small: Table, large: Table) -> list[list[int]]:
    """Return, for each column of ``small``, what it may be in ``large``: the column of its name, else any other."""
    named = by_name(small, large)
    taken = {at for at in named if at is not None}
    return [
        [at]
        if at is not None
        else [k for k in range(len(large.names)) if k not in taken and may_pair(small, own, large, k)]
        for own, at in enumerate(named)
    ]


def best_pairs(theirs: Table, ours: Table) -> list[tuple[int, int]]:
    """Return pairs of columns to show differences by: those of one name, then the others by their places."""
    named = by_name(theirs, ours)
    free = [k for k in range(len(ours.names)) if k not in named]
    pairs = []
    for column, at in enumerate(named):
        if at is None and free:
            at = column if column in free else free[0]
            free.remove(at)
        if at is not None:
            pairs.append((column, at))
    return pairs


def assignments(small: Table, large: Table) -> Iterator[list[int]]:
    """Yield ways to give each column of ``small`` one of ``large`` under which all rows are the same.

    Columns of one name belong together. The others are matched by content: first by what each holds, then by the rows
    they make with those already matched, so that wrong ways end early.
    """
    named = by_name(small, large)
    candidates = [
        [k for k in wanted if _same_values(small, column, large, k)]
        for column, wanted in enumerate(candidates_by_name(small, large))
    ]
    if not all(candidates):
        return
    if all(len(some) == 1 for some in candidates):
        yield from _checked(small, large, [some[0] for some in candidates])
        return
    left, right = hashes_of(*([t.keys(k, exact=False) for k in range(len(t.names))] for t in (small, large)))
    if len(left) == len(right):
        candidates = refined(left, right, named, candidates)
    if all(candidates):
        for chosen in _search(left, right, candidates, _first_alike(large)):
            yield from _checked(small, large, chosen)


def _same_values(small: Table, column: int, large: Table, other: int) -> bool:
    exact = small.exact[column] and large.exact[other]
    return small.counts(column, exact=exact) == large.counts(other, exact=exact)


def _checked(small: Table, large: Table, chosen: list[int]) -> Iterator[list[int]]:
    """A way whose columns all differ and under which the rows themselves are the same."""
    if len(set(chosen)) == len(chosen) and _same_rows(small, large, chosen):
        yield chosen


def _search(left: Hashes, right: Hashes, candidates: list[list[int]], alike: list[int]) -> Iterator[list[int]]:
    """Try columns of ``right`` one after another; rows that differ in the columns chosen so far end a way.

    The columns with the fewest candidates come first. Ends after ``MOST_STEPS`` columns tried, fewer for many rows.
    """
    order = sorted(range(len(candidates)), key=lambda column: len(candidates[column]))
    empty = np.zeros(left.shape[1], dtype=np.uint64)
    wanted, rows = [], empty
    for column in order:
        rows = longer(rows, left[column])
        wanted.append(rows.sum())
    steps = min(MOST_STEPS, max(1, MOST_ROWS // max(1, left.shape[1])))
    chosen: list[int] = []
    reached = [empty]
    waiting = [_choices(candidates[order[0]], chosen, alike)]
    while waiting:
        if not waiting[-1]:
            waiting.pop()
            reached.pop()
            if chosen:
                chosen.pop()
            continue
        other = waiting[-1].pop()
        steps -= 1
        if steps < 0:
            return
        rows = longer(reached[-1], right[other])
        if rows.sum() != wanted[len(chosen)]:
            continue
        if len(chosen) + 1 == len(order):
            found = dict(zip(order, [*chosen, other], strict=True))
            yield [found[column] for column in range(len(order))]
            continue
        chosen.append(other)
        reached.append(rows)
        waiting.append(_choices(candidates[order[len(chosen)]], chosen, alike))


def _choices(columns: list[int], chosen: list[int], alike: list[int]) -> list[int]:
    """The columns that may be tried, the first one last; of those that are alike, one: the others change nothing."""
    free = {alike[column]: column for column in reversed(columns) if column not in chosen}
    return sorted(free.values(), reverse=True)


def _first_alike(table: Table) -> list[int]:
    """For each column the first one that holds the same cells in the same rows."""
    seen: dict[tuple[Key, ...], int] = {}
    return [seen.setdefault(tuple(table.keys(k, exact=table.exact[k])), k) for k in range(len(table.names))]


def _same_rows(small: Table, large: Table, chosen: Sequence[int]) -> bool:
    left, right = paired(small, large, list(enumerate(chosen)))
    return counted(left) == counted(right)
