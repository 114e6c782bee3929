"""When traffic is gone: three empty windows in a row that the same weekday and hour of other weeks do not explain.

A window is as long as the longest gap that the baseline had in hours with traffic, so nights and weekends without
customers are no gap. The chance that all three are empty comes from a negative binomial with the spread of the days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike

from review.basics.words import counted
from review.statistics.watching.rates import LEAST_EVENTS, LEAST_WINDOWS, Floats

WINDOWS = 3
FALSE_ALARMS = 0.05
"""The most false alarms a year."""
HOURS_A_YEAR = 8766
WEEK = 168


@dataclass(frozen=True, kw_only=True)
class UsualHours:
    """The usual traffic by hour of the week (168 means), how the days vary, and the length of a window in busy hours.

    ``spread`` is the size of the negative binomial, infinite for Poisson.
    """

    means: tuple[float, ...]
    spread: float
    window: int
    undefined: str | None = None


@dataclass(frozen=True, kw_only=True)
class Gone:
    """Whether traffic is gone: since when, after how many empty hours, and the chance of that in usual traffic.

    ``expected`` conversations would have come in these hours.
    """

    ringing: bool
    since: datetime | None
    hours: int
    expected: float
    chance: float
    undefined: str | None = None


def usual_hours(counts: ArrayLike, first: datetime) -> UsualHours:
    """Return the usual traffic of a baseline, hour by hour from ``first`` on. Undefined under 14 days or 5 events."""
    n = np.asarray(counts, dtype=float)
    n = n[: len(n) // 24 * 24]
    days = n.reshape(-1, 24)
    found = int((days.sum(axis=1) > 0).sum())
    reason = None
    if found < LEAST_WINDOWS:
        reason = f"the baseline has {counted(found, 'day')} with traffic; it needs {LEAST_WINDOWS}"
    elif n.sum() < LEAST_EVENTS:
        reason = f"the baseline has {counted(int(n.sum()), 'conversation')}; it needs {LEAST_EVENTS}"
    if reason:
        return UsualHours(means=(0.0,) * WEEK, spread=math.inf, window=1, undefined=reason)
    place = hours_of_week(first, len(n))
    means = _means(n, place)
    size = _size(days, means[place].reshape(-1, 24))
    return UsualHours(means=tuple(means.tolist()), spread=size, window=_gap(n, means[place], size))


def hours_of_week(first: datetime, hours: int) -> np.ndarray:
    """Return the hour of the week (0 to 167, from Monday 0:00) of each hour from ``first`` on."""
    return (first.weekday() * 24 + first.hour + np.arange(hours)) % WEEK


def _means(n: Floats, place: np.ndarray) -> Floats:
    """Return the mean of each hour of the week, drawn towards weekday times hour as by one week more."""
    weeks = np.bincount(place, minlength=WEEK)
    held = np.bincount(place, weights=n, minlength=WEEK)
    by_day, by_hour = held.reshape(7, 24).sum(axis=1), held.reshape(7, 24).sum(axis=0)
    seen = np.maximum(weeks.reshape(7, 24).max(axis=1), 1)
    apart = (by_day / seen)[:, None] * (by_hour / by_hour.sum())[None, :]
    return (held + apart.ravel()) / (weeks + 1)


def _size(days: Floats, usual: Floats) -> float:
    """Return the size k of the negative binomial of whole days: variance = mean + mean^2/k."""
    total, mean = days.sum(axis=1), usual.sum(axis=1)
    extra = float(((total - mean) ** 2 - mean).sum())
    return float((mean**2).sum()) / extra if extra > 0 else math.inf


def _gap(n: Floats, usual: Floats, size: float) -> int:
    """Return the longest run of empty hours among those in which traffic is usual, at least 1.

    A run that chance does not explain was an outage, and no usual gap.
    """
    longest = run = 0
    expected = 0.0
    for empty, mean in zip((n == 0)[usual > 0], usual[usual > 0], strict=True):
        run, expected = (run + 1, expected + float(mean)) if empty else (0, 0.0)
        if _empty(expected, size) > FALSE_ALARMS / HOURS_A_YEAR:
            longest = max(longest, run)
    return max(longest, 1)


def busy_hours(usual: UsualHours, begin: datetime, end: datetime) -> int:
    """Return how many whole hours from ``begin`` to ``end`` are hours with traffic in the baseline."""
    hours = max(int((end - begin) // timedelta(hours=1)), 0)
    return int((np.asarray(usual.means)[hours_of_week(begin, hours)] > 0).sum())


@dataclass(frozen=True, kw_only=True)
class Lagging:
    """A part of the traffic that the log has ``late`` busy hours after it happened; ``share`` by hour of the week."""

    late: int
    share: tuple[float, ...] = (1.0,) * WEEK


def shares(parts: Sequence[ArrayLike], first: datetime) -> list[tuple[float, ...]]:
    """Return the share of each part in the hours of the week, from its counts by hour from ``first`` on.

    In an hour of the week that is always empty, it is the share in all hours.
    """
    held = []
    for part in parts:
        n = np.asarray(part, dtype=float)
        held.append(np.bincount(hours_of_week(first, len(n)), weights=n, minlength=WEEK))
    total = np.sum(held, axis=0)
    of_all = [float(one.sum() / max(total.sum(), 1.0)) for one in held]
    return [
        tuple(np.where(total > 0, one / np.maximum(total, 1), whole).tolist())
        for one, whole in zip(held, of_all, strict=True)
    ]


def traffic_gone(
    usual: UsualHours, counts: Sequence[float], first: datetime, *, lags: Sequence[Lagging] = (Lagging(late=0),)
) -> Gone:
    """Return whether traffic is gone at the end of ``counts``, which are the hours from ``first`` on.

    It is when the last three windows are empty and chance explains that in fewer than 5% of years. ``lags`` are the
    parts of the traffic: in the first busy hours of an empty stretch, rows of a part may still arrive.
    """
    if usual.undefined:
        return Gone(ringing=False, since=None, hours=0, expected=0.0, chance=1.0, undefined=usual.undefined)
    n = np.asarray(counts, dtype=float)
    mu = np.asarray(usual.means)[hours_of_week(first, len(n))]
    filled = np.flatnonzero(n > 0)
    begin = int(filled[-1]) + 1 if len(filled) else 0
    place = hours_of_week(first, len(n))[begin:][mu[begin:] > 0]
    busy = mu[begin:][mu[begin:] > 0]
    expected = sum(float((busy * np.asarray(part.share)[place])[part.late :].sum()) for part in lags)
    waited = len(busy) - min((part.late for part in lags), default=0)
    chance = _empty(expected, usual.spread)
    ringing = waited >= WINDOWS * usual.window and chance <= FALSE_ALARMS * usual.window / HOURS_A_YEAR
    since = first + timedelta(hours=begin) if begin < len(n) else None
    return Gone(ringing=ringing, since=since, hours=len(n) - begin, expected=expected, chance=chance)


def _empty(expected: float, size: float) -> float:
    """Return the chance of no event where ``expected`` are."""
    return math.exp(-expected) if math.isinf(size) else math.exp(-size * math.log1p(expected / size))
