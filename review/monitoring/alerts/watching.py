"""Hold the series of an alert against its baseline: in which windows it rings, since when, and in which slice.

All traffic has half of the evidence. The slices of the baseline share a fifth, slices that are new since then another
fifth, each a smaller part than the one before, and pairs of slices the last tenth. The shares are fixed before a window
is looked at and sum up to at most 1, so the mean over all of them rings by chance in at most 5% of years, as one
detector does, however many there are.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from review.monitoring.alerts.basis import Basis, places_of
from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.found import Ring, Slice
from review.monitoring.alerts.series import ALL, Floats, Key, Series, is_pair
from review.statistics.watching.places import Part, explaining
from review.statistics.watching.rates import ALARM, begun, evidence
from review.statistics.watching.totals import UsualTotal, evidence_of_totals

LOOKS = {"day": 365.0, "hour": 8766.0, "week": 365.25 / 7}
QUIET_AFTER = {"day": 7, "hour": 168, "week": 1}
"""After a ring the replay goes on so many windows later, as if somebody had acknowledged and closed the alert."""
OF_ALL, OF_KNOWN, OF_NEW, OF_PAIRS = 0.5, 0.2, 0.2, 0.1


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
        strongest = int((each[:, over[0]] + _log_weights(series, found)).argmax())
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


def weights(series: Series, found: Basis) -> Floats:
    """Return the share of each key in the mean evidence; the shares sum up to at most 1."""
    if series.parts_only:
        return np.full(len(series.keys), 1 / max(len(series.keys), 1))
    first = np.array([int(np.flatnonzero(n)[0]) if n.any() else len(n) for n in series.trials])
    pair = np.array([is_pair(key) for key in series.keys], dtype=bool)
    new, none = found.new & ~pair, len(series.starts) + 1
    order = np.argsort(np.argsort(np.where(new, first, none), kind="stable"), kind="stable") + 1
    known = max(int((~new & ~pair).sum()) - 1, 1)
    shares = np.where(new, OF_NEW / (order * (order + 1.0)), OF_KNOWN / known)
    shares[pair] = np.where(found.pairs[pair], OF_PAIRS / max(int(found.pairs.sum()), 1), 0.0)
    shares[0] = OF_ALL
    return shares


def _mean(each: Floats, series: Series, found: Basis) -> Floats:
    if len(series.keys) == 1 or (each[1:] == -np.inf).all():
        mean: Floats = each[0]
        return mean
    summed: Floats = np.logaddexp.reduce(each + _log_weights(series, found)[:, None], axis=0)
    return summed


def _log_weights(series: Series, found: Basis) -> Floats:
    with np.errstate(divide="ignore"):
        logs: Floats = np.log(weights(series, found))
    return logs


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
    return found.total.expected(places_of(one, series))


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
        if key != ALL and not is_pair(key)
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
    field, value, *pair = series.keys[k]
    usual = None if found.new[k] else float(found.rates[k])
    and_field, and_value = pair or ("", "")
    return Slice(
        field=field, value=value, and_field=and_field, and_value=and_value, rate=x / n if n else 0.0, usual=usual,
        n=int(n), share=share,
    )  # fmt: skip
