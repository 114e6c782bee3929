"""ISO weeks in a time zone: their windows in UTC, and the day they are due."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from review.basics.clock import now
from review.basics.errors import InputError

WEEK = re.compile(r"(\d{4})-W(\d{2})")


class Window(NamedTuple):
    """A half-open interval of time in UTC: ``start <= t < end``. Times without an offset are in ``zone``."""

    start: datetime
    end: datetime
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC"


def monday_of(week: str) -> date:
    """Return the Monday of a week such as ``2026-W47``. Raises InputError for any other text or week."""
    found = WEEK.fullmatch(week)
    if found is None:
        raise InputError(f"week: found {week!r}, expected an ISO week such as 2026-W47.")
    year, number = int(found[1]), int(found[2])
    try:
        monday = date.fromisocalendar(year, number, 1)
        monday + timedelta(days=14)
    except (ValueError, OverflowError):
        raise InputError(
            f"week: found {week!r}, but the year {year} has no week {number}; weeks run to W52 or W53."
        ) from None
    return monday


def week_window(week: str, time_zone: str = "UTC") -> Window:
    """Return the window of an ISO week in ``time_zone``. A week in which clocks change is an hour longer or shorter."""
    monday, zone = monday_of(week), zone_of(time_zone)
    ends = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (monday, monday + timedelta(days=7)))
    try:
        start, end = (moment.astimezone(UTC) for moment in ends)
    except OverflowError:
        raise InputError(f"week: found {week!r}, which is outside the calendar in {time_zone}.") from None
    return Window(start, end, time_zone)


def due_date(week: str) -> date:
    """Return the day a week is due: the Friday after it ends."""
    return monday_of(week) + timedelta(days=11)


def next_due_date(week: str, today: date) -> date:
    """Return the day a week is due that is opened ``today``: the Friday after it ends, or else the next Friday."""
    friday = due_date(week)
    return friday if friday >= today else today + timedelta(days=(4 - today.weekday()) % 7 or 7)


def today_in(time_zone: str) -> date:
    """Return the date that it is now in ``time_zone``."""
    return datetime.fromisoformat(now()).astimezone(zone_of(time_zone)).date()


def week_of(moment: datetime, time_zone: str | ZoneInfo = "UTC") -> str:
    """Return the ISO week of an instant in ``time_zone``; an instant without an offset is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    zone = time_zone if isinstance(time_zone, ZoneInfo) else zone_of(time_zone)
    return _week_of_day(aware.astimezone(zone).date())


@lru_cache(maxsize=4096)
def _week_of_day(day: date) -> str:
    # Cached: an import asks for the week of every record, and these fall on few days.
    year, number, _ = day.isocalendar()
    return f"{year:04d}-W{number:02d}"


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by name. Raises InputError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise InputError(f"time zone: found {name!r}, expected a name such as Europe/Berlin or UTC.") from None
