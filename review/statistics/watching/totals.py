"""When the total of a day has risen, such as its cost: :mod:`review.statistics.watching.rates` for sums.

A sum is taken as a Poisson count in units of its own spread (a quasi-likelihood), and each window is compared with the
same weekday of the baseline. That the spread is estimated is covered by simulation alone
(``tests/bench/false_alarms.py``), not by a proof.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from review.basics.words import counted
from review.statistics.watching.rates import LEAST_WINDOWS, RISES, Floats

DAYS = 7
LEVEL = 0.995
"""The limit of the mean is one-sided at this level: at 0.975 five or six years in a hundred had a false alarm."""

LEAST_SPREAD = 1e-4
"""The least spread, as a part of the total: totals that were always the same may change a little."""


@dataclass(frozen=True, kw_only=True)
class UsualTotal:
    """What a total was before it is watched.

    ``rate`` is its mean and ``limit`` the upper limit of the mean; ``shape`` says how many times the mean each
    weekday has. ``spread`` is variance by mean, in the unit of the total. ``undefined`` says why there is none.
    """

    limit: float
    spread: float
    rate: float
    shape: tuple[float, ...]
    windows: int
    undefined: str | None = None

    def expected(self, places: Sequence[int]) -> Floats:
        """Return the upper limit of what windows on these weekdays hold."""
        return self.limit * np.asarray(self.shape)[np.asarray(places, dtype=int)]


def usual_total(
    totals: ArrayLike,
    places: Sequence[int],
    *,
    limit: float | None = None,
    least: int = LEAST_WINDOWS,
    what: str = "day",
) -> UsualTotal:
    """Return what a total usually is, from windows with their weekdays (0 to 6, all 0 where weekdays do not count).

    ``limit`` is set by somebody. Undefined under ``least`` windows (``what`` names one), or where nothing was added up
    and nobody has set a limit.
    """
    x, place = np.asarray(totals, dtype=float), np.asarray(places, dtype=int)
    mean = float(x.mean()) if len(x) else 0.0
    reason = None
    if len(x) < least:
        reason = f"the baseline has {counted(len(x), what)} with traffic; it needs {least}"
    elif mean <= 0 and limit is None:
        reason = "nothing was added up in the baseline"
    if reason:
        return UsualTotal(
            limit=limit or 0.0, spread=1.0, rate=mean, shape=(1.0,) * DAYS, windows=len(x), undefined=reason
        )
    if limit is not None and mean <= 0:
        return UsualTotal(limit=limit, spread=limit * LEAST_SPREAD, rate=mean, shape=(1.0,) * DAYS, windows=len(x))
    used = sorted(set(place.tolist()))
    # A weekday with few windows is drawn towards the mean of all, as by one window more.
    shape = np.ones(DAYS)
    for day in used:
        here = x[place == day]
        shape[day] = (here.sum() + mean) / (mean * (len(here) + 1))
    usual = mean * shape[place]
    kept = usual > 0
    free = max(int(kept.sum()) - len(used), 1)
    spread = float((((x - usual) ** 2)[kept] / usual[kept]).sum()) / free
    top = mean + float(stdtrit(free, LEVEL)) * math.sqrt(max(spread, 0.0) * mean / len(x))
    return UsualTotal(
        limit=top if limit is None else limit,
        spread=max(spread, mean * LEAST_SPREAD),
        rate=mean,
        shape=tuple(shape.tolist()) if limit is None else (1.0,) * DAYS,
        windows=len(x),
    )


def evidence_of_totals(totals: ArrayLike, expected: ArrayLike, *, spread: ArrayLike, looks: float = 365) -> Floats:
    """Return the logarithm of the mean evidence after each look that totals are r times what was expected.

    Windows stand in the last axis; one that is NaN is no look.
    """
    x, m = np.asarray(totals, dtype=float), np.asarray(expected, dtype=float)
    phi = np.asarray(spread, dtype=float)[..., None]
    rises, inject = np.array(RISES), math.log(1 / looks)
    state = np.full((*x.shape[:-1], len(RISES)), -np.inf)
    out = np.empty(x.shape)
    for day in range(x.shape[-1]):
        here = x[..., day, None]
        step = (np.nan_to_num(here) * np.log(rises) - (rises - 1) * m[..., day, None]) / phi
        state = np.where(np.isnan(here), state, np.logaddexp(state, inject) + step)
        out[..., day] = np.logaddexp.reduce(state, axis=-1) - math.log(len(RISES))
    return out
