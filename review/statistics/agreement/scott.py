"""Scott's pi for two raters: chance agreement from their pooled distribution (Scott 1955)."""

from __future__ import annotations

import numpy as np

from review.statistics.agreement.coefficient import Coefficient, any_scale
from review.statistics.agreement.cohen import margins, not_two
from review.statistics.agreement.patterns import Floats
from review.statistics.agreement.sample import Corrected, Formula, Sample, chance_corrected
from review.statistics.agreement.weights import identity


def scott_pi(sample: Sample, weights: Floats) -> Corrected:
    """Compute pi with P_e the sum of squared pooled shares over the items that both rated."""
    first, second, _ = margins(sample, len(weights))
    pooled = (first + second) / 2
    p_o = sample.agreement(weights)
    p_e = ((pooled @ weights) * pooled).sum(axis=1)
    return chance_corrected(p_o, p_e)


def influence(sample: Sample, weights: Floats) -> Floats:
    """Return Gwet's (2014) linearisation of Fleiss' kappa, on the items that both rated; shape (P,)."""
    first, second, n = margins(sample, len(weights))
    patterns = sample.patterns
    corrected = scott_pi(sample, weights)
    pi, p_e = corrected.value[0], 1 - corrected.expected[0]
    p_e_of_item = patterns.share @ (weights @ ((first[0] + second[0]) / 2))
    spread = (patterns.agreement(weights) - p_e - 2 * (1 - pi) * (p_e_of_item - p_e)) / (1 - p_e) - pi
    return np.where(patterns.pairable, spread / n[0], np.nan)


FORMULA = Formula(disagreement=scott_pi, influence=influence, refusal=not_two, source="Gwet 2014")
SCOTT_PI = Coefficient("Scott's pi", FORMULA, identity, any_scale)
