"""The estimate from people's labels alone: stratified mean, finite-population correction, Korn-Graubard interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from review.statistics.intervals import clopper_pearson, wilson
from review.statistics.quality.bounds import consistent
from review.statistics.quality.strata import Cell, StratumCounts, shares, spread
from review.statistics.quantity import Quantity

NEGLIGIBLE = 0.01
"""The largest share of the traffic in strata without a label for which there is an estimate.

The interval is then widened by all values that this share could have.
"""
SMALL_FRACTION = 0.1
"""Below this sampling fraction the finite-population correction is ignored (Cochran 1977, section 2.6)."""
STRATIFIED = "Korn-Graubard by stratum (Clopper-Pearson on effective sample sizes), square-and-add"


def people(strata: Sequence[StratumCounts], *, level: float = 0.95) -> Quantity:
    """Estimate the share of positive conversations from people's labels alone.

    Each labelled item of stratum h represents N_h/m_h conversations. With one stratum the interval is Wilson's; when
    more than a tenth of a known population is labelled, on the effective size m/(1 - m/N). With several strata it is
    that of Korn & Graubard (1998, Survey Methodology 24, 193-201): Clopper-Pearson on the effective sample size, in
    each stratum on m_h/(1 - m_h/N_h), joined by square-and-add (Zou & Donner 2008, Stat. Med. 27, 1693-1702). Survey
    packages take it over the total instead, which makes the lower limit too high where the largest stratum is nearly
    unanimous: with all failing plus 1% of the rest it contained the truth in 84% of draws instead of 95%
    (tests/bench/quality_coverage.py). A fully labelled stratum adds no width; a unanimous one does. The limits never
    contradict the labels.

    In the standard error, a stratum with one label borrows the variance of its neighbour in the list, and a unanimous
    one takes that of (k + 1/2)/(m + 1). Undefined when nothing is labelled, or when more than 1% of the traffic is in
    strata without a label.
    """
    strata = [s for s in strata if s.size > 0]
    n = sum(s.labelled.n for s in strata)
    if n == 0:
        return Quantity.missing("no conversation is labelled", method="people")
    unlabelled = unlabelled_share(strata)
    if unlabelled.reason:
        return Quantity.missing(unlabelled.reason, n=n, method="people")
    strata = [s for s in strata if s.labelled.n > 0]
    if all(s.census for s in strata) and not unlabelled.share:
        value = sum(s.labelled.positive for s in strata) / n
        return Quantity(
            value=value,
            ci=(value, value),
            se=0.0,
            method="every conversation is labelled, so nothing is estimated",
            method_se="every conversation is labelled, so nothing is estimated",
            n=n,
        )
    found = _one(strata[0], level) if len(strata) == 1 else _several(strata, level)
    return finish(found, strata, unlabelled.share)


class Unlabelled(NamedTuple):
    """The share of the traffic in strata without labels, and the reason why it rules out an estimate (or None)."""

    share: float
    reason: str | None


def unlabelled_share(strata: Sequence[StratumCounts]) -> Unlabelled:
    """Return the share of the traffic in strata without a label, and whether it is small enough to estimate."""
    if len(strata) > 1 and any(s.population is None for s in strata):
        return Unlabelled(0.0, "the populations of the groups are unknown, and so are their weights")
    bare = [(s.name, w) for s, w in zip(strata, shares(strata), strict=True) if s.labelled.n == 0]
    share = sum(w for _, w in bare)
    if share <= NEGLIGIBLE:
        return Unlabelled(share, None)
    names = ", ".join(f"'{name}'" for name, _ in bare)
    groups = "the group" if len(bare) == 1 else "the groups"
    return Unlabelled(share, f"no conversation of {groups} {names} is labelled, {share:.1%} of the traffic")


def finish(found: Quantity, strata: Sequence[StratumCounts], unlabelled: float) -> Quantity:
    """Keep an estimate and its interval within what the labels prove, and widen it by the strata without any label.

    In a stratum without labels, anything from none to all may be positive.
    """
    if found.value is None or found.ci is None:
        return found
    value, (low, high) = consistent(found.value, *found.ci, strata)
    method = found.method
    if unlabelled:
        low, high = low * (1 - unlabelled), high * (1 - unlabelled) + unlabelled
        method += f"; widened by the {unlabelled:.2%} of the traffic in strata without a label"
    return replace(found, value=value, ci=(low, high), method=method)


def _one(stratum: StratumCounts, level: float) -> Quantity:
    m, k = stratum.labelled
    fraction = m / stratum.size
    if fraction > SMALL_FRACTION:
        shrink = 1 - fraction
        method = "Wilson on the effective sample size m/(1 - m/N)"
    else:
        shrink = 1.0
        method = "Wilson"
    return Quantity(
        value=k / m,
        ci=wilson(k / shrink, m / shrink, level),
        se=math.sqrt(spread(Cell(m, k)) / m * shrink),
        method=method,
        method_se="binomial",
        n=m,
    )


def _several(strata: Sequence[StratumCounts], level: float) -> Quantity:
    weights = shares(strata)
    value = below = above = variance = 0.0
    for h, (w, s) in enumerate(zip(weights, strata, strict=True)):
        m, k = s.labelled
        value += w * k / m
        variance += w * w * label_variance(strata, h)
        if not s.census:
            shrink = 1 - m / s.size
            low, high = clopper_pearson(k / shrink, m / shrink, level)
            below += (w * (k / m - low)) ** 2
            above += (w * (high - k / m)) ** 2
    ci = (value - math.sqrt(below), value + math.sqrt(above))
    n = sum(s.labelled.n for s in strata)
    se = math.sqrt(variance)
    return Quantity(value=value, ci=ci, se=se, method=STRATIFIED, method_se="variance within strata", n=n)


def label_variance(strata: Sequence[StratumCounts], h: int) -> float:
    """Return the variance of stratum ``h``'s mean label: (1/m - 1/N) s^2.

    It is zero when the stratum is fully labelled; a single label takes s^2 pooled with a neighbour.
    """
    stratum = strata[h]
    m, k = stratum.labelled
    if stratum.census or m == 0:
        return 0.0
    cell = Cell(m, k)
    if m == 1 and len(strata) > 1:
        other = strata[h + 1 if h + 1 < len(strata) else h - 1].labelled
        cell = Cell(m + other.n, k + other.positive)
    return (1 / m - 1 / stratum.size) * spread(cell)
