"""Gwet's AC1 and AC2: only items that are hard to rate can agree by chance (Gwet 2008, 2014)."""

from __future__ import annotations

import numpy as np

from review.statistics.agreement.coefficient import Coefficient, any_scale, in_order
from review.statistics.agreement.patterns import Floats, Patterns
from review.statistics.agreement.sample import (
    RATIO,
    Corrected,
    Formula,
    Sample,
    chance_corrected,
    gwet_influence,
    ratio_influence,
)
from review.statistics.agreement.weights import identity, linear, quadratic


def gwet_ac(sample: Sample, weights: Floats) -> Corrected:
    """Compute AC1 with identity weights, AC2 with others.

    p_e = T_w / (K (K - 1)) sum_k pi_k (1 - pi_k), with T_w the sum of all weights and pi_k the mean share of value k
    over all rated items.
    """
    k = len(weights)
    t_w = weights.sum()
    pi = sample.prevalence
    p_a = sample.agreement(weights)
    p_e = t_w / (k * (k - 1)) * (pi * (1 - pi)).sum(axis=1)
    return chance_corrected(p_a, p_e)


def influence(sample: Sample, weights: Floats) -> Floats:
    """Return each item's influence by the ratio linearisation."""
    return ratio_influence(sample, weights, gwet_ac(sample, weights), chance_of_item(sample, weights))


def influence_gwet(sample: Sample, weights: Floats) -> Floats:
    """Return each item's influence as Gwet (2008) prints it."""
    return gwet_influence(sample, weights, gwet_ac(sample, weights), chance_of_item(sample, weights))


def chance_of_item(sample: Sample, weights: Floats) -> Floats:
    """Return p_e|i = T_w / (K (K - 1)) sum_k (1 - pi_k) r_ik / r_i (Gwet 2008), shape (P,)."""
    k = len(weights)
    return np.asarray(weights.sum() / (k * (k - 1)) * (sample.patterns.share @ (1 - sample.prevalence[0])))


def one_value(patterns: Patterns) -> str | None:
    """Refuse a scale with a single value: raters had no choice."""
    if patterns.counts.shape[1] < 2:
        return "the scale has only one value, so raters had no choice; declare all its values"
    return None


FORMULA = Formula(disagreement=gwet_ac, influence=influence, refusal=one_value, source=RATIO, gwet=influence_gwet)
AC1 = Coefficient("Gwet's AC1", FORMULA, identity, any_scale)
AC2_LINEAR = Coefficient("Gwet's AC2 (linear)", FORMULA, linear, in_order)
AC2_QUADRATIC = Coefficient("Gwet's AC2 (quadratic)", FORMULA, quadratic, in_order)
