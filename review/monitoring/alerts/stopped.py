"""Whether traffic is gone, and when it was: every empty stretch of the last weeks held against the weeks before it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from review.monitoring.alerts.found import Ring
from review.monitoring.alerts.gathering import BASELINE, Traffic
from review.statistics.watching.gone import Gone, UsualHours, busy_hours, traffic_gone, usual_hours

HOUR = timedelta(hours=1)
SHORTEST = 3
"""Shorter stretches are never three windows."""
A_DAY = 24
"""Rows may come so many busy hours late while only one import has arrived: logs are often exported once a day."""
USUALLY = 0.9
"""The log lags behind as far as before this share of its arrivals."""


def stretches(traffic: Traffic) -> list[tuple[Gone, Ring | None]]:
    """Return every empty stretch that has a baseline before it, in order, with its ring if it is an alarm.

    The last one is that of now, also where it is short or empty.
    """
    n, out = traffic.hours, []
    edges = np.flatnonzero(np.diff(np.r_[0, (n == 0).astype(int), 0]))
    least = int(BASELINE // HOUR)
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if begin >= least and (end - begin >= SHORTEST or end == len(n)):
            out.append(_judged(traffic, begin, end))
    if not len(n) or n[-1] > 0:
        out.append(_judged(traffic, len(n), len(n)))
    return out


def _judged(traffic: Traffic, begin: int, end: int) -> tuple[Gone, Ring | None]:
    """Hold the empty hours from ``begin`` to ``end`` against the four weeks before the day in which they begin."""
    stop = begin // 24 * 24
    start = max(stop - int(BASELINE // HOUR), 0)
    usual = usual_hours(traffic.hours[start:stop], traffic.first + start * HOUR)
    late = _late(traffic, usual, traffic.first + begin * HOUR)
    from_day = traffic.first + stop * HOUR
    found = traffic_gone(usual, traffic.hours[stop:end].tolist(), from_day, late=late)
    if not found.ringing or found.since is None:
        return found, None
    rang = traffic.first + (end - 1) * HOUR
    ring = Ring(
        at=rang.strftime("%Y-%m-%dT%H"), since=found.since.strftime("%Y-%m-%dT%H"), value=0.0, bound=found.expected,
        n=0, events=0.0,
    )  # fmt: skip
    return found, ring


def _late(traffic: Traffic, usual: UsualHours, until: datetime) -> int:
    """Return after how many busy hours new rows usually arrive, from the arrivals before ``until``."""
    waits: list[int] = []
    newest: datetime | None = None
    for arrival in traffic.arrivals:
        at, latest = datetime.fromisoformat(arrival.at), datetime.fromisoformat(arrival.latest)
        if newest is not None and newest < at and newest < until:
            begin = newest.replace(minute=0, second=0, microsecond=0) + HOUR
            waits.append(busy_hours(usual, begin, at))
        newest = latest if newest is None else max(newest, latest)
    return int(np.quantile(waits, USUALLY, method="higher")) if waits else A_DAY
