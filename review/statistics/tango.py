"""The score interval for the difference of two paired proportions (Tango 1998, Stat. Med. 17, 891-908).

The regression gate uses it for two versions on one golden case, and quality uses it for a judge's bias (verdict and
label of one conversation). It keeps some width when no pair differs.
"""

from __future__ import annotations

import math
from functools import lru_cache

from scipy.special import ndtri

from review.statistics.roots import root


def tango(b: float, c: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return two-sided limits for the difference (b - c) / n of ``n`` pairs, ``b`` and ``c`` of them discordant.

    Counts may be fractional: in a weighted sample they are effective numbers. The one-sided 95% limit is the upper
    end at ``level=0.9``. Raises ValueError when there are no pairs or the counts are impossible.
    """
    if not n > 0 or b < 0 or c < 0 or b + c > n * (1 + 1e-9):
        raise ValueError(f"discordant pairs must fit into n pairs, got b = {b}, c = {c}, n = {n}")
    if not 0 < level < 1:
        raise ValueError(f"the level must lie between 0 and 1, got {level}")
    z = float(ndtri((1 + level) / 2))
    return -_upper(c, b, n, z), _upper(b, c, n, z)


@lru_cache(maxsize=4096)
def _upper(b: float, c: float, n: float, z: float) -> float:
    """Return the difference above the estimate at which the score statistic equals -z.

    Cached, because slices of a release share many counts.
    """
    estimate = (b - c) / n
    if estimate >= 1 - 1e-12:
        return 1.0
    if b + c == 0:
        return z * z / (n + z * z)
    # At an estimate of -1 the null deviation is 0 and the estimate itself is a root: start just above it.
    return root(lambda d: b - c - n * d + z * _null_sd(b, c, n, d), estimate + 1e-9, 1.0, tolerance=1e-13)


def _null_sd(b: float, c: float, n: float, d: float) -> float:
    """Return the standard deviation of b - c when the true difference is ``d`` (constrained maximum likelihood)."""
    linear = (2 * n - b + c) * d - b - c
    root = math.sqrt(max(0.0, linear * linear + 8 * n * c * d * (1 - d)))
    # The two forms of the quadratic's root are equal; the second avoids cancellation when ``linear`` is positive.
    p_c = (root - linear) / (4 * n) if linear <= 0 else 2 * c * d * (1 - d) / max(root + linear, 1e-300)
    return math.sqrt(max(0.0, n * (2 * p_c + d * (1 - d))))
