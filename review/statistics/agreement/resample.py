"""The bootstrap over whole items or whole clusters, drawn as counts of patterns.

Units (items, or clusters of items) with the same patterns are interchangeable, so a replicate is one multinomial draw
over the kinds of unit. Where there are nearly as many kinds as units, drawing units and counting them is cheaper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from review.basics.labels import Ratings
from review.statistics.agreement.patterns import Floats, Patterns, Whole
from review.statistics.agreement.sample import Sample

BLOCK = 1_000_000
"""Cells of replicates by patterns held in memory at once: 8 MB."""


@dataclass(frozen=True)
class Units:
    """The units that a bootstrap draws: Q kinds, ``times`` (Q,) of each, with ``members`` (Q, P) items per pattern.

    ``members`` is None when each unit is one item, so that kinds are patterns. ``name`` is "items" or "clusters".
    """

    times: Whole
    members: sparse.csr_matrix | None
    name: str

    @property
    def single(self) -> bool:
        """Whether every unit is one item."""
        return self.members is None or bool((self.members.sum(axis=1) == 1).all())

    @property
    def size(self) -> int:
        """The number of units."""
        return int(self.times.sum())

    def totals(self, of_item: Floats) -> Floats:
        """Sum a value per item over each kind of unit, shape (Q,)."""
        return of_item if self.members is None else np.asarray(self.members @ of_item)


def units_of(patterns: Patterns, ratings: Ratings) -> Units:
    """Return items as units, or clusters when the ratings name them; clusters are ordered by their contents."""
    if ratings.cluster is None or patterns.of_item is None:
        return Units(patterns.items, None, "items")
    rated = patterns.of_item >= 0
    cluster = np.unique(ratings.cluster[rated], return_inverse=True)[1]
    table = sparse.csr_matrix(
        (np.ones(len(cluster)), (cluster, patterns.of_item[rated])),
        shape=(int(cluster.max(initial=-1)) + 1, len(patterns.items)),
    )
    table.sum_duplicates()
    bounds = zip(table.indptr[:-1], table.indptr[1:], strict=True)
    holds = [(table.indices[a:b].tobytes(), table.data[a:b].tobytes()) for a, b in bounds]
    example: dict[tuple[bytes, bytes], int] = {}
    times: dict[tuple[bytes, bytes], int] = {}
    for place, key in enumerate(holds):
        example.setdefault(key, place)
        times[key] = times.get(key, 0) + 1
    kinds = sorted(example)
    return Units(
        np.array([times[key] for key in kinds], dtype=np.int64), table[[example[key] for key in kinds]], "clusters"
    )


def replicates(patterns: Patterns, units: Units, count: int, seed: int) -> Iterator[Sample]:
    """Yield ``count`` bootstrap replicates in blocks of bounded memory."""
    rng = np.random.default_rng(seed)
    width = max(1, BLOCK // max(len(patterns.items), len(units.times), 1))
    for start in range(0, count, width):
        drawn = _draw(units, min(width, count - start), rng)
        times = drawn if units.members is None else np.asarray((units.members.T @ drawn.T).T)
        yield Sample(patterns, times)


def _draw(units: Units, count: int, rng: np.random.Generator) -> Floats:
    size, kinds = units.size, len(units.times)
    # A binomial per kind costs about as much as drawing ten units.
    if 10 * kinds <= size:
        return rng.multinomial(size, units.times / size, size=count).astype(float)
    kind = np.repeat(np.arange(kinds), units.times)
    drawn = np.empty((count, kinds))
    for row in drawn:
        row[:] = np.bincount(kind[rng.integers(0, size, size)], minlength=kinds)
    return drawn
