"""Two results of one content in different shapes: several columns joined into one text, or rows laid out as columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice, permutations
from typing import Any, NamedTuple

from review.sql.results.matching import Table, by_name
from review.sql.results.ordering import Order
from review.sql.results.rounding import columns_rounded, is_number

MOST_CELLS = 20_000
"""Larger results are not looked at: reading each cell would take too long."""
MOST_WAYS = 200
MOST_PARTS = 4
"""How many columns one text may hold."""


class Joined(NamedTuple):
    """The ``wide`` table with some of its columns as one text, and which column each old one became."""

    wide: Table
    places: list[int]
    parts: tuple[int, ...]
    at: int
    lossless: bool


def joins(theirs: Table, ours: Table) -> Iterator[tuple[bool, Joined]]:
    """Yield the texts of the answer that hold columns of the reference (True), and those of the reference (False).

    The answer may have more columns beside them.
    """
    more = len(ours.names) - len(theirs.names)
    yield from ((True, one) for one in joined_texts(theirs, ours, range(max(2, 1 - more), MOST_PARTS + 1)))
    yield from ((False, one) for one in joined_texts(ours, theirs, range(2, min(MOST_PARTS, more + 1) + 1)))


def joined_texts(wide: Table, narrow: Table, counts: Iterable[int]) -> Iterator[Joined]:
    """Yield ways to write columns of one table as one text column of the other, such as "Uwe Novak".

    ``counts`` are how many columns the text may hold.
    """
    rows = len(wide.result.rows)
    if not rows or rows != len(narrow.result.rows) or rows * len(wide.names) > MOST_CELLS:
        return
    named = by_name(narrow, wide)
    written = {k: cells for k, column in enumerate(wide.raw) if (cells := _texts(column)) is not None}
    lengths = {k: sum(map(len, cells)) for k, cells in written.items()}
    for at, column in enumerate(narrow.raw):
        if not all(isinstance(cell, str) for cell in column):
            continue
        # Every other column of the narrower table keeps the one of its name.
        kept = {k for own, k in enumerate(named) if k is not None and own != at}
        free = [k for k in written if k not in kept]
        around = sum(map(len, column))
        every = chain.from_iterable(permutations(free, count) for count in counts)
        for parts in islice(every, MOST_WAYS):
            # What stands around the parts is as long in each row.
            left = around - sum(lengths[k] for k in parts)
            if left < 0 or left % rows:
                continue
            texts = list(zip(*(written[k] for k in parts), strict=True))
            made = _as_in(texts, column)
            if made is not None:
                yield _replaced(wide, narrow, parts, at, made, lossless=len(set(made)) == len(set(texts)))


def _texts(column: list[Any]) -> list[str] | None:
    """The cells of a column as texts, None where one is empty or neither a text nor a whole number."""
    if not set(map(type, column)) <= {str, int}:
        return None
    found = [str(cell) for cell in column]
    return found if all(map(str.strip, found)) else None


def _as_in(texts: list[tuple[str, ...]], column: list[str]) -> list[str] | None:
    """The parts of each row joined in the one way that gives the texts of a column, None where there is none."""
    wanted = sorted(column)
    for between in dict.fromkeys(_between(texts[0], cell) for cell in dict.fromkeys(column)):
        if between is None:
            continue
        made = [between[0] + "".join(a + b for a, b in zip(row, between[1:], strict=True)) for row in texts]
        if sorted(made) == wanted:
            return made
    return None


def _between(parts: tuple[str, ...], text: str) -> tuple[str, ...] | None:
    """What stands before, between and after the parts in a text, None unless all stand there in their order."""
    found, start = [], 0
    for part in parts:
        at = text.find(part, start)
        if at < 0:
            return None
        found.append(text[start:at])
        start = at + len(part)
    return (*found, text[start:])


def _replaced(
    wide: Table, narrow: Table, parts: tuple[int, ...], at: int, made: list[str], *, lossless: bool
) -> Joined:
    kept = [k for k in range(len(wide.names)) if k not in parts]
    columns = (narrow.result.columns[at], *(wide.result.columns[k] for k in kept))
    rows = tuple(zip(made, *(wide.raw[k] for k in kept), strict=True))
    places = [0 if k in parts else 1 + kept.index(k) for k in range(len(wide.names))]
    return Joined(Table(replace(wide.result, columns=columns, rows=rows)), places, parts, at, lossless)


def reordered(order: Order, places: list[int]) -> Order:
    """Return an order by the columns that its own became."""
    return order if order.columns is None else order._replace(columns=tuple(places[k] for k in order.columns))


def laid_out(one: Table, other: Table) -> bool:
    """Return whether one table is a single row with the figures that the other has as rows with a label, or back."""
    row, rows = (one, other) if len(one.result.rows) == 1 else (other, one)
    count = len(row.names)
    if len(row.result.rows) != 1 or count < 2 or len(rows.result.rows) != count:
        return False
    # The labels may be numbers themselves, such as years.
    numbers = [column for column in rows.raw if is_number(column)]
    figures = [column[0] for column in row.raw]
    if len(rows.names) < 2 or None in figures or not is_number(figures):
        return False
    return any(columns_rounded(figures, column) for column in numbers)
