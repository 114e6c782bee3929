"""The binomial distribution for whole arrays, from scipy.special: scipy.stats takes longer to load than a page."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc, bdtrik, gammaln, xlog1py, xlogy

Floats = npt.NDArray[np.float64]


def probability(k: npt.ArrayLike, n: npt.ArrayLike, p: float) -> Floats:
    """Return P(X = k) for n trials that each succeed with probability p."""
    successes, trials = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    ways = gammaln(trials + 1) - gammaln(successes + 1) - gammaln(trials - successes + 1)
    found: Floats = np.exp(ways + xlogy(successes, p) + xlog1py(trials - successes, -p))
    return found


def above(k: npt.ArrayLike, n: npt.ArrayLike, p: float) -> Floats:
    """Return P(X > k)."""
    successes, trials = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    inside: Floats = bdtrc(np.clip(successes, 0, trials), trials.astype(np.int64), p)
    return np.where(successes < 0, 1.0, inside)


def least_above(level: float, n: npt.ArrayLike, p: float) -> Floats:
    """Return the smallest k with P(X > k) at most ``level``, for each number of trials."""
    trials = np.asarray(n, dtype=float)
    whole = trials.astype(np.int64)
    k: Floats = np.where(trials > 0, np.ceil(bdtrik(1 - level, np.maximum(trials, 1), p)), 0.0)
    # bdtrik is continuous, and its last digits may lie on the other side of a whole number.
    fits_below = (k > 0) & (bdtrc(np.maximum(k - 1, 0), whole, p) <= level)
    k = np.where(fits_below, k - 1, k)
    return np.where(bdtrc(k, whole, p) > level, k + 1, k)
