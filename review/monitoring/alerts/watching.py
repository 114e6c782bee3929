"""Hold the series of an alert against its baseline: in which windows it rings, since when, and in which slice.

All traffic has half of the evidence. The slices of the baseline share a quarter, and slices that are new since then the
other quarter, each a smaller part than the one before; so the mean over all of them rings by chance in at most 5% of
years, as one detector does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.found import Ring, Slice
from review.monitoring.alerts.series import ALL, Floats, Key, Series
from review.statistics.watching.places import Part, explaining
from review.statistics.watching.rates import ALARM, LEAST_WINDOWS, Baseline, baseline, begun, evidence
from review.statistics.watching.totals import UsualTotal, evidence_of_totals, usual_total

LOOKS = {"day": 365.0, "hour": 8766.0, "week": 365.25 / 7}
WINDOWS = {"day": (28, 14), "hour": (672, 336), "week": (8, 4)}
"""Windows of the baseline: how many, and how many are enough."""
LEAST = {"day": LEAST_WINDOWS, "hour": LEAST_WINDOWS, "week": 4}
"""Days, days and weeks with traffic that a baseline needs."""
QUIET_AFTER = {"day": 7, "hour": 168, "week": 1}
"""After a ring the replay goes on so many windows later, as if somebody had acknowledged and closed the alert."""
OF_ALL, OF_KNOWN, OF_NEW = 0.5, 0.25, 0.25
WEIGHT = 2.0
"""The rate of a slice is drawn to that of all traffic as by so many events."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """The baseline of a series: its first window, the first one that is watched, and what is usual.

    ``limits`` and ``spreads`` are those of each key, ``rates`` the usual rate of each, ``new`` whether a key has no
    traffic in the baseline. ``undefined`` says why nothing is watched.
    """

    begin: int
    start: int
    total: Baseline | UsualTotal
    limits: Floats
    spreads: Floats
    rates: Floats
    new: np.ndarray
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
    prior = WEIGHT / per_one if per_one > 0 and one.how != "total" else 20.0
    rates = (x.sum(axis=1) + prior * per_one) / (n.sum(axis=1) + prior)
    return Basis(
        begin=begin, start=begin + size, total=total, limits=limits, spreads=spreads, rates=rates,
        new=n.sum(axis=1) == 0, undefined=total.undefined,
    )  # fmt: skip


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
    places, what = np.asarray(_places(one, series))[begin : begin + size][there].tolist(), one.alert.window
    return usual_total(x, places, limit=limit, least=LEAST[what], what=what)


def _places(one: Declared, series: Series) -> list[int]:
    """Return the weekday of each window, 0 for weeks."""
    return [date.fromisoformat(s).weekday() if one.alert.window == "day" else 0 for s in series.starts]


def rings(one: Declared, series: Series, found: Basis, *, start: int | None = None) -> list[Ring]:
    """Return when an alert rings, in order, if it is acknowledged and closed soon after each ring."""
    out: list[Ring] = []
    at = found.start if start is None else max(start, found.start)
    while found.undefined is None and at < len(series.starts):
        each = _evidence(one, series, found, at)
        over = np.flatnonzero(_mean(each, series, found) >= math.log(ALARM))
        if not len(over):
            break
        place = at + int(over[0])
        strongest = int((each[:, over[0]] + np.log(_weights(series, found))).argmax())
        out.append(_ring(one, series, found, start=at, place=place, strongest=strongest))
        at = place + 1 + QUIET_AFTER[one.alert.window]
    return out


def _evidence(one: Declared, series: Series, found: Basis, at: int) -> Floats:
    looks, x, n = LOOKS[one.alert.window], series.events[:, at:], series.trials[:, at:]
    n = np.where(n >= one.alert.least_n, n, 0)
    if one.how != "total":
        return evidence(np.where(n > 0, x, 0), n, limit=found.limits, spread=found.spreads, looks=looks)
    assert isinstance(found.total, UsualTotal)
    total = np.where(n[0] > 0, x[0], math.nan)
    expected = expected_totals(one, series, found)[at:]
    each = np.full(x.shape, -np.inf)
    each[0] = evidence_of_totals(total, expected, spread=found.total.spread, looks=looks)
    return each


def _weights(series: Series, found: Basis) -> Floats:
    """Return the share of each key in the mean evidence; the shares sum up to at most 1."""
    if series.parts_only:
        return np.full(len(series.keys), 1 / max(len(series.keys), 1))
    first = np.array([int(np.flatnonzero(n)[0]) if n.any() else len(n) for n in series.trials])
    order = np.argsort(np.argsort(np.where(found.new, first, len(series.starts) + 1), kind="stable"), kind="stable") + 1
    known = max(int((~found.new).sum()) - 1, 1)
    weights = np.where(found.new, OF_NEW / (order * (order + 1.0)), OF_KNOWN / known)
    weights[0] = OF_ALL
    return weights


def _mean(each: Floats, series: Series, found: Basis) -> Floats:
    if len(series.keys) == 1 or (each[1:] == -np.inf).all():
        mean: Floats = each[0]
        return mean
    summed: Floats = np.logaddexp.reduce(each + np.log(_weights(series, found))[:, None], axis=0)
    return summed


def _ring(one: Declared, series: Series, found: Basis, *, start: int, place: int, strongest: int) -> Ring:
    """Return one ring: since when, how high, and which slices explain it."""
    if one.how == "total":
        since = place
        while since > start and series.events[0, since - 1] > 1.25 * _expected(one, series, found, since - 1):
            since -= 1
        bound, key = _expected(one, series, found, place), 0
    else:
        key = strongest
        x, n = series.events[key, start : place + 1], series.trials[key, start : place + 1]
        since, bound = start + begun(x, n, limit=float(found.limits[key])), float(found.limits[0])
    span = slice(since, place + 1)
    shown = key if series.parts_only else 0
    x, n = series.events[shown, span], series.trials[shown, span]
    value = float(x.sum() / n.sum()) if one.how != "total" and n.sum() else float(x.mean())
    slices = [_slice(series, key, span, 1.0, found)] if series.parts_only else _explained(one, series, found, span, key)
    return Ring(
        at=series.starts[place], since=series.starts[since], value=value, bound=bound, n=int(n.sum()),
        events=float(x.sum()), slices=tuple(slices),
    )  # fmt: skip


def expected_totals(one: Declared, series: Series, found: Basis) -> Floats:
    """Return the most that is usual of the total of each window."""
    assert isinstance(found.total, UsualTotal)
    return found.total.expected(_places(one, series))


def _expected(one: Declared, series: Series, found: Basis, place: int) -> float:
    return float(expected_totals(one, series, found)[place])


def _explained(one: Declared, series: Series, found: Basis, span: slice, strongest: int) -> list[Slice]:
    x, n = series.events[:, span].sum(axis=1), series.trials[:, span].sum(axis=1)
    rates = usual_events(one, found.rates, float(found.rates[0]))
    parts = {
        key: Part(
            name=key[0], value=key[1], events=float(x[k]), trials=float(n[k]), usual=float(n[k] * rates[k]),
            new=bool(found.new[k]),
        )
        for k, key in enumerate(series.keys)
        if key != ALL
    }  # fmt: skip
    usual = float(n[0] * rates[0])
    named = explaining(list(parts.values()), events=float(x[0]), trials=float(n[0]), usual=usual)
    place: dict[Key, int] = {key: k for k, key in enumerate(series.keys)}
    out = [_slice(series, place[e.part.name, e.part.value], span, e.share, found) for e in named]
    over = strongest and (one.fixed is None or x[strongest] > one.fixed * n[strongest])
    return out or ([_slice(series, strongest, span, 1.0, found)] if over else [])


def usual_events(one: Declared, rate: ArrayLike, of_all: float) -> Floats:
    """Return the rate over which events are too many in parts with these usual rates; ``of_all`` is that of the total.

    With a limit that somebody set it is the limit, so that no part within it is called the cause. A part that always
    lies over the limit is no news while the total does not.
    """
    usual = np.asarray(rate, dtype=float)
    if one.fixed is None:
        return usual
    return np.full_like(usual, one.fixed) if of_all > one.fixed else np.maximum(usual, one.fixed)


def _slice(series: Series, k: int, span: slice, share: float, found: Basis) -> Slice:
    x, n = float(series.events[k, span].sum()), float(series.trials[k, span].sum())
    field, value = series.keys[k]
    usual = None if found.new[k] else float(found.rates[k])
    return Slice(field=field, value=value, rate=x / n if n else 0.0, usual=usual, n=int(n), share=share)
