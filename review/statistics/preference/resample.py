"""Shares of votes with intervals that keep the votes on one item together.

Several people's votes on one item are not independent, so whole items are resampled: by the Bayesian bootstrap (Rubin
1981, Ann. Statist. 9, 130-134), in which each item gets a random weight. Two further items, one all successes and one
all failures, get the weight of half an item each. With one vote for each item and no ties this is the Jeffreys
interval, so a share of 0 or 1 has an interval too.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from review.statistics.quantity import Quantity

METHOD = "Bayesian bootstrap over items, Jeffreys prior"
REPLICATES = 2000
BLOCK = 2_000_000
"""Weights that are drawn at once."""

Floats = npt.NDArray[np.float64]


def share(credits: Iterable[tuple[str, float]], *, none: str, seed: int = 0) -> Quantity:
    """Return the mean of some credits from 0 to 1, each with its item, and its interval.

    ``n`` counts the credits. Without any, the share is undefined for the reason ``none``.
    """
    given = list(credits)
    if not given:
        return Quantity.missing(none, method=METHOD)
    rows = {item: k for k, item in enumerate(dict.fromkeys(item for item, _ in given))}
    at = np.array([rows[item] for item, _ in given])
    values = np.array([credit for _, credit in given])
    sums = np.bincount(at, weights=values).astype(np.float64)
    counts = np.bincount(at).astype(np.float64)
    value = float(values.mean())
    drawn = _shares(sums, counts, seed)
    low, high = np.quantile(drawn, [0.025, 0.975])
    low = 0.0 if value == 0 else min(float(low), value)
    high = 1.0 if value == 1 else max(float(high), value)
    return Quantity(value=value, ci=(low, high), method=METHOD, n=len(given))


def _shares(sums: Floats, counts: Floats, seed: int) -> Floats:
    """Return the share in each replicate."""
    rng, mean = np.random.default_rng(seed), counts.mean()
    found = []
    for rows in _blocks(len(counts)):
        weights = rng.standard_exponential((rows, len(counts)))
        prior = rng.standard_gamma(0.5, (rows, 2)) * mean
        found.append((weights @ sums + prior[:, 0]) / (weights @ counts + prior.sum(axis=1)))
    return np.concatenate(found)


def _blocks(items: int) -> list[int]:
    size = max(1, min(REPLICATES, BLOCK // items))
    whole, rest = divmod(REPLICATES, size)
    return [size] * whole + [rest] * bool(rest)
