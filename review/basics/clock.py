"""The current time as text, and random identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from uuid import uuid4

_SHIFT: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())


def now() -> str:
    """Return the current time in UTC as ISO 8601 text with milliseconds."""
    return (datetime.now(UTC) + _SHIFT.get()).isoformat(timespec="milliseconds")


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Set the clock ``by`` earlier or later inside the block, to write what belongs to another time."""
    token = _SHIFT.set(by)
    try:
        yield
    finally:
        _SHIFT.reset(token)


def new_id() -> str:
    """Return a new random identifier."""
    return uuid4().hex
