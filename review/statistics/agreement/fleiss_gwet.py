"""Fleiss' kappa, generalised to missing ratings and weights (Gwet 2014)."""

from __future__ import annotations

import numpy as np

from review.statistics.agreement.coefficient import Coefficient, any_scale, in_order
from review.statistics.agreement.patterns import Floats
from review.statistics.agreement.sample import (
    RATIO,
    Corrected,
    Formula,
    Sample,
    always,
    chance_corrected,
    gwet_influence,
    ratio_influence,
)
from review.statistics.agreement.weights import identity, linear, quadratic


def fleiss_kappa_gwet(sample: Sample, weights: Floats) -> Corrected:
    """Compute p_e = sum_kl w_kl pi_k pi_l, with pi_k the mean share of value k over all rated items."""
    pi = sample.prevalence
    p_a = sample.agreement(weights)
    p_e = ((pi @ weights) * pi).sum(axis=1)
    return chance_corrected(p_a, p_e)


def influence(sample: Sample, weights: Floats) -> Floats:
    """Return each item's influence by the ratio linearisation."""
    return ratio_influence(sample, weights, fleiss_kappa_gwet(sample, weights), chance_of_item(sample, weights))


def influence_gwet(sample: Sample, weights: Floats) -> Floats:
    """Return each item's influence as Gwet (2014) prints it."""
    return gwet_influence(sample, weights, fleiss_kappa_gwet(sample, weights), chance_of_item(sample, weights))


def chance_of_item(sample: Sample, weights: Floats) -> Floats:
    """Return p_e|i = sum_kl (w_kl + w_lk) / 2 pi_l r_ik / r_i (Gwet 2014), shape (P,)."""
    return np.asarray(sample.patterns.share @ ((weights + weights.T) / 2 @ sample.prevalence[0]))


FORMULA = Formula(
    disagreement=fleiss_kappa_gwet, influence=influence, refusal=always, source=RATIO, gwet=influence_gwet
)
PLAIN = Coefficient("Fleiss' kappa after Gwet", FORMULA, identity, any_scale)
LINEAR = Coefficient("Fleiss' kappa after Gwet (linear)", FORMULA, linear, in_order)
QUADRATIC = Coefficient("Fleiss' kappa after Gwet (quadratic)", FORMULA, quadratic, in_order)
