"""Groups of rows that a split must not separate: rows that share a conversation, a session or a user."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.intp]


def together(rows: Iterable[Iterable[str]]) -> list[int]:
    """Return the number of each row's group, counted from 0 in order of appearance.

    A row is given by its keys. Rows that share a key are in one group, directly or through other rows.
    """
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = key = parent[parent[key]]
        return key

    firsts = []
    for row in rows:
        first, *others = row
        firsts.append(first)
        root(first)
        for other in others:
            parent[root(other)] = root(first)
    number: dict[str, int] = {}
    return [number.setdefault(root(first), len(number)) for first in firsts]


def folds_of(groups: Sequence[str], folds: int, *, seed: int) -> IntArray:
    """Return the fold of each row, shape (rows,): each group lies in one fold, and folds are about equally large.

    ``groups`` names the group of each row. There are fewer folds than requested where there are fewer groups. Folds
    depend on the groups and the seed alone: balancing them by labels would leak the labels.
    """
    sizes = Counter(groups)
    filled = np.zeros(min(folds, len(sizes)), dtype=int)
    place: dict[str, int] = {}
    for group in sorted(sizes, key=lambda g: (-sizes[g], _shuffled(g, seed))):
        place[group] = int(np.argmin(filled))
        filled[place[group]] += sizes[group]
    return np.array([place[g] for g in groups], dtype=np.intp)


def _shuffled(group: str, seed: int) -> str:
    return hashlib.md5(f"{seed}:fold:{group}".encode(), usedforsecurity=False).hexdigest()
