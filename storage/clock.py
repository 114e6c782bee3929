"""The current time as text, and the shift that lets a demonstration write what belongs to another time."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

SHIFT: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())


def utc_text() -> str:
    """Return the current time in UTC as ISO 8601 text with milliseconds."""
    return (datetime.now(UTC) + SHIFT.get()).isoformat(timespec="milliseconds")
