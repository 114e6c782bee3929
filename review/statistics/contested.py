"""How much people disagree about each item, so that an adjudicator sees the most disputed first. It sets no label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from review.basics.labels import Label, Ratings
from review.statistics.dawid_skene import Floats, dawid_skene

FEW_DOUBLE = 10
"""With fewer items that have two votes or more, a model of raters has too little to learn from."""
TOLERANCE = 1e-5
"""Where the fit stops. An order needs no more, and takes a fifth of the steps of a fit whose figures are shown.

Of 8,000 items, 197 to 199 of the 200 most disputed were the same as after a fit to 1e-8, in three of four ranges of
weeks; in the fourth, where the likelihood is flat, 164, and 157 after a fit to 1e-6.
"""


def disagreement(ratings: Mapping[str, Ratings]) -> dict[str, float]:
    """Return by item the uncertainty about its labels in bits, summed over the dimensions of ``ratings``.

    In each dimension it is the entropy of the item's posterior under Dawid and Skene's model (Applied Statistics 28,
    1979, 20-28), which weighs a vote by its rater's reliability. Where fewer than 10 items have two votes, or the fit
    does not converge, it is the entropy of the vote shares. Items without any label are left out.
    """
    found: dict[str, float] = {}
    for one in ratings.values():
        if not len(one):
            continue
        rated = np.flatnonzero(np.bincount(one.item, minlength=len(one.items)))
        for item, bits in zip(rated.tolist(), _entropy(_shares(one)[rated]).tolist(), strict=True):
            name = one.items[item]
            found[name] = found.get(name, 0.0) + bits
    return found


def _shares(ratings: Ratings) -> Floats:
    """Return the probability of each value for each item: the model's, or the shares of the votes."""
    double = int((np.bincount(ratings.item) > 1).sum())
    if double >= FEW_DOUBLE:
        fitted = dawid_skene(ratings, tolerance=TOLERANCE)
        if fitted.converged:
            return fitted.posterior
    counts = ratings.counts().astype(float)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _entropy(shares: Floats) -> Floats:
    """Return the Shannon entropy of each row in bits."""
    bits: Floats = np.abs(np.sum(shares * -np.log2(np.where(shares > 0, shares, 1)), axis=1))
    return bits


def contested(labels: Sequence[Label]) -> list[tuple[str, str, float]]:
    """Return (item, dimension, share of disagreeing pairs) for items whose labels differ, the most disputed first."""
    votes: dict[tuple[str, str], list[object]] = {}
    for label in labels:
        votes.setdefault((label.item, label.dimension), []).append(label.value)
    found = []
    for (item, dimension), values in votes.items():
        n = len(values)
        same = sum(values.count(v) * (values.count(v) - 1) for v in set(values))
        if n > 1 and same < n * (n - 1):
            found.append((item, dimension, 1 - same / (n * (n - 1))))
    return sorted(found, key=lambda row: (-row[2], row[0], row[1]))
