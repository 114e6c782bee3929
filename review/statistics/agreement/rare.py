"""Intervals for two values of which one is rare: a posterior over all patterns that could occur.

A bootstrap only repeats what was seen. With 22 items and one or two disagreements its intervals covered 26% to 95%; the
posterior below covered 93% to 99% (tests/bench/README.md). Jeffreys' prior gives every possible pattern of ratings
half an item, seen or not.
"""

from __future__ import annotations

import numpy as np

from review.statistics.agreement.patterns import Floats, Patterns, Whole
from review.statistics.agreement.sample import Formula, Sample

FEW_ITEMS = 60
FEW_UNUSUAL = 10
"""Items that show anything but the usual value: below ten of them the bootstrap has too little to draw from."""
ITEMS_PER_PATTERN = 5
DRAWS = 2_000
LEVEL = 0.95
_LARGE = 1e9


def is_rare(patterns: Patterns) -> bool:
    """Return whether few items can be compared, or few of them show anything but the usual value."""
    pairable = patterns.pairable
    n = int(patterns.items[pairable].sum())
    return n <= FEW_ITEMS or unusual_items(patterns) < FEW_UNUSUAL


def unusual_items(patterns: Patterns) -> int:
    """Count the pairable items with a value other than the most frequent one."""
    times = patterns.items @ patterns.pairable_counts
    if not times.any():
        return 0
    others = np.delete(patterns.counts, int(times.argmax()), axis=1).any(axis=1)
    return int(patterns.items[others & patterns.pairable].sum())


def fits(patterns: Patterns, formula: Formula) -> bool:
    """Return whether the posterior applies: two values, and at least five pairable items for each possible pattern.

    Patterns of a single rating do not count, because they say nothing of agreement.
    """
    if patterns.counts.shape[1] != 2:
        return False
    n = int(patterns.items[patterns.pairable].sum())
    return 0 < ITEMS_PER_PATTERN * int(possible(patterns, formula).pairable.sum()) <= n


def possible(patterns: Patterns, formula: Formula) -> Patterns:
    """Return all patterns with the numbers of ratings that occur, those with no item included.

    A pattern is the count of each value. For a formula that needs to know who said what, such as Cohen's kappa, it is
    the ordered pair of values.
    """
    if formula.refusal(Patterns(patterns.counts, patterns.items, None)) is None or patterns.pair is None:
        return _counts(patterns)
    return _pairs(patterns.pair, patterns.items)


def posterior(patterns: Patterns, formula: Formula, *, draws: int = DRAWS, seed: int = 0) -> Sample:
    """Return ``draws`` populations from Dirichlet(items + 1/2) over all possible patterns, as one sample.

    The populations are so large that no small-sample correction of a coefficient plays a part.
    """
    every = possible(patterns, formula)
    shares = np.random.default_rng(seed).dirichlet(every.items + 0.5, size=draws)
    return Sample(every, shares * _LARGE)


def posterior_interval(
    patterns: Patterns, formula: Formula, weights: Floats, estimate: float, *, seed: int = 0
) -> tuple[tuple[float, float], str]:
    """Return the equal-tailed interval of a coefficient, stretched to hold the estimate, and its method."""
    drawn = posterior(patterns, formula, seed=seed)
    shown = int(drawn.patterns.pairable.sum())
    method = f"Dirichlet(1/2) posterior over the {shown} patterns that an item's ratings can show, 95%, {DRAWS:,} draws"
    return limits(formula.disagreement(drawn, weights).value, estimate), method


def limits(values: Floats, estimate: float) -> tuple[float, float]:
    """Return the equal-tailed limits of posterior values, stretched to hold the estimate."""
    tail = (1 - LEVEL) / 2
    low, high = (float(q) for q in np.quantile(values[~np.isnan(values)], [tail, 1 - tail]))
    return min(low, estimate), max(high, estimate)


def _counts(patterns: Patterns) -> Patterns:
    sizes = np.unique(patterns.ratings).astype(int)
    rows = [(k, r - k) for r in sizes.tolist() for k in range(r + 1)]
    seen = dict.fromkeys(rows, 0)
    for row, items in zip(patterns.counts.astype(int).tolist(), patterns.items.tolist(), strict=True):
        seen[row[0], row[1]] += items
    return Patterns(np.array(rows, dtype=float), np.array(list(seen.values()), dtype=np.int64), None)


def _pairs(pair: Whole, items: Whole) -> Patterns:
    rows = [
        (a, b)
        for first, second in np.unique(pair >= 0, axis=0).tolist()
        for a in ((0, 1) if first else (-1,))
        for b in ((0, 1) if second else (-1,))
    ]
    seen = dict.fromkeys(rows, 0)
    for (a, b), times in zip(pair.tolist(), items.tolist(), strict=True):
        seen[a, b] += times
    counts = np.array([[(a == k) + (b == k) for k in (0, 1)] for a, b in rows], dtype=float)
    return Patterns(counts, np.array(list(seen.values()), dtype=np.int64), np.array(rows, dtype=np.int64))
