"""Times in many forms: read here and not by a library, so that offsets are kept and nothing is guessed.

Every time becomes UTC text with milliseconds, as :mod:`review.basics.clock` writes it; that sorts as text.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Any

EPOCH_UNITS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e3), (1e14, 1e17, 1e6), (1e17, 1e20, 1e9))
"""Numbers since 1970: from, below, and how many make a second. In s, ms, us and ns, 1973 to 5138 do not overlap."""

_ISO_START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\Z|[T ][0-9]{2}:[0-9]{2})|[0-9]{8}T[0-9]{4}")
_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


def read_time(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """Read ISO 8601 text, seconds to nanoseconds since 1970, or a datetime; return None for anything else.

    A time without an offset is in ``zone``. Leap seconds and 24:00 are not accepted.
    """
    try:
        if isinstance(value, datetime):
            moment = value if value.tzinfo else value.replace(tzinfo=zone)
            return moment.astimezone(UTC)
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, int | float):
            return _from_epoch(float(value))
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=zone).astimezone(UTC)
        return _from_text(str(value).strip(), zone)
    except (ValueError, OverflowError):
        return None


def _from_text(text: str, zone: tzinfo) -> datetime | None:
    upper = text.upper()
    written = upper.removesuffix(" UTC").removesuffix(" GMT")
    if not _ISO_START.match(written):
        return _from_epoch(float(text)) if _DIGITS.match(text) else None
    moment = datetime.fromisoformat(written)
    # "2026-11-30 17:05 UTC" says its zone in words, which were taken off above.
    place = UTC if written != upper else zone
    return (moment if moment.tzinfo else moment.replace(tzinfo=place)).astimezone(UTC)


def _from_epoch(number: float) -> datetime | None:
    for low, high, per_second in EPOCH_UNITS:
        if low <= number < high:
            return datetime.fromtimestamp(number / per_second, UTC)
    return None


def utc_text(moment: datetime) -> str:
    """Return a time as ``2026-11-21T09:30:00.000+00:00``."""
    return moment.astimezone(UTC).isoformat("T", "milliseconds")
