"""How many labels the judge was worth: what people alone would need for the same precision."""

from __future__ import annotations

from collections.abc import Sequence

from review.statistics.quality.headline import Headline
from review.statistics.quality.strata import StratumCounts, shares

FEWEST_POSITIVES = 10
"""Below ten known positives the figure is noise."""


def labels_saved(strata: Sequence[StratumCounts], found: Headline) -> int | None:
    """Return about how many more labels people alone would need, to one significant digit.

    Both variances rest on the same smoothed rates, so a lucky sample cannot make the judge look better than it is.
    Strata that use the judge through a difference count as unsaved: there the figure is noise. None when the headline
    is undefined or rests on fewer than ten known positives. In simulations 80% of the figures lay within a factor of
    three of the truth.
    """
    if found.quantity.value is None or sum(s.labelled.positive for s in strata) < FEWEST_POSITIVES:
        return None
    open_ = [(w, s) for w, s in zip(shares(strata), strata, strict=True) if s.labelled.n and not s.census]
    alone = joint = 0.0
    for weight, s in open_:
        m, k = s.labelled
        qbar = (k + 0.5) / (m + 1)
        factor = weight * weight * (1 - m / s.size) / m
        rates = [(c.n, n, (c.positive + qbar) / (c.n + 1)) for c, n in zip(s.cells, s.verdicts, strict=True) if n]
        total = sum(n for _, n, _ in rates)
        mean = sum(n / total * q for _, n, q in rates)
        alone += factor * mean * (1 - mean)
        by_cells = found.rules.get(s.name) == "cells"
        within = sum(n / total * q * (1 - q) for _, n, q in rates) if by_cells else mean * (1 - mean)
        joint += factor * within
    if joint <= 0:
        return None
    return _rounded(sum(s.labelled.n for _, s in open_) * (alone / joint - 1))


def _rounded(number: float) -> int:
    """Return a number to one significant digit, never below 0."""
    whole = max(0, round(number))
    digits = len(str(whole)) - 1
    return int(round(whole, -digits))
