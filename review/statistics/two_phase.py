"""Correct a mean over all cases by a random part of them that people looked at.

The difference estimator of two-phase sampling (Särndal, Swensson & Wretman 1992, Model Assisted Survey Sampling,
sections 6.3 and 9.7): the mean by rules plus the mean difference between people and rules in the drawn part. The
interval carries both uncertainties by square-and-add (MOVER: Zou & Donner 2008, Stat. Med. 27, 1693-1702). The limits
of the difference are Tango's (1998), which keep their width when people and rules agree on every drawn case: with ten
cases that is no proof that they always do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from review.statistics.quantity import Quantity
from review.statistics.tango import tango

METHOD = "difference estimator"


def corrected(by_rules: Quantity, differences: Sequence[float], *, of: int, largest: float = 1.0) -> Quantity:
    """Return the mean by rules over ``of`` cases, corrected by people less rules in the drawn ones.

    No difference can exceed ``largest``. Raises ValueError without a mean, its interval, or a difference.
    """
    if by_rules.value is None or by_rules.ci is None or not differences:
        raise ValueError("expected a mean with its interval, and differences to correct it by")
    n, shift = len(differences), fmean(differences)
    rest = max(0.0, 1 - n / of)
    more = sum(d for d in differences if d > 0) / largest
    less = -sum(d for d in differences if d < 0) / largest
    low, high = (largest * limit for limit in tango(more, less, n))
    value = min(1.0, max(0.0, by_rules.value + shift))
    below = math.hypot(by_rules.value - by_rules.ci[0], math.sqrt(rest) * (shift - low))
    above = math.hypot(by_rules.ci[1] - by_rules.value, math.sqrt(rest) * (high - shift))
    spread = sum((d - shift) ** 2 for d in differences) / (n - 1) if n > 1 else 0.0
    return Quantity(
        value=value,
        ci=(max(0.0, value - below), min(1.0, value + above)),
        se=None if by_rules.se is None else math.sqrt(by_rules.se**2 + rest * spread / n),
        method=METHOD,
        method_se="variance of the rules' scores and of the differences in the drawn cases",
        n=by_rules.n,
    )
