"""The current time as text, and the shift that lets a demonstration write what belongs to another time.

Servers that share a database go by its clock: one whose own clock is wrong would stamp a submission before the closing
of its week, or after it.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

SHIFT: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())
NOTICED = 0.5
"""A difference of fewer seconds between two clocks does not count: an answer takes time to come."""
_WRONG_BY = [timedelta()]
"""What is added to the clock of this machine, as the one element of a list."""


def utc_text() -> str:
    """Return the current time in UTC as ISO 8601 text with milliseconds."""
    return (datetime.now(UTC) + _WRONG_BY[0] + SHIFT.get()).isoformat(timespec="milliseconds")


def wrong_by() -> timedelta:
    """Return what to add to the clock of this machine so that it agrees with the database."""
    return _WRONG_BY[0]


def go_by(theirs: float, asked: float, answered: float) -> None:
    """Go by a clock that said ``theirs`` between two moments of our own, all in seconds since 1970."""
    difference = theirs - (asked + answered) / 2
    counts = abs(difference) > NOTICED + (answered - asked) / 2
    _WRONG_BY[0] = timedelta(seconds=difference) if counts else timedelta()


def seconds() -> float:
    """Return the seconds since 1970 by the clock of this machine."""
    return time.time()
