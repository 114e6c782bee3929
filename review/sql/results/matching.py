"""Which column of one result is which column of another: by name first, then by content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from review.sql.results.cells import Key, is_exact, keys_of
from review.sql.results.result import Result

Columns = list[list[Key]]
Row = tuple[Key, ...]
MOST_STEPS = 5_000
"""How many assignments of columns are tried before giving up."""


class Table:
    """A result by columns, each as keys; those of an exact column are computed for the comparison with another one."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.names = [name.strip().strip('"`[]').lower() for name in result.columns]
        self.raw = [list(column) for column in zip(*result.rows, strict=True)] or [[] for _ in result.columns]
        self.exact = [is_exact(column) for column in self.raw]
        self._keys: dict[tuple[int, bool], list[Key]] = {}
        self._counts: dict[tuple[int, bool], Counter[Key]] = {}

    def keys(self, column: int, *, exact: bool) -> list[Key]:
        """Return one column as keys."""
        known = self._keys.get((column, exact))
        if known is None:
            known = self._keys[column, exact] = keys_of(self.raw[column], exact=exact)
        return known

    def counts(self, column: int, *, exact: bool) -> Counter[Key]:
        """Return how often each value of one column occurs."""
        known = self._counts.get((column, exact))
        if known is None:
            known = self._counts[column, exact] = Counter(self.keys(column, exact=exact))
        return known


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


def assignments(small: Table, large: Table) -> Iterator[list[int]]:
    """Yield ways to give each column of ``small`` one of ``large`` under which all rows are the same.

    Columns of one name belong together. The others are matched by content: first by what each holds, then by the rows
    they make with those already matched, so that wrong ways end early.
    """
    named = by_name(small, large)
    taken = {at for at in named if at is not None}
    candidates: list[list[int]] = []
    for column, at in enumerate(named):
        wanted = [at] if at is not None else [k for k in range(len(large.names)) if k not in taken]
        candidates.append([k for k in wanted if _same_values(small, column, large, k)])
    if all(candidates):
        order = sorted(range(len(candidates)), key=lambda column: len(candidates[column]))
        yield from _search(small, large, candidates, order)


def _same_values(small: Table, column: int, large: Table, other: int) -> bool:
    exact = small.exact[column] and large.exact[other]
    return small.counts(column, exact=exact) == large.counts(other, exact=exact)


def _search(small: Table, large: Table, candidates: list[list[int]], order: list[int]) -> Iterator[list[int]]:
    steps = 0
    chosen: dict[int, int] = {}
    waiting: list[list[int]] = [list(reversed(_distinct(large, candidates[order[0]])))] if order else []
    while waiting:
        if not waiting[-1]:
            waiting.pop()
            if waiting:
                chosen.pop(order[len(waiting) - 1])
            continue
        column, other = order[len(waiting) - 1], waiting[-1].pop()
        steps += 1
        if steps > MOST_STEPS:
            return
        chosen[column] = other
        doubtful = len(candidates[column]) > 1 or len(chosen) == len(candidates)
        if doubtful and len(chosen) > 1 and not _same_rows(small, large, chosen):
            chosen.pop(column)
            continue
        if len(chosen) == len(candidates):
            yield [chosen[k] for k in range(len(candidates))]
            chosen.pop(column)
            continue
        free = [k for k in candidates[order[len(chosen)]] if k not in chosen.values()]
        waiting.append(list(reversed(_distinct(large, free))))


def _distinct(table: Table, columns: list[int]) -> list[int]:
    """One column of those that hold the same cells in the same rows: trying the others would change nothing."""
    if len(columns) < 2:
        return columns
    seen: dict[tuple[Key, ...], int] = {}
    for column in columns:
        seen.setdefault(tuple(table.keys(column, exact=table.exact[column])), column)
    return list(seen.values())


def _same_rows(small: Table, large: Table, chosen: dict[int, int]) -> bool:
    left, right = paired(small, large, list(chosen.items()))
    return Counter(left) == Counter(right)
