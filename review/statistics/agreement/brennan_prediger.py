"""Brennan and Prediger's coefficient (1981): chance agreement as if all values were equally likely; PABAK for K = 2."""

from __future__ import annotations

import numpy as np

from review.statistics.agreement.coefficient import Coefficient, any_scale, in_order
from review.statistics.agreement.gwet import one_value
from review.statistics.agreement.patterns import Floats
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


def brennan_prediger(sample: Sample, weights: Floats) -> Corrected:
    """Compute the coefficient with p_e = T_w / K^2, T_w the sum of all weights."""
    k = len(weights)
    t_w = weights.sum()
    p_a = sample.agreement(weights)
    p_e = np.full_like(p_a, t_w / k**2)
    return chance_corrected(p_a, p_e)


def influence(sample: Sample, weights: Floats) -> Floats:
    """Return each item's influence; chance agreement is constant, so only observed agreement varies."""
    return ratio_influence(sample, weights, brennan_prediger(sample, weights), weights.sum() / len(weights) ** 2)


def influence_gwet(sample: Sample, weights: Floats) -> Floats:
    """Return each item's influence as Gwet (2014) prints it."""
    return gwet_influence(sample, weights, brennan_prediger(sample, weights), weights.sum() / len(weights) ** 2)


FORMULA = Formula(
    disagreement=brennan_prediger, influence=influence, refusal=one_value, source=RATIO, gwet=influence_gwet
)
PLAIN = Coefficient("Brennan and Prediger's coefficient", FORMULA, identity, any_scale)
LINEAR = Coefficient("Brennan and Prediger's coefficient (linear)", FORMULA, linear, in_order)
QUADRATIC = Coefficient("Brennan and Prediger's coefficient (quadratic)", FORMULA, quadratic, in_order)
