"""From what the log says to the state of each alert. Values in, values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from review.basics.words import counted
from review.monitoring.alerts.basis import Basis, basis
from review.monitoring.alerts.declared import Declared
from review.monitoring.alerts.found import Point, Ring, Watched
from review.monitoring.alerts.gathering import Gathered
from review.monitoring.alerts.series import Series
from review.monitoring.alerts.spans import Spans, after, moment, spoken_start
from review.monitoring.alerts.stopped import stretches
from review.monitoring.alerts.watching import rings
from review.monitoring.metrics import CHECK
from review.statistics.watching.rates import confidence_sequence

RECENT = timedelta(days=28)
"""Only a ring of the last weeks opens an alert: an older one is history by the time that somebody looks."""
SHOWN = 90
"""The picture has so many windows."""
SILENT = 7
"""Without anything to look at in so many windows, an alert has no data."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What happened to an alert before: it is watched from the day ``resume`` on, "" from its baseline.

    ``normal`` is the day from which its baseline is taken, because a lead called what happened the new normal.
    """

    resume: str = ""
    normal: str = ""


NEVER = Past()


def evaluate(one: Declared, found: Gathered, *, on: bool = True, past: Past = NEVER) -> Watched:
    """Return the state of an alert, with every ring since its baseline."""
    if one.how == "gone":
        watched = _gone(one, found, past)
    else:
        series = found.series.get(one.alert.name)
        watched = _series(one, series, found, past) if series is not None else _nothing(one, found)
    if on:
        return watched
    return Watched(
        declared=one, state="off", detail="It is switched off.", rings=watched.rings, points=watched.points,
        bound=watched.bound,
    )  # fmt: skip


def _nothing(one: Declared, found: Gathered) -> Watched:
    if one.how == "judges":
        why = "No judge has verdicts on items that people labelled, so there is nothing to watch."
    elif found.apart.future and found.apart.first is None:
        why = f"All {found.apart.future:,} conversations are dated in the future. Check the clock of the product."
    else:
        why = "The log holds no conversation with a time."
    return Watched(declared=one, state="no data", detail=why)


def _series(one: Declared, series: Series, found: Gathered, past: Past) -> Watched:
    there = series.trials.max(axis=0, initial=0) > 0 if series.parts_only else series.trials[0] > 0
    if not there.any():
        return Watched(declared=one, state="missing", detail=_missing(one))
    known = basis_since(one, series, past)
    if known.undefined:
        points = _points(one, series, known, len(series.starts))
        return Watched(declared=one, state="undefined", detail=_plain(known.undefined), points=points)
    start = _place(series, past.resume) if past.resume else known.start
    all_rings = rings(one, series, known, start=start)
    points = _points(one, series, known, max(start, known.start))
    last = int(np.flatnonzero(there)[-1])
    live = ringing(all_rings, found.now.date())
    bound = known.total.limit
    if live:
        return Watched(declared=one, state="ringing", detail="It rings.", rings=all_rings, points=points, bound=bound)
    if len(there) - 1 - last >= SILENT:
        silent = not found.apart.last or found.apart.last[:10] <= _day_after(series.starts[last])
        subject = "No conversation" if silent and not one.alert.slice else _subject(one)
        detail = f"{subject} since {spoken_start(series.starts[last])}: there is nothing to look at."
        return Watched(declared=one, state="no data", detail=detail, rings=all_rings, points=points, bound=bound)
    small = series.trials[0, last] < one.alert.least_n and not series.parts_only
    detail = (
        f"The last {one.alert.window} has {int(series.trials[0, last])} conversations; under {one.alert.least_n} it is "
        "not looked at."
        if small
        else f"Nothing has changed since {spoken_start(series.starts[min(max(start, known.start), len(there) - 1)])}."
    )
    return Watched(declared=one, state="quiet", detail=detail, rings=all_rings, points=points, bound=bound)


def ringing(found: list[Ring], today: date) -> Ring | None:
    """Return the first ring of the last weeks, for which an alert is opened; None where there is none."""
    return next((r for r in found if date.fromisoformat(r.at[:10]) >= today - RECENT), None)


def basis_since(one: Declared, series: Series, past: Past) -> Basis:
    """Return the baseline of a series, which begins anew where a lead called a change the new normal."""
    return basis(one, series, begin=_place(series, past.normal))


def spans_of(one: Declared, series: Series, past: Past, ring: Ring, time_zone: str) -> Spans:
    """Return the baseline of a ring, and the time since it began."""
    known, names = basis_since(one, series, past), series.starts
    ends = names[known.begin], names[known.start], ring.since, after(ring.at, one.alert.window)
    a, b, c, d = (moment(name, time_zone) for name in ends)
    return (a, b), (c, d)


def _place(series: Series, day: str) -> int:
    """Return the first window that begins on a day or later."""
    return next((k for k, start in enumerate(series.starts) if start[:10] >= day), len(series.starts)) if day else 0


def _day_after(start: str) -> str:
    """Return the day after a window begins: the day of the project may end in the next day of UTC."""
    return (date.fromisoformat(start[:10]) + timedelta(days=1)).isoformat()


def _missing(one: Declared) -> str:
    named = _slices(one)
    if named:
        return (
            f"No conversation with {named} says it: the slice has never been in the log, or the figure is not recorded."
        )
    if one.metric is not None and one.metric.name.startswith(CHECK):
        return f"The check {one.metric.check} ran on no import, so nobody knows."
    title = one.metric.title.lower() if one.metric else one.title.lower()
    return f"No conversation of the log says this: {title}. It is not zero, it is not known."


def _subject(one: Declared) -> str:
    named = _slices(one)
    return f"No conversation with {named}" if named else "No conversation that says it"


def _slices(one: Declared) -> str:
    return ", ".join(f"{name.replace('_', ' ')} '{value}'" for name, value in one.alert.slice.items())


def _plain(reason: str) -> str:
    return f"Not known yet: {reason}."


def _points(one: Declared, series: Series, known: Basis, start: int) -> list[Point]:
    """Return the last windows, from ``start`` on with their confidence sequence."""
    x, n = series.events[0], series.trials[0]
    if series.parts_only:
        x, n = series.events.sum(axis=0), series.trials.sum(axis=0)
    band = np.full((len(n), 2), np.nan)
    if one.how in ("rate", "judges") and start < len(n) and known.undefined is None:
        around = min(max(known.total.limit, 1e-6), 1 - 1e-6)
        band[start:] = confidence_sequence(x[start:], n[start:], around=around, spread=known.total.spread)
    out = []
    for k in range(max(len(n) - SHOWN, 0), len(n)):
        value = None if n[k] == 0 else float(x[k]) if one.how == "total" else float(x[k] / n[k])
        low, high = (None, None) if np.isnan(band[k, 0]) else (float(band[k, 0]), float(band[k, 1]))
        out.append(Point(start=series.starts[k], value=value, n=float(n[k]), low=low, high=high))
    return out


def _gone(one: Declared, found: Gathered, past: Past) -> Watched:
    traffic = found.traffic
    if traffic is None or found.apart.last is None:
        return _nothing(one, found)
    every = stretches(traffic)
    all_rings = [ring for _, ring in every if ring is not None]
    points = _by_day(traffic.hours, traffic.first.date())
    if not traffic.hours.any() or (found.now - traffic.first) < RECENT:
        detail = f"No conversation since {spoken_start(found.apart.last[:10])}: too long ago to say what is usual."
        return Watched(declared=one, state="no data", detail=detail, points=points)
    now, ring = every[-1]
    if now.undefined:
        return Watched(declared=one, state="undefined", detail=_plain(now.undefined), rings=all_rings, points=points)
    if ring is not None and (not past.resume or ring.since > past.resume):
        return Watched(declared=one, state="ringing", detail="It rings.", rings=all_rings, points=points)
    if ring is not None:
        detail = f"No conversation since {spoken_start(ring.since)}; the alert about that is closed."
    elif now.hours:
        detail = (
            f"No conversation for {counted(now.hours, 'hour')}, which is usual at this time, or rows are on their way."
        )
    else:
        detail = "Conversations come in as usual."
    return Watched(declared=one, state="quiet", detail=detail, rings=all_rings, points=points)


def _by_day(hours: np.ndarray, first: date) -> list[Point]:
    days = [float(hours[k : k + 24].sum()) for k in range(0, len(hours) // 24 * 24, 24)]
    return [Point(start=(first + timedelta(days=k)).isoformat(), value=n, n=n) for k, n in enumerate(days)]
