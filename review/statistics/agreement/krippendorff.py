"""Krippendorff's alpha for nominal, ordinal, interval and ratio data with missing ratings (Krippendorff 2011).

Symbols are the paper's: o_kl coincidences, n_k their margins, n. their sum, delta_kl the squared difference of two
values. Only items with at least two ratings take part.
"""

from __future__ import annotations

import numpy as np

from review.statistics.agreement.coefficient import Coefficient, amounts, any_scale, in_order, numbers
from review.statistics.agreement.patterns import Floats
from review.statistics.agreement.sample import Corrected, Formula, Sample, always, divide


def nominal_difference(positions: Floats) -> Floats:
    """Return 1 for any two different values, 0 on the diagonal; shape (K, K)."""
    return 1 - np.eye(len(positions))


def interval_difference(positions: Floats) -> Floats:
    """Return (x_k - x_l)^2; shape (K, K)."""
    return np.asarray((positions[:, None] - positions[None, :]) ** 2)


def ratio_difference(positions: Floats) -> Floats:
    """Return ((x_k - x_l) / (x_k + x_l))^2, 0 between zeros; shape (K, K)."""
    total = positions[:, None] + positions[None, :]
    return np.asarray(((positions[:, None] - positions[None, :]) / np.where(total == 0, 1, total)) ** 2)


def order(positions: Floats) -> Floats:
    """The indices of the values from lowest to highest: all that ordinal alpha needs to know."""
    return np.argsort(positions).astype(float)


def alpha(sample: Sample, delta: Floats) -> Corrected:
    """Compute alpha = 1 - D_o / D_e for a difference fixed beforehand: nominal, interval, ratio."""
    n_k = sample.values
    n = n_k.sum(axis=1)
    d_o = divide(sample.times @ sample.patterns.disagreement(delta), n)
    d_e = divide(((n_k @ delta) * n_k).sum(axis=1), n * (n - 1))
    return Corrected(d_o, d_e, delta.max())


def alpha_ordinal(sample: Sample, order: Floats) -> Corrected:
    """Compute alpha for ordinal data; ``order`` lists the values' indices from lowest to highest.

    The paper's difference (sum_{g=k..l} n_g - (n_k + n_l)/2)^2 is the squared distance of mean ranks R_k, so that
    sum_kl r_ik r_il (R_k - R_l)^2 = 2 [r_i sum_k r_ik R_k^2 - (sum_k r_ik R_k)^2] needs no table of values by values.
    """
    n_k = sample.values
    n = n_k.sum(axis=1)
    rank = mean_ranks(n_k, order)
    d_o = divide((sample.times * _within_ranks(sample, rank)).sum(axis=1), n)
    d_e = divide(2 * (n * (n_k * rank**2).sum(axis=1) - (n_k * rank).sum(axis=1) ** 2), n * (n - 1))
    return Corrected(d_o, d_e, np.ptp(rank, axis=1) ** 2)


def influence(sample: Sample, delta: Floats) -> Floats:
    """Return the linear part of alpha in one more item of each pattern, shape (P,): S = n. D_o, E = n. (n. - 1) D_e."""
    n_k = sample.values[0]
    within = sample.patterns.disagreement(delta)
    return _linear(sample, within, within, 2 * sample.patterns.counts @ (delta @ n_k), alpha(sample, delta))


def influence_ordinal(sample: Sample, order: Floats) -> Floats:
    """Return the same for ordinal alpha, where an item also moves the mean ranks, and through them every difference."""
    patterns, n_k = sample.patterns, sample.values[0]
    rank = mean_ranks(sample.values, order)[0]
    within = _within_ranks(sample, rank[None, :])[0]
    delta = interval_difference(rank)
    place = np.argsort(order)
    # below[k, g]: how far one more rating of value g raises the mean rank of value k
    below = (place[None, :] < place[:, None]) + 0.5 * np.eye(len(place))
    slope_o = _coincidence_slope(sample, rank) @ below
    slope_e = n_k * (n_k.sum() * rank - n_k @ rank) @ below
    s_of_item = within + 4 * patterns.counts @ slope_o
    e_of_item = 2 * patterns.counts @ (delta @ n_k) + 4 * patterns.counts @ slope_e
    return _linear(sample, within, s_of_item, e_of_item, alpha_ordinal(sample, order))


def mean_ranks(n_k: Floats, order: Floats) -> Floats:
    """Return R_k, the mean rank of value k among all pairable ratings, centred on zero; shape (B, K)."""
    index = order.astype(np.intp)
    rank = np.empty_like(n_k)
    ordered = n_k[:, index]
    rank[:, index] = np.cumsum(ordered, axis=1) - ordered / 2
    return rank - n_k.sum(axis=1, keepdims=True) / 2


def _within_ranks(sample: Sample, rank: Floats) -> Floats:
    """Return sum_kl r_ik r_il (R_k - R_l)^2 / (r_i - 1) under the ranks of B samples; shape (B, P)."""
    counts, r = sample.patterns.counts, sample.patterns.ratings
    first, second = rank @ counts.T, rank**2 @ counts.T
    return 2 * (r * second - first**2) / np.maximum(r - 1, 1)


def _coincidence_slope(sample: Sample, rank: Floats) -> Floats:
    """Return sum_l o_kl (R_k - R_l) for each k, the effect of a shift of R_k on observed disagreement; shape (K,)."""
    counts, r = sample.patterns.counts, sample.patterns.ratings
    pairs = sample.times[0] * sample.patterns.pairable / np.maximum(r - 1, 1)
    return rank * (counts.T @ (pairs * r)) - counts.T @ (pairs * (counts @ rank))


def _linear(sample: Sample, within: Floats, s_of_item: Floats, e_of_item: Floats, corrected: Corrected) -> Floats:
    """Return d alpha = -[r_i S + (n. - 1) dS - (n. - 1) S dE / E] / E for alpha = 1 - (n. - 1) S / E, centred."""
    patterns = sample.patterns
    n = sample.values[0].sum()
    s = sample.times[0] @ within
    e = n * (n - 1) * corrected.expected[0]
    change = -(patterns.ratings * s + (n - 1) * s_of_item - (n - 1) * s * e_of_item / e) / e
    change = np.where(patterns.pairable, change, np.nan)
    return np.asarray(change - np.nansum(sample.times[0] * change) / sample.pairable[0])


FORMULA = Formula(disagreement=alpha, influence=influence, refusal=always, source="linearisation, as in Gwet 2014")
FORMULA_ORDINAL = Formula(
    disagreement=alpha_ordinal, influence=influence_ordinal, refusal=always, source="linearisation, as in Gwet 2014"
)
NOMINAL = Coefficient("Krippendorff's alpha (nominal)", FORMULA, nominal_difference, any_scale)
ORDINAL = Coefficient("Krippendorff's alpha (ordinal)", FORMULA_ORDINAL, order, in_order, weighted=False)
INTERVAL = Coefficient("Krippendorff's alpha (interval)", FORMULA, interval_difference, numbers)
RATIO = Coefficient("Krippendorff's alpha (ratio)", FORMULA, ratio_difference, amounts)
