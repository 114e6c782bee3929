"""Windows of time for figures of production: hours, days and weeks in a time zone, without gaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from review.basics.errors import InputError
from review.basics.times import read_time, utc_text
from review.basics.weeks import monday_of, week_of, zone_of
from review.log.buckets import By

YEARS = range(1970, 2101)
"""Years of which a span may be asked: those that an import takes."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Period(NamedTuple):
    """One window: its name in the log's terms, and its ends as UTC text, half open."""

    name: str
    start: str
    end: str


def periods(first: str, last: str, by: By, time_zone: str) -> Iterator[Period]:
    """Yield every window from that of the moment ``first`` to that of ``last``, without gaps, in order.

    A day in which the clocks change is an hour longer or shorter. An hour is an hour of UTC.
    """
    zone = zone_of(time_zone)
    begin, stop = datetime.fromisoformat(first).astimezone(zone), datetime.fromisoformat(last)
    if by == "hour":
        hour = begin.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while hour <= stop:
            yield Period(hour.strftime("%Y-%m-%dT%H"), utc_text(hour), utc_text(hour + HOUR))
            hour += HOUR
        return
    day = begin.date() if by == "day" else monday_of(week_of(begin, zone))
    step = 1 if by == "day" else 7
    while (start := _midnight(day, time_zone)) <= stop:
        after = day + timedelta(days=step)
        name = day.isoformat() if by == "day" else week_of(start, zone)
        yield Period(name, utc_text(start), utc_text(_midnight(after, time_zone)))
        day = after


def days_of_hours(first: str, last: str, time_zone: str) -> dict[str, str]:
    """Return the day in a time zone of every UTC hour; empty for UTC, where the first ten letters say it.

    An hour that two days share, in a zone a half hour off, belongs to the day in which it begins.
    """
    if time_zone == "UTC":
        return {}
    zone = zone_of(time_zone)
    hours = (p.start for p in periods(first, last, "hour", "UTC"))
    return {start[:13]: datetime.fromisoformat(start).astimezone(zone).date().isoformat() for start in hours}


def moment_of(text: str, option: str, time_zone: str, *, ends: bool = False) -> str:
    """Return a date or a time that somebody wrote as UTC text, in the zone where it names none.

    A date as the end of a span (``ends``) is part of it. Raises InputError for anything else.
    """
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-30") else None
    except ValueError:
        day = None
    if day is not None and day.year in YEARS:
        return utc_text(_midnight(day + DAY if ends else day, time_zone))
    moment = read_time(text, zone_of(time_zone)) if day is None else None
    if moment is None or moment.year not in YEARS:
        raise InputError(
            f"{option}: found {text!r}, expected a date such as 2026-11-30, or a time as 2026-11-30T09:00, from "
            f"{YEARS[0]} to {YEARS[-1]}."
        )
    return utc_text(moment)


def weeks_between(start: str, end: str, time_zone: str) -> list[str]:
    """Return the weeks of a span, and the one before and after: a log may have been imported in another time zone."""
    first, last = datetime.fromisoformat(start) - 7 * DAY, datetime.fromisoformat(end) + 7 * DAY
    return [p.name for p in periods(utc_text(first), utc_text(last), "week", time_zone)]


def _midnight(day: date, time_zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(time_zone)).astimezone(UTC)
