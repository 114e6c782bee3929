"""Cohen's kappa for two raters, plain (1960) and weighted (1968); standard error of Fleiss, Cohen & Everitt (1969)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from review.statistics.agreement.coefficient import Coefficient, any_scale, in_order
from review.statistics.agreement.patterns import Floats, Patterns, Whole
from review.statistics.agreement.sample import Corrected, Formula, Sample, chance_corrected, divide
from review.statistics.agreement.weights import identity, linear, quadratic


def cohen_kappa(sample: Sample, weights: Floats) -> Corrected:
    """Compute kappa over the items that both rated; each rater keeps a distribution of their own."""
    first, second, n = margins(sample, len(weights))
    a, b, both = pairs(sample.patterns)
    p_o = divide(sample.times[:, both] @ weights[a, b], n)
    p_e = ((first @ weights) * second).sum(axis=1)
    return chance_corrected(p_o, p_e)


def influence(sample: Sample, weights: Floats) -> Floats:
    """Return each item's part in the large-sample variance of weighted kappa, shape (P,).

    Fleiss, Cohen and Everitt (1969): var = {sum_kl p_kl [w_kl - (w_k. + w_.l)(1 - kappa)]^2 -
    [kappa - p_e (1 - kappa)]^2} / (n (1 - p_e)^2), where w_k. and w_.l are mean weights under the other rater's
    distribution.
    """
    first, second, n = margins(sample, len(weights))
    a, b, both = pairs(sample.patterns)
    corrected = cohen_kappa(sample, weights)
    kappa, p_e = corrected.value[0], 1 - corrected.expected[0]
    row = weights @ second[0]
    column = first[0] @ weights
    spread = weights[a, b] - (row[a] + column[b]) * (1 - kappa) - (kappa - p_e * (1 - kappa))
    out = np.full(len(both), np.nan)
    out[both] = spread / (n[0] * (1 - p_e))
    return out


def margins(sample: Sample, k: int) -> tuple[Floats, Floats, Floats]:
    """Return each rater's shares of the values, shape (B, K) each, and the number of items both rated, shape (B,)."""
    a, b, both = pairs(sample.patterns)
    times = sample.times[:, both]
    n = times.sum(axis=1)
    return divide(times @ np.eye(k)[a], n[:, None]), divide(times @ np.eye(k)[b], n[:, None]), n


def pairs(patterns: Patterns) -> tuple[Whole, Whole, npt.NDArray[np.bool_]]:
    """Return both raters' values on the patterns that both rated, and a mask over P of these patterns."""
    if patterns.pair is None:
        raise ValueError("pairs are kept for exactly two raters")
    both = np.asarray((patterns.pair >= 0).all(axis=1))
    return patterns.pair[both, 0], patterns.pair[both, 1], both


def not_two(patterns: Patterns) -> str | None:
    """Refuse anything but two raters."""
    if patterns.pair is None:
        return "it compares exactly two raters; the pair matrix shows it for every pair"
    return None


FORMULA = Formula(
    disagreement=cohen_kappa,
    influence=influence,
    refusal=not_two,
    source="Fleiss, Cohen and Everitt 1969",
    small_sample=False,
)
PLAIN = Coefficient("Cohen's kappa", FORMULA, identity, any_scale)
LINEAR = Coefficient("Cohen's kappa (linear)", FORMULA, linear, in_order)
QUADRATIC = Coefficient("Cohen's kappa (quadratic)", FORMULA, quadratic, in_order)
