"""Whether traffic is gone, and when it was: every empty stretch of the last weeks held against the weeks before it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import numpy as np

from review.monitoring.alerts.found import Ring
from review.monitoring.alerts.gathering import BASELINE, Traffic
from review.statistics.watching.gone import (
    Gone,
    Lagging,
    UsualHours,
    busy_hours,
    shares,
    traffic_gone,
    usual_hours,
)

HOUR = timedelta(hours=1)
SHORTEST = 3
"""Shorter stretches are never three windows."""
A_DAY = 24
"""Rows may come so many busy hours late while only one import has arrived: logs are often exported once a day."""
TOGETHER = timedelta(hours=3)
"""Imports of a source within so long are one arrival: a night brings many files, and only the first was waited for."""
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
    until = traffic.first + begin * HOUR
    parts = {source: n[start:stop] for source, n in (traffic.sources or {"": traffic.hours}).items()}
    lates = {source: _late(traffic, usual, until, source) for source, n in parts.items() if n.any()}
    by_late: dict[int, np.ndarray] = {}
    for source, late in lates.items():
        by_late[late] = by_late.get(late, 0) + parts[source]
    split = shares(list(by_late.values()), traffic.first + start * HOUR) if by_late else []
    lags = [Lagging(late=late, share=share) for late, share in zip(by_late, split, strict=True)]
    found = traffic_gone(usual, traffic.hours[stop:end].tolist(), traffic.first + stop * HOUR, lags=lags)
    if not found.ringing or found.since is None:
        return found, None
    rang = traffic.first + (end - 1) * HOUR
    waited = busy_hours(usual, found.since, rang + HOUR)
    known = [source for source, late in lates.items() if late < waited]
    came = [one.at for one in traffic.arrivals if datetime.fromisoformat(one.latest) < until]
    ring = Ring(
        at=rang.strftime("%Y-%m-%dT%H"), since=found.since.strftime("%Y-%m-%dT%H"), value=0.0, bound=found.expected,
        n=0, events=0.0, sources=tuple(known), newest=max(came, default=""),
        late=max((lates[source] for source in known), default=0),
    )  # fmt: skip
    return found, ring


def filled(traffic: Traffic, *, since: str, at: str, sources: Collection[str]) -> bool:
    """Return whether data that came later fills an empty stretch, so that nothing in it rings any more.

    ``since`` and ``at`` are the first and the last of its hours, such as 2026-11-21T09. Only the ``sources`` whose
    silence counted can fill it, without any all traffic.
    """
    own = {source: n for source, n in traffic.sources.items() if source in sources} or traffic.sources
    hours = np.sum(list(own.values()), axis=0) if own else traffic.hours
    begin, end = (int((datetime.fromisoformat(f"{hour}:00+00:00") - traffic.first) // HOUR) for hour in (since, at))
    if begin < 0 or not hours[begin : end + 1].any():
        return False
    rest = Traffic(first=traffic.first, hours=hours, arrivals=traffic.arrivals, sources=own)
    rings = [ring for _, ring in stretches(rest) if ring is not None]
    return not any(ring.since <= at and ring.at >= since for ring in rings)


def _late(traffic: Traffic, usual: UsualHours, until: datetime, source: str) -> int:
    """Return after how many busy hours new rows of a source usually arrive, from its arrivals before ``until``."""
    waits: list[int] = []
    newest: datetime | None = None
    together = datetime.min.replace(tzinfo=UTC)
    for arrival in traffic.arrivals:
        if arrival.source != source:
            continue
        at, latest = datetime.fromisoformat(arrival.at), datetime.fromisoformat(arrival.latest)
        if at >= together:
            if newest is not None and newest < at and newest < until:
                begin = newest.replace(minute=0, second=0, microsecond=0) + HOUR
                waits.append(busy_hours(usual, begin, at))
            together = at + TOGETHER
        newest = latest if newest is None else max(newest, latest)
    return int(np.quantile(waits, USUALLY, method="higher")) if waits else A_DAY
