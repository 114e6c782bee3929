"""When a rate that is looked at every day has risen: a restarting e-detector, and a confidence sequence for display.

Looked at every day, a 95% interval leaves its baseline by chance 9 to 19 times a year. Here each look multiplies the
evidence that the rate is r times its baseline, and adds a little for a change that begins today. Without a change the
evidence reaches ``ALARM`` in at most 5% of years, however often one looks (Ville's inequality; Shin, Ramdas & Rinaldo
2023, "E-detectors"). ``tests/bench/false_alarms.py`` measures it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln

from review.basics.words import counted
from review.statistics.intervals import wilson

Floats = NDArray[np.float64]

RISES = (1.25, 1.5, 2.0, 3.0)
"""How many times its baseline the rate may have become: evidence is kept for each."""
ALARM = 20.0
"""The alarm sounds when the mean of the evidence is at least this: 1/20 is the chance of a false one in a year."""
LEAST_WINDOWS = 14
LEAST_EVENTS = 5


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What a rate was before it is watched.

    ``limit`` is the rate that nobody need be told of: the upper limit of the baseline, or a limit that somebody set.
    ``spread`` is how many times more the windows vary than chance alone explains, at least 1. ``rate`` is the rate
    itself, of ``n`` in ``windows`` windows. When ``undefined`` gives a reason, nothing can be watched.
    """

    limit: float
    spread: float
    rate: float
    n: float
    windows: int
    undefined: str | None = None


def baseline(
    events: ArrayLike, trials: ArrayLike, *, limit: float | None = None, least: int = LEAST_WINDOWS, what: str = "day"
) -> Baseline:
    """Return the baseline of a rate from its windows, such as the 28 days before it is watched.

    ``limit`` is set by somebody, so no upper limit is computed, and no events are needed. Windows without trials say
    nothing. Undefined under 14 windows with trials, or under 5 events.
    """
    x, n = np.asarray(events, dtype=float), np.asarray(trials, dtype=float)
    x, n = x[n > 0], n[n > 0]
    total, count = float(n.sum()), float(x.sum())
    rate = count / total if total else 0.0
    reason = None
    if len(n) < least:
        reason = f"the baseline has {counted(len(n), what)} with traffic; it needs {least}"
    elif limit is None and count < LEAST_EVENTS:
        reason = f"the baseline has {counted(round(count), 'event')}; it needs {LEAST_EVENTS}"
    spread = _spread(x, n, rate) if len(n) > 1 else 1.0
    if limit is None:
        limit = wilson(count / spread, total / spread)[1] if total else 1.0
    if reason is None and not 0 < limit * RISES[0] < 1:
        reason = f"a rate of {limit:.0%} is too near to its end to rise by a quarter"
    return Baseline(limit=limit, spread=spread, rate=rate, n=total, windows=len(n), undefined=reason)


def _spread(x: Floats, n: Floats, rate: float) -> float:
    if not 0 < rate < 1:
        return 1.0
    return max(1.0, float(((x - n * rate) ** 2 / (n * rate * (1 - rate))).sum()) / (len(n) - 1))


def evidence(
    events: ArrayLike, trials: ArrayLike, *, limit: ArrayLike, spread: ArrayLike = 1.0, looks: float = 365
) -> Floats:
    """Return the logarithm of the mean evidence after each look, for windows in the last axis.

    ``looks`` is how many looks there are in a year. ``limit`` and ``spread`` have the shape of the other axes. A
    window without trials is no look. The evidence is not reset at an alarm: only what comes before it counts.
    """
    x, n = np.asarray(events, dtype=float), np.asarray(trials, dtype=float)
    p, phi = np.asarray(limit, dtype=float)[..., None], np.asarray(spread, dtype=float)[..., None]
    rises = np.array(RISES)
    able = rises * p < 1
    with np.errstate(divide="ignore"):
        miss = np.where(able, np.log1p(-np.where(able, rises * p, 0)) - np.log1p(-p), 0)
    inject, state = (
        math.log(1 / looks),
        np.full((*np.broadcast_shapes(x.shape[:-1], p.shape[:-1]), len(RISES)), -np.inf),
    )
    out = np.empty((*state.shape[:-1], x.shape[-1]))
    for day in range(x.shape[-1]):
        hits, rest = x[..., day, None], n[..., day, None] - x[..., day, None]
        stepped = np.logaddexp(state, inject) + (hits * np.log(rises) + rest * miss) / phi
        state = np.where(able & (n[..., day, None] > 0), stepped, state)
        out[..., day] = _log_mean(state, able)
    return out


def _log_mean(state: Floats, able: NDArray[np.bool_]) -> Floats:
    """Return the logarithm of the mean of the evidence that there is."""
    with np.errstate(divide="ignore"):
        kept = np.where(able, state, -np.inf)
        found: Floats = np.logaddexp.reduce(kept, axis=-1) - np.log(np.maximum(able.sum(axis=-1), 1))
    return found


def begun(events: ArrayLike, trials: ArrayLike, *, limit: float) -> int:
    """Return the window in which a rise began that is seen in the last window: the likeliest one (CUSUM)."""
    x, n = np.asarray(events, dtype=float), np.asarray(trials, dtype=float)
    best, place = -math.inf, len(x) - 1
    for rise in RISES:
        if rise * limit < 1:
            each = x * math.log(rise) + (n - x) * (math.log1p(-rise * limit) - math.log1p(-limit))
            since = np.cumsum(each[::-1])
            if since.max() > best:
                best, place = float(since.max()), len(x) - 1 - int(since.argmax())
    return place


def confidence_sequence(events: ArrayLike, trials: ArrayLike, *, around: float, spread: float = 1.0) -> Floats:
    """Return, after each window, the interval that holds the rate at all times together with 95% (shape (windows, 2)).

    It describes one rate since the first window, and is narrowest for rates near ``around``. Beta mixture of
    Robbins (1970), Ann. Math. Stat. 41, 1397-1409.
    """
    hits = np.cumsum(np.asarray(events, dtype=float)) / spread
    total = np.cumsum(np.asarray(trials, dtype=float)) / spread
    b = (1 - around) / around
    least = betaln(1 + hits, b + total - hits) - betaln(1, b) - math.log(ALARM)
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.where(total > 0, hits / np.where(total > 0, total, 1), 0.5)
    low = _edge(hits, total, least, inside=best, outside=np.zeros_like(best))
    return np.stack([low, _edge(hits, total, least, inside=best, outside=np.ones_like(best))], axis=-1)


def _edge(hits: Floats, total: Floats, least: Floats, *, inside: Floats, outside: Floats) -> Floats:
    """Return where the likelihood falls to ``least`` between the best rate and an end, by bisection."""
    end = outside.copy()
    for _ in range(60):
        middle = (inside + outside) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(hits > 0, hits * np.log(middle), 0) + np.where(
                total > hits, (total - hits) * np.log1p(-middle), 0
            )
        held = value >= least
        inside, outside = np.where(held, middle, inside), np.where(held, outside, middle)
    return np.where(total > 0, inside, end)
