"""How many more items it takes until an interval is as narrow as wanted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from review.basics.errors import InputError
from review.statistics.intervals import wilson
from review.statistics.quality.people import label_variance, people
from review.statistics.quality.strata import Stratum, shares
from review.statistics.quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``now`` items give half-width ``half_width_now``; ``needed`` would give ``half_width`` and are ``more`` than now.

    ``per_stratum`` says how the additional ones spread. When no number suffices or nothing is known yet, ``needed`` and
    ``more`` are None and ``undefined`` says why.
    """

    now: int
    half_width: float
    half_width_now: float | None = None
    needed: int | None = None
    more: int | None = None
    per_stratum: dict[str, int] | None = None
    undefined: str | None = None


def plan_agreement(coefficient: Quantity, half_width: float, *, level: float = 0.95) -> Plan:
    """Items for an agreement coefficient to reach ``half_width``: its error shrinks with the root of the items.

    The error now is half its (bootstrap) interval, else z times its standard error. The rater mix is taken to stay.
    """
    _check(half_width)
    now = coefficient.n
    if coefficient.value is None:
        return Plan(now=now, half_width=half_width, undefined=f"the coefficient is undefined ({coefficient.undefined})")
    if coefficient.ci is not None:
        current = (coefficient.ci[1] - coefficient.ci[0]) / 2
    else:
        current = float(ndtri((1 + level) / 2)) * (coefficient.se or 0.0)
    if current <= 0:
        return Plan(
            now=now,
            half_width=half_width,
            undefined="the interval has no width (perfect agreement), so it cannot be scaled",
        )
    needed = math.ceil(now * (current / half_width) ** 2 - 1e-9)
    return Plan(now=now, half_width=half_width, half_width_now=current, needed=needed, more=max(0, needed - now))


def plan_recall(caught: int, positives: int, items: int, half_width: float, *, level: float = 0.95) -> Plan:
    """Items for a judge's recall to reach ``half_width`` (Wilson), when ``positives`` of ``items`` are positive so far.

    Recall is measured on positives only, so rare ones cost many items: twice the positives need twice the items.
    """
    _check(half_width)
    if positives == 0:
        return Plan(
            now=items, half_width=half_width, undefined="no positive item yet, so the recall has no value to start from"
        )
    recall = caught / positives
    needed_positives = _smallest(lambda n: _half(recall, n, level) <= half_width)
    needed = math.ceil(needed_positives * items / positives)
    return Plan(
        now=items,
        half_width=half_width,
        half_width_now=_half(recall, positives, level),
        needed=needed,
        more=max(0, needed - items),
    )


def plan_quality(strata: Sequence[Stratum], half_width: float, *, level: float = 0.95) -> Plan:
    """Labels for the estimate from people to reach ``half_width``, the present allocation growing in proportion.

    A stratum grows until it is labelled in full. Half-width here is z times the standard error.
    """
    _check(half_width)
    estimate = people(strata, level=level)
    now = estimate.n
    if estimate.value is None:
        return Plan(now=now, half_width=half_width, undefined=estimate.undefined)
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
        return Plan(
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
    return Plan(
        now=now, half_width=half_width, half_width_now=current, needed=now + total, more=total, per_stratum=more
    )


def _half(share: float, n: int, level: float) -> float:
    low, high = wilson(share * n, n, level)
    return (high - low) / 2


def _smallest(enough: Callable[[int], bool]) -> int:
    """The smallest number for which the monotone ``enough`` holds."""
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
        raise InputError(f"half-width {half_width} found, expected a number between 0 and 1, such as 0.05.")
