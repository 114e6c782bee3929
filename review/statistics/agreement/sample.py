"""The samples of items that a coefficient is computed on: the data once, or many bootstrap replicates side by side.

Each row of ``times`` counts how often every pattern occurs in one sample. A coefficient is written once, over rows: one
row gives the estimate, many rows give its bootstrap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from review.statistics.agreement.patterns import Floats, Patterns


@dataclass(frozen=True)
class Sample:
    """B samples of the items: ``times`` (B, P) counts the items of each pattern in each sample."""

    patterns: Patterns
    times: Floats

    @cached_property
    def rated(self) -> Floats:
        """n: items with at least one rating, shape (B,)."""
        return self.times.sum(axis=1)

    @cached_property
    def pairable(self) -> Floats:
        """n': items with at least two ratings, shape (B,)."""
        return self.times @ self.patterns.pairable.astype(float)

    @cached_property
    def prevalence(self) -> Floats:
        """pi_k: the mean of r_ik / r_i over all rated items, shape (B, K)."""
        return divide(self.times @ self.patterns.share, self.rated[:, None])

    @cached_property
    def values(self) -> Floats:
        """n_k: pairable ratings with value k, shape (B, K)."""
        return self.times @ self.patterns.pairable_counts

    def agreement(self, weights: Floats) -> Floats:
        """Return p_a, the mean over pairable items of the weighted share of agreeing pairs; shape (B,)."""
        return divide(self.times @ self.patterns.agreement(weights), self.pairable)


class Corrected(NamedTuple):
    """Observed and expected disagreement of B samples, and the largest disagreement that one pair of ratings can show.

    All have shape (B,); ``largest`` may be one number for all samples.
    """

    observed: Floats
    expected: Floats
    largest: Floats | float = 1.0

    @property
    def value(self) -> Floats:
        """1 - observed / expected, shape (B,); NaN where the expected disagreement is zero."""
        return np.asarray(1 - divide(self.observed, np.where(self.expected > 1e-12 * self.largest, self.expected, 0)))


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A coefficient as its paper writes it.

    ``disagreement(sample, weights)`` returns observed and expected disagreement for B samples at once.
    ``influence(sample, weights)`` takes the data as one sample and returns how much one item of each pattern adds to
    the coefficient, shape (P,), NaN where the item takes no part; the standard error is the root of the sum of
    squares. ``refusal(patterns)`` returns the reason why the data do not allow the coefficient, or None. ``source``
    names the method or the paper of the standard error; ``small_sample`` tells whether it multiplies the variance by
    n / (n - 1). ``gwet`` is the influence as Gwet (2014) prints it, for coefficients whose ``influence`` differs from
    it where items have a single rating.
    """

    disagreement: Callable[[Sample, Floats], Corrected]
    influence: Callable[[Sample, Floats], Floats]
    refusal: Callable[[Patterns], str | None]
    source: str
    small_sample: bool = True
    gwet: Callable[[Sample, Floats], Floats] | None = None


def whole(patterns: Patterns) -> Sample:
    """Return the data themselves as one sample."""
    return Sample(patterns, patterns.items[None, :].astype(float))


RATIO = "ratio linearisation over pairable items"
"""How standard errors are found by default, in the words of ``method_se``."""


def chance_corrected(p_a: Floats, p_e: Floats) -> Corrected:
    """Write (p_a - p_e) / (1 - p_e) as observed and expected disagreement."""
    return Corrected(1 - p_a, 1 - p_e)


def ratio_influence(sample: Sample, weights: Floats, corrected: Corrected, p_e_of_item: Floats | float) -> Floats:
    """Return how much each item adds to a chance-corrected coefficient by the ratio linearisation, shape (P,).

    L_i = [r_i >= 2] (n/n') (p_a|i - p_a)/(1 - p_e) - 2 (1 - kappa) (p_e|i - mean of p_e|i)/(1 - p_e); the variance is
    sum_i L_i^2 / (n (n - 1)). Where every item is pairable this equals ``gwet_influence``.
    """
    patterns, n, pairable = sample.patterns, sample.rated[0], sample.pairable[0]
    p_a, room = 1 - corrected.observed[0], corrected.expected[0]
    by_chance = p_e_of_item - sample.times[0] @ np.broadcast_to(p_e_of_item, patterns.ratings.shape) / n
    agreed = np.where(patterns.pairable, n / pairable * (patterns.agreement(weights) - p_a), 0.0)
    return np.asarray((agreed - 2 * (1 - corrected.value[0]) * by_chance) / room / n)


def gwet_influence(sample: Sample, weights: Floats, corrected: Corrected, p_e_of_item: Floats | float) -> Floats:
    """Return how much each item adds to a chance-corrected coefficient as Gwet (2014) prints it, shape (P,).

    kappa*_i = (n/n') (p_a|i - p_e)/(1 - p_e) - 2 (1 - kappa) (p_e|i - p_e)/(1 - p_e), the first term for pairable items
    only; the variance is sum_i (kappa*_i - kappa)^2 / (n (n - 1)). An item with one rating enters as if its raters had
    disagreed, so with 100 of 500 items rated twice the error is about three times too large.
    """
    patterns, n, pairable = sample.patterns, sample.rated[0], sample.pairable[0]
    p_e = 1 - corrected.expected[0]
    kappa = corrected.value[0]
    p_a_of_item = patterns.agreement(weights)
    kappa_of_item = np.where(patterns.pairable, n / pairable * (p_a_of_item - p_e) / (1 - p_e), 0.0)
    adjusted = kappa_of_item - 2 * (1 - kappa) * (p_e_of_item - p_e) / (1 - p_e)
    return np.asarray((adjusted - kappa) / n)


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Divide elementwise; NaN where the denominator is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator != 0, numerator / np.where(denominator != 0, denominator, 1), np.nan)


def always(patterns: Patterns) -> str | None:
    """Refuse nothing: the coefficient is defined on any data with a pairable item."""
    return None
