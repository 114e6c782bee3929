"""Read the log for all alerts at once: once in total, and once for each column by which traffic is split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from review.basics.log_paths import LogPaths
from review.basics.times import utc_text
from review.basics.weeks import zone_of
from review.log.arrivals import Arrival, arrivals
from review.log.buckets import Apart, By, Windows, aggregated, apart
from review.log.checks_ran import checks_ran
from review.monitoring.alerts.cells import Rows, counted_by_key
from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.expired import first_hour, hours_of_expired
from review.monitoring.alerts.series import Series, is_pair, series_of, window_names
from review.monitoring.periods import days_of_hours

EARLIEST = "2000-01-01T00:00:00.000+00:00"
YEAR, BASELINE = timedelta(days=365), timedelta(days=28)
"""An alert begins anew every year, with the days before it as its baseline."""
HOURS_BACK = timedelta(days=56)
"""So far back traffic is read by hour."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """All traffic by hour of UTC from ``first`` on, up to the last full hour, and when rows arrived.

    ``sources`` holds the hours of each source; without them all traffic is one source, "".
    """

    first: datetime
    hours: np.ndarray
    arrivals: Sequence[Arrival]
    sources: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What the log says: a series for each alert by its name, traffic by hour, and the rows that have no place in time.

    ``now`` is the moment up to which it was read.
    """

    now: datetime
    series: Mapping[str, Series]
    traffic: Traffic | None
    apart: Apart


def gather(log: LogPaths, alerts: Sequence[Declared], *, time_zone: str, now: datetime) -> Gathered:
    """Return what the log says about alerts up to ``now``; later rows come from a wrong clock and are counted apart."""
    latest = utc_text(now)
    found = apart(log, Windows(by="all", earliest=EARLIEST, latest=latest))
    if found.first is None:
        return Gathered(now=now, series={}, traffic=None, apart=found)
    before = first_hour(log, earliest=EARLIEST)
    first = min(found.first, f"{before}:00:00.000+00:00") if before else found.first
    begin = _begin_of_year(datetime.fromisoformat(first), now)
    ran = checks_ran(log)
    series: dict[str, Series] = {}
    for by in ("day", "hour"):
        some = [a for a in alerts if a.how in ("rate", "total") and (a.alert.window == "hour") == (by == "hour")]
        if some:
            rows = _rows(log, some, ran, by=by, time_zone=time_zone, begin=begin, latest=latest)
            for one in some:
                zone = UTC if by == "hour" else zone_of(time_zone)
                names = window_names(begin.astimezone(zone), now.astimezone(zone), one.alert.window)
                own = rows if one.how == "rate" else {key: of for key, of in rows.items() if not is_pair(key)}
                series[one.alert.name] = series_of(own, one.alert.name, names, one.alert.window)
    gone = any(a.how == "gone" for a in alerts)
    return Gathered(now=now, series=series, traffic=_traffic(log, now) if gone else None, apart=found)


def _begin_of_year(first: datetime, now: datetime) -> datetime:
    """Return the begin of the baseline of this year of watching; the years begin 28 days after the first row."""
    years = max((now - first - BASELINE) // YEAR, 0)
    return first + years * YEAR


def _rows(
    log: LogPaths,
    alerts: Sequence[Declared],
    ran: Mapping[str, frozenset[str]],
    *,
    by: By,
    time_zone: str,
    begin: datetime,
    latest: str,
) -> Rows:
    """Return the aggregates of every alert by window, by key."""
    start = utc_text(begin - timedelta(days=7))
    hours = days_of_hours(start, latest, time_zone) if by == "day" else {}
    windows = Windows(by=by, start=start, hours=hours, earliest=EARLIEST, latest=latest)
    return counted_by_key(log, alerts, ran, windows)


def _traffic(log: LogPaths, now: datetime) -> Traffic:
    """Return the last weeks of traffic by hour. The hour that runs now is left out: it is not over."""
    last = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first = (last - HOURS_BACK).replace(hour=0)
    size = int((last - first) // timedelta(hours=1))
    counts: dict[str, np.ndarray] = {}
    windows = Windows(by="hour", start=utc_text(first), slices=("source",), earliest=EARLIEST, latest=utc_text(now))
    for row in aggregated(log, windows, {"n": "count(*)"}):
        _add(counts.setdefault(row["slice"][0] or "", np.zeros(size)), first, str(row["window"]), row["n"])
    for (hour, source), n in hours_of_expired(log, since=utc_text(first)).items():
        _add(counts.setdefault(source, np.zeros(size)), first, hour, n)
    until = utc_text(now)
    arrived = [one for one in arrivals(log, since=utc_text(first), until=until) if one.at <= until]
    hours: np.ndarray = np.sum([np.zeros(size), *counts.values()], axis=0)
    return Traffic(first=first, hours=hours, arrivals=arrived, sources=counts)


def _add(counts: np.ndarray, first: datetime, hour: str, n: int) -> None:
    place = int((datetime.fromisoformat(f"{hour}:00+00:00") - first) // timedelta(hours=1))
    if 0 <= place < len(counts):
        counts[place] += n
