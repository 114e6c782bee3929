"""Percent agreement: the share of agreeing pairs of ratings, averaged over items (Gwet 2014)."""

from __future__ import annotations

import numpy as np

from review.statistics.agreement.coefficient import Coefficient, any_scale
from review.statistics.agreement.patterns import Floats
from review.statistics.agreement.sample import Corrected, Formula, Sample, always, chance_corrected
from review.statistics.agreement.weights import identity


def percent_agreement(sample: Sample, weights: Floats) -> Corrected:
    """Compute p_a, the mean over items with r_i >= 2 of the share of agreeing pairs, without correction for chance."""
    p_a = sample.agreement(weights)
    return chance_corrected(p_a, np.zeros_like(p_a))


def influence(sample: Sample, weights: Floats) -> Floats:
    """Return (p_a|i - p_a) / n' over pairable items, which gives the standard error of a mean; shape (P,)."""
    patterns = sample.patterns
    p_a = sample.agreement(weights)[0]
    return np.where(patterns.pairable, (patterns.agreement(weights) - p_a) / sample.pairable[0], np.nan)


FORMULA = Formula(
    disagreement=percent_agreement, influence=influence, refusal=always, source="standard error of a mean"
)
PERCENT_AGREEMENT = Coefficient("Percent agreement", FORMULA, identity, any_scale)
