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
from dataclasses import dataclass
from statistics import fmean

from review.statistics.quantity import Quantity
from review.statistics.tango import tango

METHOD = "difference estimator"
_SE = "variance of the rules' scores and of the differences in the drawn cases"


@dataclass(frozen=True, kw_only=True)
class Shift:
    """By how much people move a mean: the mean of people less rules in ``n`` drawn cases.

    ``below`` and ``above`` are the distances to its 95% limits and ``variance`` its variance. All three shrink to 0 as
    the drawn part becomes the whole.
    """

    value: float
    below: float
    above: float
    variance: float
    n: int


def shift(differences: Sequence[float], *, of: int, largest: float = 1.0) -> Shift:
    """Return what people less rules in the drawn of ``of`` cases say of their mean.

    No difference can exceed ``largest``. Raises ValueError without a difference.
    """
    if not differences:
        raise ValueError("expected differences between people and rules")
    n, mean = len(differences), fmean(differences)
    rest = max(0.0, 1 - n / of)
    more = sum(d for d in differences if d > 0) / largest
    less = -sum(d for d in differences if d < 0) / largest
    low, high = (largest * limit for limit in tango(more, less, n))
    spread = sum((d - mean) ** 2 for d in differences) / (n - 1) if n > 1 else 0.0
    return Shift(
        value=mean,
        below=math.sqrt(rest) * (mean - low),
        above=math.sqrt(rest) * (high - mean),
        variance=rest * spread / n,
        n=n,
    )


def corrected(by_rules: Quantity, differences: Sequence[float], *, of: int, largest: float = 1.0) -> Quantity:
    """Return the mean by rules over ``of`` cases, corrected by people less rules in the drawn ones.

    No difference can exceed ``largest``. Raises ValueError without a mean, its interval, or a difference.
    """
    mean, low, high = _known(by_rules)
    moved = shift(differences, of=of, largest=largest)
    value = min(1.0, max(0.0, mean + moved.value))
    below, above = math.hypot(mean - low, moved.below), math.hypot(high - mean, moved.above)
    return Quantity(
        value=value,
        ci=(max(0.0, value - below), min(1.0, value + above)),
        se=None if by_rules.se is None else math.sqrt(by_rules.se**2 + moved.variance),
        method=METHOD,
        method_se=_SE,
        n=by_rules.n,
    )


def corrected_difference(by_rules: Quantity, first: Shift, second: Shift) -> Quantity:
    """Return a paired difference by rules (first less second), corrected by what people say of each side.

    Each side has a random part of its own, so the three uncertainties are independent, and rules that err more often on
    one side bias nothing. Raises ValueError without a difference or its interval.
    """
    mean, low, high = _known(by_rules)
    value = min(1.0, max(-1.0, mean + first.value - second.value))
    below = math.hypot(mean - low, first.below, second.above)
    above = math.hypot(high - mean, first.above, second.below)
    return Quantity(
        value=value,
        ci=(max(-1.0, value - below), min(1.0, value + above)),
        se=None if by_rules.se is None else math.sqrt(by_rules.se**2 + first.variance + second.variance),
        method=METHOD,
        method_se=_SE,
        n=by_rules.n,
    )


def _known(by_rules: Quantity) -> tuple[float, float, float]:
    if by_rules.value is None or by_rules.ci is None:
        raise ValueError("expected a figure by rules with its interval")
    return by_rules.value, *by_rules.ci
