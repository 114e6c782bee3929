"""Instants as microseconds since 1970, for engines that run functions of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from review.basics.date_forms import read_date

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_micros(text: str | None, zone: str, form: str = "") -> int | None:
    """Return the instant that a text means: ISO 8601, a count since 1970, or a date in the form; None for others."""
    moment = None if text is None else read_date(text, form, ZoneInfo(zone))
    return None if moment is None else micros(moment)


def micros(moment: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)
