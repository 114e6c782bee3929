"""The independent parts of an estimate that combines people and judge, one stratum at a time.

F is the judge's verdict (1 positive, 0 not), Y the settled label. The conversations of a stratum without a verdict form
a post-stratum of their own and are estimated from people alone. Each part has a score interval, which keeps some width
where the sample shows no disagreement.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from review.statistics.intervals import wilson
from review.statistics.quality.strata import Cell, StratumCounts, spread
from review.statistics.quantity import Quantity
from review.statistics.tango import tango

PLAUSIBLE = 0.01
"""A post-stratum without a label is pooled when chance can explain it with at least this probability.

Otherwise there is no estimate.
"""


class Part(NamedTuple):
    """An independent part: its share of the stratum, its value, the distances to its limits, its variance."""

    share: float
    value: float
    below: float
    above: float
    variance: float


def difference_parts(stratum: StratumCounts, level: float) -> list[Part]:
    """Return mean F over the judged plus the mean of Y - F over the labelled of them; the unjudged from people.

    The bias is a difference of paired proportions: limits of Tango (1998) on the effective number m/(1 - m/N).
    """
    known, m = with_verdict(stratum), stratum.judged.n
    if not m:
        return _people_only(stratum, level)
    missed, invented = stratum.said_other.positive, stratum.said_positive.n - stratum.said_positive.positive
    bias = (missed - invented) / m
    shrink = 1 - m / (known * _stands_for(stratum))
    low, high = tango(missed / shrink, invented / shrink, m / shrink, level) if shrink > 0 else (bias, bias)
    variance = shrink * _bias_variance(missed, invented, m)
    judged = Part(_judged_share(stratum), stratum.verdicts.positive / known + bias, bias - low, high - bias, variance)
    return [judged, *_unjudged(stratum, level)]


def ppi_parts(stratum: StratumCounts, level: float) -> list[Part]:
    """Return the power-tuned estimate over the judged, the unjudged from people; limits are Wilson's by verdict."""
    known, (m, k) = with_verdict(stratum), stratum.judged
    if not m:
        return _people_only(stratum, level)
    value = k / m
    if known > m:
        f_unlabelled = (stratum.verdicts.positive - stratum.said_positive.n) / (known - m)
        value += tuning(stratum) * (f_unlabelled - stratum.said_positive.n / m)
    kinds = list(zip(stratum.cells[:2], stratum.verdicts[:2], strict=True))
    if any(cell.n == 0 < count for cell, count in kinds):
        kinds = [(stratum.judged, known)]
    times = _stands_for(stratum)
    parts = [_of_one_kind(cell, count * times, count / known, level) for cell, count in kinds if count]
    below = math.sqrt(sum((p.share * p.below) ** 2 for p in parts))
    above = math.sqrt(sum((p.share * p.above) ** 2 for p in parts))
    variance = sum(p.share**2 * p.variance for p in parts)
    return [Part(_judged_share(stratum), value, below, above, variance), *_unjudged(stratum, level)]


def tuning(stratum: StratumCounts) -> float:
    """Return the stratum's lambda; 0 when label or verdict do not vary among the labelled, or all are labelled."""
    (n1, y1), (n0, y0) = stratum.said_positive, stratum.said_other
    n, known = n1 + n0, with_verdict(stratum)
    if n < 2 or known <= n:
        return 0.0
    covariance = (y1 - n1 * (y1 + y0) / n) / (n - 1)
    variance = stratum.verdicts.positive * stratum.verdicts.other / (known * (known - 1))
    return covariance / ((1 + n / (known - n)) * variance) if variance else 0.0


def with_verdict(stratum: StratumCounts) -> int:
    """Count the conversations of the stratum with a verdict."""
    return stratum.verdicts.positive + stratum.verdicts.other


def first_phase(stratum: StratumCounts) -> float:
    """Return the variance from knowing the verdicts of only R of N conversations: (1/R - 1/N) s^2 of the labels."""
    return (1 / stratum.rows - 1 / stratum.size) * spread(stratum.labelled)


def lopsided(stratum: StratumCounts) -> Quantity | None:
    """Return an undefined quantity when all labels have a verdict, or none has, and chance does not explain it."""
    m = stratum.labelled.n
    for side, size, labelled in (
        ("with", with_verdict(stratum), stratum.judged.n),
        ("without", stratum.verdicts.missing, stratum.said_nothing.n),
    ):
        share = size / stratum.rows if stratum.rows else 0.0
        if labelled == 0 and m and 0 < share < 1 and (1 - share) ** m < PLAUSIBLE:
            return Quantity.missing(
                f"none of the {m} labelled conversations of the group '{stratum.name}' is {side} a verdict, although "
                f"{share:.1%} of the group are: the labelled conversations are not a random part of it"
            )
    return None


def _people_only(stratum: StratumCounts, level: float) -> list[Part]:
    """Return the estimate from people, for a stratum without a labelled conversation that has a verdict."""
    return [_of_one_kind(stratum.labelled, stratum.rows, 1.0, level)]


def _unjudged(stratum: StratumCounts, level: float) -> list[Part]:
    missing = stratum.verdicts.missing
    if not stratum.said_nothing.n:
        return []
    return [_of_one_kind(stratum.said_nothing, missing, missing / stratum.rows, level)]


def _judged_share(stratum: StratumCounts) -> float:
    """Return the judged share; it is 1 when nobody labelled a conversation without a verdict."""
    return with_verdict(stratum) / stratum.rows if stratum.said_nothing.n else 1.0


def _stands_for(stratum: StratumCounts) -> float:
    """Return how many conversations each judged one stands for: more than one where the unjudged are pooled."""
    return 1.0 if stratum.said_nothing.n else stratum.rows / with_verdict(stratum)


def _of_one_kind(cell: Cell, count: float, share: float, level: float) -> Part:
    """Estimate the mean label of ``count`` conversations of one kind, of which those in ``cell`` are labelled."""
    value = cell.positive / cell.n
    shrink = 1 - cell.n / count
    low, high = wilson(cell.positive / shrink, cell.n / shrink, level) if shrink > 0 else (value, value)
    return Part(share, value, value - low, high - value, shrink * spread(cell) / cell.n)


def _bias_variance(missed: float, invented: float, m: int) -> float:
    """Return the variance of the mean of Y - F over ``m``, with half a disagreement per side where it has no spread."""
    if missed + invented == 0 or m in (missed, invented):
        missed_, invented_, total = missed + 0.5, invented + 0.5, m + 1.0
    else:
        missed_, invented_, total = missed, invented, float(m)
    bias = (missed_ - invented_) / total
    return ((missed_ + invented_) / total - bias * bias) / max(1.0, total - 1)
