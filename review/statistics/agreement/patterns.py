"""The sufficient statistic of agreement: items collapsed to their distinct count vectors.

Two items with the same votes are the same to every coefficient, so five raters and three values leave at most 55
patterns, however many items there are. With exactly two raters a pattern is the ordered pair of their values, because
Cohen and Scott need to know who gave which. Patterns are in lexicographic order, so nothing depends on the order of
rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from review.basics.errors import InputError
from review.basics.labels import Ratings

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

CELLS = 50_000_000
VALUES = 1_000


@dataclass(frozen=True)
class Patterns:
    """P distinct patterns of ratings on K values.

    ``counts`` (P, K) is r_ik; ``items`` (P,) the number of items with the pattern; ``pair`` (P, 2) the values of the
    first and second rater by name, -1 where one did not rate (None unless there are exactly two raters); ``of_item``
    the pattern of each item, -1 for an item without ratings.
    """

    counts: Floats
    items: Whole
    pair: Whole | None
    of_item: Whole | None = None
    _terms: dict[tuple[str, bytes], Floats] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def ratings(self) -> Floats:
        """r_i: ratings on an item of this pattern, shape (P,)."""
        return self.counts.sum(axis=1)

    @cached_property
    def pairable(self) -> npt.NDArray[np.bool_]:
        """Whether an item of this pattern has at least two ratings, shape (P,)."""
        return self.ratings >= 2

    @cached_property
    def share(self) -> Floats:
        """r_ik / r_i, shape (P, K)."""
        return self.counts / self.ratings[:, None]

    @cached_property
    def pairable_counts(self) -> Floats:
        """r_ik of pairable items, 0 elsewhere, shape (P, K)."""
        return self.counts * self.pairable[:, None]

    def agreement(self, weights: Floats) -> Floats:
        """Return the weighted share of agreeing pairs of ratings on an item, 0 where there is no pair; shape (P,).

        Gwet (2014): p_a|i = sum_k r_ik (r*_ik - 1) / (r_i (r_i - 1)) with r*_ik = sum_l w_kl r_il.
        """
        r = self.ratings
        return self._once(
            "agreement",
            weights,
            lambda: np.where(
                self.pairable,
                (self.counts * (self.counts @ weights - 1)).sum(axis=1) / np.maximum(r * (r - 1), 1),
                0.0,
            ),
        )

    def disagreement(self, delta: Floats) -> Floats:
        """Return sum_kl r_ik r_il delta_kl / (r_i - 1), 0 where there is no pair (Krippendorff 2011); shape (P,)."""
        return self._once(
            "disagreement",
            delta,
            lambda: ((self.counts @ delta) * self.counts).sum(axis=1) / np.maximum(self.ratings - 1, 1),
        )

    def _once(self, name: str, weights: Floats, compute: Callable[[], Floats]) -> Floats:
        """Compute a term once per table of weights: the terms of items do not change between replicates."""
        key = (name, weights.tobytes())
        if key not in self._terms:
            self._terms[key] = compute()
        return self._terms[key]


def patterns_of(ratings: Ratings, *, with_items: bool = False) -> Patterns:
    """Collapse ratings to patterns, leaving out items without ratings.

    ``with_items`` keeps the pattern of each item, which clusters need. Raises InputError when a rater rated an item
    twice, or when there are too many distinct numbers for a table of items by values.
    """
    _refuse_repeats(ratings)
    size, k = len(ratings.items), len(ratings.scale.values)
    if k > VALUES or size * k > CELLS:
        raise InputError(
            f"{size:,} items by {k:,} values is too large a table for agreement statistics. Expected at most "
            f"{VALUES:,} values and {CELLS:,} cells. Round the numbers to fewer steps."
        )
    pair = _pairs(ratings)
    table = _counts(ratings) if pair is None else pair + 1
    rank, space = _rank(table)
    first, items, of_item = _distinct(rank, space, with_items)
    if pair is None:
        counts = table[:, first].T
        kept = counts.any(axis=1)
        pair_kept = None
    else:
        pair_kept = pair[:, first].T
        counts = _counts_of_pairs(pair_kept, k)
        kept = counts.any(axis=1)
        pair_kept = pair_kept[kept]
    if of_item is not None:
        of_item = np.where(kept, np.cumsum(kept) - 1, -1)[of_item]
    return Patterns(counts[kept].astype(float), items[kept], pair_kept, of_item)


def active_raters(ratings: Ratings) -> list[int]:
    """Return the indices of the raters who rated anything, sorted by name."""
    rated = np.zeros(len(ratings.raters), dtype=np.bool_)
    rated[ratings.rater] = True
    return sorted(np.flatnonzero(rated).tolist(), key=lambda rater: ratings.raters[rater])


def _refuse_repeats(ratings: Ratings) -> None:
    cell = ratings.item.astype(np.int64) * len(ratings.raters) + ratings.rater
    size = len(ratings.items) * len(ratings.raters)
    if size <= 64 * len(cell):  # a table of marks is quicker than sorting and small enough
        seen = np.zeros(size, dtype=np.bool_)
        seen[cell] = True
        if np.count_nonzero(seen) == len(cell):
            return
    cells, times = np.unique(cell, return_counts=True)
    for place in cells[times > 1][:1]:
        item, rater = divmod(int(place), len(ratings.raters))
        raise InputError(
            f"rater '{ratings.raters[rater]}' rated item '{ratings.items[item]}' more than once. Agreement expects one "
            "rating per rater and item. Keep the current one."
        )


def _counts(ratings: Ratings) -> Whole:
    """Return r_ik transposed, shape (K, items), the memory layout that the ranking below reads fastest."""
    size, k = len(ratings.items), len(ratings.scale.values)
    return np.bincount(ratings.value * size + ratings.item, minlength=k * size).reshape(k, size)


def _pairs(ratings: Ratings) -> Whole | None:
    """Return the values of both raters by name, -1 where missing, shape (2, items); None unless there are two."""
    active = active_raters(ratings)
    if len(active) != 2:
        return None
    second = active[1]
    pair = np.full((2, len(ratings.items)), -1, dtype=np.int64)
    pair[(ratings.rater == second).astype(np.intp), ratings.item] = ratings.value
    return pair


def _counts_of_pairs(pair: Whole, k: int) -> Whole:
    counts = np.zeros((len(pair), k + 1), dtype=np.int64)
    for side in (0, 1):
        counts[np.arange(len(pair)), pair[:, side]] += 1
    return counts[:, :k]  # a missing rating (-1) was counted in the last column


def _rank(table: Whole) -> tuple[Whole, int]:
    """Return one number per column of ``table``, ordered as the columns are, and the bound of these numbers."""
    rank, space = np.zeros(table.shape[1], dtype=np.int64), 1
    for row in table:
        span = int(row.max(initial=0)) + 1
        if space * span > 2**62:
            rank = np.unique(rank, return_inverse=True)[1].astype(np.int64)
            space = int(rank.max()) + 1
        rank, space = rank * span + row, space * span
    return rank, space


def _distinct(rank: Whole, space: int, with_items: bool) -> tuple[Whole, Whole, Whole | None]:
    """Return, for each distinct rank, an example and the number of items, and on demand the place of each item."""
    if space <= 4 * len(rank):  # counting beats sorting
        times = np.bincount(rank, minlength=space)
        example = np.zeros(space, dtype=np.int64)
        example[rank] = np.arange(len(rank))
        there = times > 0
        place = (np.cumsum(there) - 1)[rank] if with_items else None
        return example[there], times[there], place
    if with_items:
        _, first, place, items = np.unique(rank, return_index=True, return_inverse=True, return_counts=True)
        return first, items, place
    _, first, items = np.unique(rank, return_index=True, return_counts=True)
    return first, items, None
