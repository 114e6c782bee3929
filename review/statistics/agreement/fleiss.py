"""Fleiss' kappa for a fixed number of ratings per item (Fleiss 1971)."""

from __future__ import annotations

from review.statistics.agreement.coefficient import Coefficient, any_scale
from review.statistics.agreement.fleiss_gwet import influence
from review.statistics.agreement.patterns import Floats, Patterns
from review.statistics.agreement.sample import Corrected, Formula, Sample, chance_corrected, divide
from review.statistics.agreement.weights import identity


def fleiss_kappa(sample: Sample, weights: Floats) -> Corrected:
    """Compute P-bar and P-bar_e of the paper: N items, n ratings each, n_ij of them in category j. Ignores weights."""
    n_ij = sample.patterns.counts
    n = sample.patterns.ratings
    big_n = sample.rated
    p_i = ((n_ij**2).sum(axis=1) - n) / (n * (n - 1))
    p_bar = divide(sample.times @ p_i, big_n)
    p_j = divide(sample.times @ n_ij, (sample.times @ n)[:, None])
    p_bar_e = (p_j**2).sum(axis=1)
    return chance_corrected(p_bar, p_bar_e)


def unequal(patterns: Patterns) -> str | None:
    """Refuse items with different numbers of ratings."""
    low, high = int(patterns.ratings.min()), int(patterns.ratings.max())
    if low == high:
        return None
    return (
        f"Fleiss' kappa needs the same number of ratings on every item, and here it varies from {low} to {high}; "
        "fleiss_kappa_gwet allows for that"
    )


FORMULA = Formula(disagreement=fleiss_kappa, influence=influence, refusal=unequal, source="Gwet 2014")
FLEISS_KAPPA = Coefficient("Fleiss' kappa", FORMULA, identity, any_scale, weighted=False)
