"""Cohen's kappa and Matthews' correlation of a judge with people, over all classes, with their intervals.

``se`` is the delta-method (Taylor) standard error. ``ci`` is made of quantiles of the Bayesian bootstrap by groups of
similar weight, or without draws by Taylor on the scale of Fisher's z.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from review.statistics.calibration.data import FloatArray, IntArray
from review.statistics.calibration.design import TAYLOR, Design, kish, taylor_se
from review.statistics.calibration.posterior import Margins, margin_draws, margins_of
from review.statistics.calibration.shares import CENSUS, TINY, Mask, Missing, quantiles, stream, t_quantile
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity


def kappa_of(margins: Margins) -> FloatArray:
    """Compute Cohen's kappa (1960), (p_o - p_e) / (1 - p_e); NaN where p_e = 1."""
    expected = (margins.truth * margins.verdict).sum(-1)
    room = 1 - expected
    return np.divide(margins.diagonal - expected, room, out=np.full_like(room, np.nan), where=room > TINY)


def mcc_of(margins: Margins) -> FloatArray:
    """Compute Matthews' correlation for K classes (Gorodkin 2004, Comput. Biol. Chem. 28, 367-374); NaN if constant."""
    expected = (margins.truth * margins.verdict).sum(-1)
    a, b = 1 - (margins.truth**2).sum(-1), 1 - (margins.verdict**2).sum(-1)
    scale = np.sqrt(np.maximum(a * b, 0))
    # Each factor is compared with TINY before the root, which would turn a rounding error of 1e-16 into 1e-8.
    varied = (a > TINY) & (b > TINY)
    return np.divide(margins.diagonal - expected, scale, out=np.full_like(scale, np.nan), where=varied)


def _kappa_gradient(margins: Margins, truth: IntArray, verdict: IntArray) -> FloatArray:
    r, c, diagonal = margins.truth[0], margins.verdict[0], margins.diagonal[0]
    expected = float(r @ c)
    d_observed = (truth == verdict) - diagonal
    d_expected = c[truth] + r[verdict] - 2 * expected
    return d_observed / (1 - expected) - (1 - diagonal) * d_expected / (1 - expected) ** 2


def _mcc_gradient(margins: Margins, truth: IntArray, verdict: IntArray) -> FloatArray:
    r, c, diagonal = margins.truth[0], margins.verdict[0], margins.diagonal[0]
    expected, a, b = float(r @ c), 1 - float(r @ r), 1 - float(c @ c)
    scale = math.sqrt(a * b)
    d_top = (truth == verdict) - diagonal - (c[truth] + r[verdict] - 2 * expected)
    d_a, d_b = -2 * (r[truth] - (1 - a)), -2 * (c[verdict] - (1 - b))
    return d_top / scale - (diagonal - expected) / scale / 2 * (d_a / a + d_b / b)


class Measure(NamedTuple):
    """A measure of agreement: its formula, its gradient in the weight of one row, and the reason when undefined."""

    formula: Callable[[Margins], FloatArray]
    gradient: Callable[[Margins, IntArray, IntArray], FloatArray]
    undefined: str


AGREEMENT = {
    "mcc": Measure(mcc_of, _mcc_gradient, "the labels or the verdicts are all of one class: no correlation exists"),
    "cohen_kappa": Measure(
        kappa_of, _kappa_gradient, "labels and verdicts are all of one class: chance explains all agreement"
    ),
}


def estimate_agreement(design: Design, *, missing: Missing, bootstrap: int, seed: int) -> dict[str, Quantity]:
    """Estimate MCC and Cohen's kappa over all classes; a missing verdict that counts as wrong is a class of its own."""
    matrix = design.matrix()
    if missing == "drop":
        matrix[:, -1] = 0
    used = np.ones(len(design.count), bool) if missing == "wrong" else design.verdict < design.classes
    rows, total = int(design.count[used].sum()), float(matrix.sum())
    if total <= 0:
        return {name: Quantity.missing("no labelled item has a verdict", n=rows) for name in AGREEMENT}
    margins = margins_of(matrix)
    simulated = None
    if bootstrap and not design.census:
        simulated = margin_draws(
            design, draws=bootstrap, keep_missing=missing == "wrong", rng=stream(seed, "agreement")
        )
    result = {}
    for name, (formula, gradient, reason) in AGREEMENT.items():
        value = float(formula(margins)[0])
        if math.isnan(value):
            result[name] = Quantity.missing(reason, n=rows)
            continue
        value = max(-1.0, min(1.0, value))
        influence = np.where(used, gradient(margins, design.truth, design.verdict) / total, 0.0)
        se = taylor_se(design, influence)
        if design.census:
            result[name] = Quantity(value=value, ci=(value, value), se=0.0, method=CENSUS, method_se=CENSUS, n=rows)
        elif simulated is not None:
            ends = quantiles(formula(simulated), value)
            result[name] = Quantity(
                value=value,
                ci=ends,
                se=se,
                method=f"Bayesian bootstrap by weight ({bootstrap} draws)",
                method_se=TAYLOR,
                n=rows,
            )
        else:
            result[name] = _fisher(design, value, se=se, margins=margins, used=used, rows=rows)
    return result


def _fisher(design: Design, value: float, *, se: float | None, margins: Margins, used: Mask, rows: int) -> Quantity:
    if value >= 1 - TINY:
        n = kish(design.weight, design.count * used) or 1.0
        low, _ = wilson(n, n, 2 * float(ndtr(t_quantile(design))) - 1)
        expected = float((margins.truth * margins.verdict).sum())
        bound = max(-1.0, (low - expected) / (1 - expected))
        return Quantity(
            value=value,
            ci=(bound, 1.0),
            se=se,
            method="perfect agreement: Wilson's bound of the accuracy",
            method_se=TAYLOR,
            n=rows,
        )
    if se is None or se < TINY or value <= -1 + TINY:
        why = "no interval: no variation between the items"
        return Quantity(value=value, ci=None, se=se, method=why, method_se=TAYLOR, n=rows)
    half = t_quantile(design) * se / (1 - value**2)
    centre = math.atanh(value)
    return Quantity(
        value=value,
        ci=(math.tanh(centre - half), math.tanh(centre + half)),
        se=se,
        method="Fisher z",
        method_se=TAYLOR,
        n=rows,
    )
