"""How often a sum of many values with random signs is as large as the one observed.

The saddlepoint approximation of Lugannani and Rice (1980, Adv. Appl. Prob. 12, 475-490) for K(t) = sum log cosh(t x).
It takes microseconds where thousands of drawn sign patterns take seconds.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from review.statistics.roots import root

Floats = npt.NDArray[np.float64]
FLAT = 1e-4
"""Nearer to the centre than this many standard deviations, the formula divides 0 by 0, and the normal one is exact."""


def signs_reach(x: Floats, observed: float) -> float:
    """Return P(sum of ``x`` with random signs >= ``observed``), for positive ``x``, shape (values,).

    Half of the probability of the observed sum itself counts, as in a mid-p.
    """
    sd = float(np.sqrt(np.sum(x * x)))
    if abs(observed) < FLAT * sd:
        return float(ndtr(-observed / sd))
    if observed < 0:
        return 1.0 - signs_reach(x, -observed)
    total = float(x.sum())
    if observed >= total - 1e-6:
        return 0.5 ** len(x)

    def slope(t: float) -> float:
        return float(np.sum(x * np.tanh(t * x))) - observed

    high = observed / sd**2
    while slope(high) < 0:
        high *= 2
    t = root(slope, 0.0, high, tolerance=1e-14)
    log_cosh = float(np.sum(np.logaddexp(t * x, -t * x) - math.log(2)))
    spread = float(np.sum((x / np.cosh(np.minimum(t * x, 300.0))) ** 2))
    w = math.sqrt(max(2 * (t * observed - log_cosh), 1e-300))
    u = t * math.sqrt(spread)
    density = math.exp(-w * w / 2) / math.sqrt(2 * math.pi)
    return float(min(1.0, max(0.0, float(ndtr(-w)) + density * (1 / u - 1 / w))))
