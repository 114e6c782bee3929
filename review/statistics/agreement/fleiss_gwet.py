"""Fleiss' kappa, generalised to missing ratings and weights (Gwet 2014)."""

from __future__ import annotations

from review.statistics.agreement.patterns import Floats
from review.statistics.agreement.sample import Corrected, Formula, Sample, always, chance_corrected, gwet_influence


def fleiss_kappa_gwet(sample: Sample, weights: Floats) -> Corrected:
    """Compute p_e = sum_kl w_kl pi_k pi_l, with pi_k the mean share of value k over all rated items."""
    pi = sample.prevalence
    p_a = sample.agreement(weights)
    p_e = ((pi @ weights) * pi).sum(axis=1)
    return chance_corrected(p_a, p_e)


def influence(sample: Sample, weights: Floats) -> Floats:
    """Return each item's influence by Gwet (2014): p_e|i = sum_kl (w_kl + w_lk) / 2 pi_l r_ik / r_i."""
    p_e_of_item = sample.patterns.share @ ((weights + weights.T) / 2 @ sample.prevalence[0])
    return gwet_influence(sample, weights, fleiss_kappa_gwet(sample, weights), p_e_of_item)


FLEISS_GWET = Formula(fleiss_kappa_gwet, influence, always, "Gwet 2014")
