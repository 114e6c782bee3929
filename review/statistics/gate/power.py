"""The power of a release of n cases: detectable drops, cases needed, and the error rates of a bare threshold.

``flips`` is the share of cases whose result changes between the two versions, in either direction. Most flips are
noise of the model and flip back in the next run. For results that are not 0/1 it is the mean squared difference.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from review.statistics.binomial import above, least_above, probability
from review.statistics.roots import root

POWER = 0.8
Floats = npt.NDArray[np.float64]


class BareRule(NamedTuple):
    """Error rates of a bare threshold: it rejects an unchanged version, or passes one that is ``true_drop`` worse."""

    false_alarm: float
    missed: float
    true_drop: float
    flips: float


def detection_probability(n: int, flips: float, drop: float, *, margin: float = 0.02, alpha: float = 0.05) -> float:
    """Return the probability that the gate's rule (drop over margin, mid-p <= alpha) fails a version ``drop`` worse.

    Exact for single 0/1 results, by summing over the number of changed cases. The share of changed cases stays
    ``flips`` unless the drop itself is larger.
    """
    share = max(flips, drop)
    changed, weight, least = _rule(n, share, margin, alpha)
    return _chance(changed, weight, least, share, drop)


def smallest_detectable_drop(
    n: int, flips: float, *, margin: float = 0.02, alpha: float = 0.05, power: float = POWER, binary: bool = True
) -> float | None:
    """Return the smallest true drop that the gate fails with probability ``power``; None when no drop reaches it.

    Exact for single 0/1 results. Otherwise it is Connor's normal approximation (1987, Biometrics 43, 207-211), and
    never below the margin.
    """
    if not binary:
        if _needed(1.0, 1.0, alpha, power) > n:
            return None
        found = root(lambda x: _needed(x, max(flips, x), alpha, power) - n, 1e-6, 1.0)
        return max(found, margin)
    if detection_probability(n, flips, 1.0, margin=margin, alpha=alpha) < power:
        return None
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        reached = detection_probability(n, flips, middle, margin=margin, alpha=alpha) >= power
        low, high = (low, middle) if reached else (middle, high)
    return high


def cases_needed(flips: float, *, margin: float = 0.02, alpha: float = 0.05, power: float = POWER) -> int | None:
    """Return the number of cases that decide a margin: an unchanged version then passes with probability ``power``.

    With the same number, a true drop of the margin is significant with that probability (Connor 1987). Where nothing
    flips, it is the number of unchanged cases whose one-sided score limit is below the margin. None for a margin of 0.
    """
    if margin <= 0:
        return None
    z2 = float(ndtri(1 - alpha)) ** 2
    unchanged = math.floor(z2 * (1 - margin) / margin) + 1
    return max(unchanged, math.ceil(_needed(margin, max(flips, margin * margin), alpha, power)))


def bare_rule_error(n: int, flips: float, *, margin: float = 0.02, true_drop: float | None = None) -> BareRule:
    """Return how often "reject when more than ``margin`` worse" errs on ``n`` single 0/1 results, exactly.

    ``true_drop`` defaults to one point above the margin.
    """
    worse = margin + 0.01 if true_drop is None else true_drop
    errors = []
    for drop in (0.0, worse):
        changed, weight = _changed(n, max(flips, drop))
        least = np.floor((changed + margin * n + 1e-9) / 2) + 1
        errors.append(_chance(changed, weight, least, max(flips, drop), drop))
    return BareRule(errors[0], 1 - errors[1], worse, flips)


def _needed(drop: float, flips: float, alpha: float, power: float) -> float:
    """Return the pairs with which a one-sided test of no difference finds ``drop`` with ``power`` (Connor 1987)."""
    null, alternative = math.sqrt(flips), math.sqrt(max(0.0, flips - drop * drop))
    return ((float(ndtri(1 - alpha)) * null + float(ndtri(power)) * alternative) / drop) ** 2


def bare_rule_error_normal(n: int, flips: float, *, margin: float = 0.02) -> BareRule:
    """Return the error rates by the normal approximation, for results that are not single 0/1."""
    worse = margin + 0.01
    null = math.sqrt(max(flips, 1e-12) / n)
    alternative = math.sqrt(max(flips - worse * worse, 1e-12) / n)
    return BareRule(float(ndtr(-margin / null)), float(ndtr((margin - worse) / alternative)), worse, flips)


def _changed(n: int, flips: float) -> tuple[Floats, Floats]:
    """Return the plausible numbers of changed cases and their probabilities."""
    counts = np.arange(n + 1, dtype=float)
    weight = probability(counts, n, min(1.0, flips))
    keep = weight > 1e-14
    return counts[keep], weight[keep]


@lru_cache(maxsize=2)  # a search for a drop asks many times with the same ``flips``
def _rule(n: int, flips: float, margin: float, alpha: float) -> tuple[Floats, Floats, Floats]:
    """Return the plausible numbers of changed cases, their probabilities, and how many of them must break to fail."""
    changed, weight = _changed(n, flips)
    least = np.maximum(_critical(changed, alpha), np.floor((changed + margin * n + 1e-9) / 2) + 1)
    return changed, weight, least


def _critical(changed: Floats, alpha: float) -> Floats:
    """Return the smallest number of broken among the changed cases whose one-sided mid-p is at most alpha."""
    least = least_above(alpha, changed, 0.5)
    mid = above(least, changed, 0.5) + 0.5 * probability(least, changed, 0.5)
    return np.where(mid <= alpha, least, least + 1)


def _chance(changed: Floats, weight: Floats, least: Floats, flips: float, drop: float) -> float:
    """Return P(at least ``least`` of the changed cases broke)."""
    broke = 0.5 * (1 + drop / flips) if flips > 0 else 0.5
    reached = np.where(least > changed, 0.0, above(least - 1, changed, min(1.0, broke)))
    return float(np.sum(weight * reached))
