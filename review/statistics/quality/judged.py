"""Estimates from people and judge together: the stratified difference estimator and power-tuned PPI.

PPI is prediction-powered inference. Both estimates are sums over strata of independent parts (``parts.py``), whose
distances to their limits are combined by square-and-add (MOVER: Zou & Donner 2008, Stat. Med. 27, 1693-1702).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from review.statistics.quality.parts import (
    Part,
    difference_parts,
    first_phase,
    lopsided,
    ppi_parts,
    tuning,
    with_verdict,
)
from review.statistics.quality.people import finish, unlabelled_share
from review.statistics.quality.strata import StratumCounts, shares
from review.statistics.quantity import Quantity


@dataclass(frozen=True)
class Ppi:
    """The prediction-powered estimate with its tuning: lambda overall (weighted by N_h) and per stratum."""

    quantity: Quantity
    tuning: float | None
    tuning_by_stratum: dict[str, float]


def judge_alone(strata: Sequence[StratumCounts]) -> float | None:
    """Return the share of positive verdicts among all verdicts, strata weighted by N_h; None without verdicts."""
    judged = [s for s in strata if with_verdict(s) > 0]
    if not judged:
        return None
    size = [(s.rows if s.population is None else s.population) * with_verdict(s) / s.rows for s in judged]
    rate = [s.verdicts.positive / with_verdict(s) for s in judged]
    return sum(w * r for w, r in zip(size, rate, strict=True)) / sum(size)


def difference(strata: Sequence[StratumCounts], *, level: float = 0.95) -> Quantity:
    """Return the stratified difference estimate: sum_h N_h/N [mean F over the stratum + mean of Y - F over labelled].

    It is unbiased for any judge (Cochran 1977, Sampling Techniques, section 7.2). Conversations without a verdict are a
    post-stratum of their own. Where verdicts are known for only part of a population, the uncertainty of that part is
    added (two-phase sampling). Undefined without labels, without verdicts, or without labels that have a verdict.
    """
    return _combine(strata, difference_parts, "difference estimator: Tango's score limits, square-and-add", level)


def ppi(strata: Sequence[StratumCounts], *, level: float = 0.95) -> Ppi:
    """Return power-tuned prediction-powered inference by stratum (Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453).

    mean Y + lambda (mean F over unlabelled - mean F over labelled), lambda = cov(Y, F)/((1 + n/N) var F) with n
    labelled, N unlabelled, the covariance over the labelled and the variance over both. A useless judge gets
    lambda = 0, which leaves the estimate from people. Because lambda (1 + n/N) is the slope of Y on F, this is the
    regression estimator of survey sampling; because F has two values, it is post-stratification on the verdict. The
    limits are Wilson's by verdict, on the effective number n/(1 - n/N), joined by square-and-add and centred on the
    estimate.
    """
    found = _combine(strata, ppi_parts, "power-tuned PPI: Wilson's limits by verdict, square-and-add", level)
    if found.value is None:
        return Ppi(found, None, {})
    tuned = [s for s in strata if s.judged.n and with_verdict(s) > s.judged.n]
    by_stratum = {s.name: tuning(s) for s in tuned}
    total = sum(w * by_stratum[s.name] for w, s in zip(shares(tuned), tuned, strict=True)) if tuned else 0.0
    return Ppi(found, total, by_stratum)


def _combine(
    strata: Sequence[StratumCounts], parts_of: Callable[[StratumCounts, float], list[Part]], method: str, level: float
) -> Quantity:
    strata = [s for s in strata if s.size > 0]
    n = sum(s.labelled.n for s in strata)
    reason = _why_not(strata)
    if reason:
        return Quantity.missing(reason, n=n, method=method)
    unlabelled = unlabelled_share(strata).share
    strata = [s for s in strata if s.labelled.n > 0]
    z2 = float(ndtri((1 + level) / 2)) ** 2
    value = below = above = variance = 0.0
    for w, s in zip(shares(strata), strata, strict=True):
        parts, first = parts_of(s, level), first_phase(s)
        value += w * sum(p.share * p.value for p in parts)
        below += w * w * (z2 * first + sum((p.share * p.below) ** 2 for p in parts))
        above += w * w * (z2 * first + sum((p.share * p.above) ** 2 for p in parts))
        variance += w * w * (first + sum(p.share**2 * p.variance for p in parts))
    value = min(1.0, max(0.0, value))
    ci = (max(0.0, value - math.sqrt(below)), min(1.0, value + math.sqrt(above)))
    found = Quantity(value=value, ci=ci, se=math.sqrt(variance), method=method, method_se="variance within strata", n=n)
    return finish(found, strata, unlabelled)


def _why_not(strata: Sequence[StratumCounts]) -> str | None:
    """Return the reason why labels and verdicts cannot be combined, or None."""
    if not sum(s.labelled.n for s in strata):
        return "no conversation is labelled"
    if not sum(with_verdict(s) for s in strata):
        return "no conversation has a verdict"
    if not sum(s.judged.n for s in strata):
        return "no labelled conversation has a verdict"
    if all(s.labelled.n == s.rows for s in strata):
        return "every known conversation is labelled, so the judge adds nothing to people's labels"
    odd = next((q for q in map(lopsided, strata) if q is not None), None)
    return odd.undefined if odd else unlabelled_share(strata).reason
