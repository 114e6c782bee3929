"""What is usual of a series: its baseline, which keys have enough of it to be watched, and their limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.series import Floats, Key, Series, is_pair
from review.statistics.intervals import wilson
from review.statistics.watching.places import ENOUGH_BEFORE
from review.statistics.watching.rates import LEAST_EVENTS, LEAST_WINDOWS, Baseline, baseline
from review.statistics.watching.totals import UsualTotal, usual_total

WINDOWS = {"day": (28, 14), "hour": (672, 336), "week": (8, 4)}
"""Windows of the baseline: how many, and how many are enough."""
LEAST = {"day": LEAST_WINDOWS, "hour": LEAST_WINDOWS, "week": 4}
"""Days, days and weeks with traffic that a baseline needs."""
WEIGHT = 2.0
"""The rate of a slice is drawn to that of all traffic as by so many events."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """The baseline of a series: its first window, the first one that is watched, and what is usual.

    ``limits`` and ``spreads`` are those of each key, ``rates`` the usual rate of each, ``new`` whether a key has no
    traffic in the baseline. ``pairs`` are the keys that are pairs of slices and watched. ``undefined`` says why nothing
    is watched.
    """

    begin: int
    start: int
    total: Baseline | UsualTotal
    limits: Floats
    spreads: Floats
    rates: Floats
    new: np.ndarray
    pairs: np.ndarray
    undefined: str | None = None


def basis(one: Declared, series: Series, *, begin: int = 0) -> Basis:
    """Return the baseline of a series: the first four weeks from ``begin`` on in which there is enough traffic."""
    most, least = WINDOWS[one.alert.window]
    there = series.trials.max(axis=0, initial=0) > 0
    begin = next(
        (
            k
            for k in range(begin, len(there))
            if there[k] and _days(one, there[k : k + most]) >= LEAST[one.alert.window]
        ),
        begin,
    )
    size = most if len(there) - begin >= most + least else least
    x, n = series.events[:, begin : begin + size], series.trials[:, begin : begin + size]
    first = slice(None) if series.parts_only else slice(1)
    total: Baseline | UsualTotal
    if one.how == "total":
        total = _usual_total(one, series, begin, size)
        per_one = x[0].sum() / max(n[0].sum(), 1.0)
    else:
        total = _rate(one, x[first].sum(axis=0), n[first].sum(axis=0))
        per_one = total.rate
    limits = np.full(len(series.keys), 1.0 if series.parts_only else total.limit)
    spreads = np.full(len(series.keys), total.spread)
    if one.how in ("rate", "judges"):
        for k in range(len(series.keys)):
            own = _rate(one, x[k], n[k])
            if own.undefined is None:
                limits[k], spreads[k] = own.limit, own.spread
            if k and one.fixed is not None:
                # A slice that always lies over the limit is no news while the total does not.
                usual = baseline(x[k], n[k], least=LEAST[one.alert.window])
                limits[k] = max(limits[k], usual.limit) if usual.undefined is None else limits[k]
    pairs = _pairs(series.keys, n)
    if pairs.any() and isinstance(total, Baseline):
        _widen(pairs, x, n, limits=limits, spreads=spreads, total=total)
    prior = WEIGHT / per_one if per_one > 0 and one.how != "total" else 20.0
    rates = (x.sum(axis=1) + prior * per_one) / (n.sum(axis=1) + prior)
    return Basis(
        begin=begin, start=begin + size, total=total, limits=limits, spreads=spreads, rates=rates,
        new=n.sum(axis=1) == 0, pairs=pairs, undefined=total.undefined,
    )  # fmt: skip


def _widen(pairs: np.ndarray, x: Floats, n: Floats, *, limits: Floats, spreads: Floats, total: Baseline) -> None:
    """Raise the limits of the watched pairs so far that with 97.5% all of them lie over the truth, not each of them.

    Days that vary together vary a pair as much as its share of the events says, which its own few events may not show.
    """
    level = 1 - 0.05 / int(pairs.sum())
    for k in np.flatnonzero(pairs):
        events, trials = float(x[k].sum()), float(n[k].sum())
        spreads[k] = max(
            spreads[k] if events >= LEAST_EVENTS else 1.0, 1 + (total.spread - 1) * events / max(x[0].sum(), 1)
        )
        upper = wilson(events / spreads[k], trials / spreads[k], level)[1]
        limits[k] = max(limits[k], upper)


def _pairs(keys: Sequence[Key], n: Floats) -> np.ndarray:
    """Return which keys are pairs with enough traffic in the baseline that are not the same as one of their slices."""
    paired, every = np.array([is_pair(key) for key in keys], dtype=bool), n.sum(axis=1)
    alone = {key: every[k] for k, key in enumerate(keys)}
    for k in np.flatnonzero(paired).tolist():
        paired[k] = every[k] >= ENOUGH_BEFORE and every[k] not in (alone.get(keys[k][:2]), alone.get(keys[k][2:]))
    return paired


def _days(one: Declared, there: np.ndarray) -> int:
    """Return how many days (or weeks) have traffic."""
    if one.alert.window != "hour":
        return int(there.sum())
    full = there[: len(there) // 24 * 24].reshape(-1, 24)
    return int(full.any(axis=1).sum())


def _rate(one: Declared, x: Floats, n: Floats) -> Baseline:
    """Return the baseline of a rate; with too few events for one of its own, the limit of the settings counts."""
    what = one.alert.window
    found = baseline(x, n, limit=one.fixed, least=LEAST[what], what=what)
    fallback = one.alert.limit if one.fixed is None and one.how == "rate" else None
    if found.undefined and fallback is not None and found.windows >= LEAST[what]:
        return baseline(x, n, limit=fallback, least=LEAST[what], what=what)
    return found


def _usual_total(one: Declared, series: Series, begin: int, size: int) -> UsualTotal:
    there = series.trials[0, begin : begin + size] > 0
    x = series.events[0, begin : begin + size][there]
    limit = one.alert.limit if one.alert.condition == "above" else None
    places, what = np.asarray(places_of(one, series))[begin : begin + size][there].tolist(), one.alert.window
    return usual_total(x, places, limit=limit, least=LEAST[what], what=what)


def places_of(one: Declared, series: Series) -> list[int]:
    """Return the weekday of each window, 0 for weeks."""
    return [date.fromisoformat(s).weekday() if one.alert.window == "day" else 0 for s in series.starts]
