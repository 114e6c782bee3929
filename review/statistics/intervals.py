"""Intervals for one proportion, used by every statistic that reports one. Bounds are clipped to [0, 1].

Counts may be fractional: in a weighted sample they are effective numbers of successes and trials.
"""

from __future__ import annotations

import math

from scipy.special import betaincinv, ndtri


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of Wilson (1927), JASA 22, 209-212, which keeps some width near 0 and 1.

    Raises ValueError when there are no trials or the counts are impossible.
    """
    _check(successes, n, level)
    z2 = float(ndtri((1 + level) / 2)) ** 2
    p = successes / n
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2) / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def clopper_pearson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the exact binomial interval of Clopper & Pearson (1934), Biometrika 26, 404-413.

    With an effective number of trials, possibly fractional, it is the interval of Korn & Graubard (1998), Survey
    Methodology 24, 193-201. Raises ValueError when there are no trials or the counts are impossible.
    """
    _check(successes, n, level)
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, tail))
    high = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1 - tail))
    return max(0.0, low), min(1.0, high)


def jeffreys(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the equal-tailed Jeffreys interval: quantiles of Beta(successes + 1/2, n - successes + 1/2).

    The lower limit is 0 without successes and the upper limit 1 without failures (Brown, Cai & DasGupta 2001, Statist.
    Sci. 16, 101-133). Raises ValueError when there are no trials or the counts are impossible.
    """
    _check(successes, n, level)
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(betaincinv(successes + 0.5, n - successes + 0.5, tail))
    high = 1.0 if successes == n else float(betaincinv(successes + 0.5, n - successes + 0.5, 1 - tail))
    return low, high


def newcombe(first: tuple[float, float], second: tuple[float, float], level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a difference of two independent shares, second less first; each is (successes, trials).

    Method 10 of Newcombe (1998), Statist. Med. 17, 873-890: the two Wilson intervals joined. Raises ValueError like
    :func:`wilson`.
    """
    (low1, high1), (low2, high2) = (wilson(k, n, level) for k, n in (first, second))
    p1, p2 = first[0] / first[1], second[0] / second[1]
    lower = p2 - p1 - math.hypot(p2 - low2, high1 - p1)
    upper = p2 - p1 + math.hypot(high2 - p2, p1 - low1)
    return max(-1.0, lower), min(1.0, upper)


def rule_of_three(n: float, level: float = 0.95) -> float:
    """Return the lower one-sided bound of a proportion when all ``n`` trials succeeded: (1 - level) ** (1/n).

    Its complement, about 3/n at 95%, is the largest failure rate that may go unseen (Hanley & Lippman-Hand 1983,
    JAMA 249, 1743-1745). Raises ValueError when there are no trials.
    """
    _check(n, n, level)
    return float((1 - level) ** (1 / n))


def _check(successes: float, n: float, level: float) -> None:
    if not n > 0:
        raise ValueError(f"an interval needs at least one trial, got n = {n}")
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n = {n}, got {successes}")
    if not 0 < level < 1:
        raise ValueError(f"the level must lie between 0 and 1, got {level}")
