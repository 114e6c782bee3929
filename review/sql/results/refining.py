"""Hashes of cells, by which pairs of columns that cannot belong together are ruled out before they are tried.

Columns of few values, such as flags, hold the same cells in many ways, and trying all ways takes their factorial. So
columns and rows tell each other apart first: a row by the cells it has in each class of columns, a column by the rows
in which its cells stand (colour refinement; Weisfeiler and Leman 1968). Equal hashes prove nothing: who finds a way
compares the rows themselves. Different hashes prove a difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from review.sql.results.cells import Key

Hashes = NDArray[np.uint64]
_SHIFTS = tuple(np.uint64(by) for by in (30, 27, 31))
_FACTORS = tuple(np.uint64(by) for by in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_STEP = np.uint64(0x9E3779B97F4A7C15)


def mixed(numbers: Hashes) -> Hashes:
    """Return numbers that look random, the same ones for the same input (splitmix64; Steele et al. 2014)."""
    found = numbers + _STEP
    found = (found ^ (found >> _SHIFTS[0])) * _FACTORS[0]
    found = (found ^ (found >> _SHIFTS[1])) * _FACTORS[1]
    return found ^ (found >> _SHIFTS[2])


def hashes_of(*tables: Sequence[Sequence[Key]]) -> list[Hashes]:
    """Return the cells of some tables, given by columns, as hashes by column and row; equal cells have equal ones."""
    every = dict.fromkeys(chain.from_iterable(chain.from_iterable(tables)))
    numbers = dict(zip(every, count(), strict=False))
    return [
        mixed(np.array([[*map(numbers.__getitem__, column)] for column in table], dtype=np.uint64)) for table in tables
    ]


def longer(rows: Hashes, column: Hashes) -> Hashes:
    """Return the hashes of rows with one more cell at their end."""
    return mixed(rows * _FACTORS[0] + column)


def refined(left: Hashes, right: Hashes, named: Sequence[int | None], candidates: list[list[int]]) -> list[list[int]]:
    """Return the columns of ``right`` that each column of ``left`` may be, of ``candidates``; both have the same width.

    ``named`` gives the column of ``right`` with the same name. A column without any candidate ends the matter: then no
    way exists.
    """
    ours, theirs = np.zeros(len(left), dtype=np.uint64), np.zeros(len(right), dtype=np.uint64)
    for column, at in enumerate(named):
        if at is not None:
            ours[column] = theirs[at] = column + 1
    classes = 0
    while True:
        rows, others = (mixed(t + c[:, None]).sum(axis=0) for t, c in ((left, ours), (right, theirs)))
        if not np.array_equal(np.sort(rows), np.sort(others)):
            return [[] for _ in candidates]
        ours = mixed(ours + mixed(left + rows).sum(axis=1))
        theirs = mixed(theirs + mixed(right + others).sum(axis=1))
        candidates = [[at for at in some if ours[column] == theirs[at]] for column, some in enumerate(candidates)]
        found = len(np.unique(ours))
        if not all(candidates) or found == classes:
            return candidates
        classes = found
