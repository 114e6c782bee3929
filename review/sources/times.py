"""Times and weeks of production records: read by ourselves, so that offsets are kept and nothing is guessed.

Every time becomes UTC text with milliseconds, as :mod:`review.clock` writes it, which sorts as text.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from review.errors import InputError

EPOCH_UNITS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e3), (1e14, 1e17, 1e6), (1e17, 1e20, 1e9))
"""Epoch numbers from, below, and how many of them make a second: 1973 to 5138 in s, ms, us, ns do not overlap."""

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})\Z")
_ISO_START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\Z|[T ][0-9]{2}:[0-9]{2})|[0-9]{8}T[0-9]{4}")
_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


def read_time(value: Any) -> datetime | None:
    """Read ISO 8601 text, epoch seconds to nanoseconds or a datetime; None when it is none of these.

    A time without an offset is UTC. Leap seconds and 24:00 are not accepted.
    """
    try:
        if isinstance(value, datetime):
            moment = value if value.tzinfo else value.replace(tzinfo=UTC)
            return moment.astimezone(UTC)
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, int | float):
            return _from_epoch(float(value))
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        return _from_text(str(value).strip())
    except (ValueError, OverflowError):
        return None


def _from_text(text: str) -> datetime | None:
    if _DIGITS.match(text):
        return _from_epoch(float(text))
    upper = text.upper().removesuffix(" UTC").removesuffix(" GMT")
    if not _ISO_START.match(upper):
        return None
    moment = datetime.fromisoformat(upper)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _from_epoch(number: float) -> datetime | None:
    for low, high, per_second in EPOCH_UNITS:
        if low <= number < high:
            return datetime.fromtimestamp(number / per_second, UTC)
    return None


def utc_text(moment: datetime) -> str:
    """``2026-11-21T09:30:00.000+00:00``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def week_of(moment: datetime, zone: ZoneInfo) -> str:
    """The ISO week of ``moment`` in ``zone``, such as ``2026-W47``."""
    return _week_of_date(moment.astimezone(zone).date())


@lru_cache(maxsize=4096)
def _week_of_date(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def check_week(text: str) -> str:
    """The week's name if such a week exists; raises InputError otherwise."""
    found = _WEEK.match(text)
    if found and _week_exists(int(found[1]), int(found[2])):
        return text
    raise InputError(f"week: found '{text}', expected an ISO week such as 2026-W47.")


def _week_exists(year: int, week: int) -> bool:
    try:
        return date.fromisocalendar(year, week, 1) + timedelta(days=6) is not None
    except (ValueError, OverflowError):
        return False
