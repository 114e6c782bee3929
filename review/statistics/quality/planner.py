"""How many items make an interval as narrow as wanted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from review.basics.errors import InputError
from review.basics.words import spoken
from review.statistics.intervals import wilson
from review.statistics.quality.people import label_variance, people
from review.statistics.quality.strata import StratumCounts, shares
from review.statistics.quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class SampleSizePlan:
    """The items needed for an interval of ``half_width``: ``needed`` in all, ``more`` than the ``now`` there are.

    ``half_width_now`` is the half-width of the present items. ``per_stratum`` spreads the additional items over the
    groups. When no number is enough or nothing is known yet, ``needed`` and ``more`` are None and ``undefined`` gives
    the reason.
    """

    now: int
    half_width: float
    half_width_now: float | None = None
    needed: int | None = None
    more: int | None = None
    per_stratum: dict[str, int] | None = None
    undefined: str | None = None


def plan_sentence(plan: SampleSizePlan) -> str:
    """Describe a plan in one or two sentences, for pages and commands."""
    if plan.needed is None:
        return f"This cannot be planned: {plan.undefined}."
    wanted = f"± {plan.half_width:g}"
    now = "" if plan.half_width_now is None else f" The {plan.now:,} items so far give ± {plan.half_width_now:.3f}."
    if plan.more:
        return f"{plan.more:,} more items are needed for {wanted}, {plan.needed:,} in all.{now}"
    return f"No more items are needed for {wanted}.{now}"


def plan_agreement(coefficient: Quantity, half_width: float) -> SampleSizePlan:
    """Plan the items for an agreement coefficient, whose error shrinks with the square root of the items.

    The error now is half its interval. The plan assumes the same mix of raters.
    """
    _check(half_width)
    now = coefficient.n
    if coefficient.value is None:
        return SampleSizePlan(
            now=now, half_width=half_width, undefined=f"the coefficient is undefined ({coefficient.undefined})"
        )
    if coefficient.ci is None:
        return SampleSizePlan(
            now=now, half_width=half_width, undefined=f"there is no interval to scale ({coefficient.method})"
        )
    current = (coefficient.ci[1] - coefficient.ci[0]) / 2
    if current <= 0:
        return SampleSizePlan(
            now=now,
            half_width=half_width,
            undefined="the interval has no width (perfect agreement), so it cannot be scaled",
        )
    needed = math.ceil(now * (current / half_width) ** 2 - 1e-9)
    return SampleSizePlan(
        now=now, half_width=half_width, half_width_now=current, needed=needed, more=max(0, needed - now)
    )


def plan_recall(
    caught: int, positives: int, items: int, half_width: float, *, positive: str = "", level: float = 0.95
) -> SampleSizePlan:
    """Plan the items for a judge's recall (Wilson), when ``positives`` of ``items`` are positive so far.

    Recall is measured on positives only, so rare positives need many items: twice the positives take twice the items.
    """
    _check(half_width)
    if positives == 0:
        named = f"'{spoken(positive)}'" if positive else "the value"
        return SampleSizePlan(
            now=items,
            half_width=half_width,
            undefined=f"people have given {named} to no item yet, so there is nothing that the judge could have found",
        )
    recall = caught / positives
    needed_positives = _smallest(lambda n: _half(recall, n, level) <= half_width)
    needed = math.ceil(needed_positives * items / positives)
    return SampleSizePlan(
        now=items,
        half_width=half_width,
        half_width_now=_half(recall, positives, level),
        needed=needed,
        more=max(0, needed - items),
    )


def plan_quality(strata: Sequence[StratumCounts], half_width: float, *, level: float = 0.95) -> SampleSizePlan:
    """Plan the labels for the estimate from people, with the present allocation growing in proportion.

    A stratum grows until it is fully labelled. Half-width here is z times the standard error.
    """
    _check(half_width)
    estimate = people(strata, level=level)
    now = estimate.n
    if estimate.value is None:
        return SampleSizePlan(now=now, half_width=half_width, undefined=estimate.undefined)
    strata = [s for s in strata if s.labelled.n > 0]
    weights = shares(strata)
    z = float(ndtri((1 + level) / 2))
    unit = []  # (weight^2 s^2, m, N) of each stratum
    for h, (w, s) in enumerate(zip(weights, strata, strict=True)):
        correction = 0.0 if s.census else 1 / s.labelled.n - 1 / s.size
        variance = w * w * label_variance(strata, h) / correction if correction else 0.0
        unit.append((variance, s.labelled.n, s.size))

    def grown(factor: float) -> list[float]:
        return [min(size, m * factor) if v else float(m) for v, m, size in unit]

    def half(factor: float) -> float:
        counts = grown(factor)
        return z * math.sqrt(sum(v * (1 / m - 1 / u[2]) for (v, *_), m, u in zip(unit, counts, unit, strict=True) if v))

    current = half(1.0)
    if current <= half_width:
        return SampleSizePlan(
            now=now,
            half_width=half_width,
            half_width_now=current,
            needed=now,
            more=0,
            per_stratum={s.name: 0 for s in strata},
        )
    low, high = 1.0, 2.0
    while half(high) > half_width:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if half(middle) > half_width else (low, middle)
    more = {s.name: max(0, math.ceil(m - s.labelled.n - 1e-6)) for s, m in zip(strata, grown(high), strict=True)}
    total = sum(more.values())
    return SampleSizePlan(
        now=now, half_width=half_width, half_width_now=current, needed=now + total, more=total, per_stratum=more
    )


def _half(share: float, n: int, level: float) -> float:
    low, high = wilson(share * n, n, level)
    return (high - low) / 2


def _smallest(enough: Callable[[int], bool]) -> int:
    """Return the smallest number for which the monotone ``enough`` is true."""
    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check(half_width: float) -> None:
    if not 0 < half_width < 1:
        raise InputError(f"half-width: found {half_width}, expected a number between 0 and 1, such as 0.05.")
