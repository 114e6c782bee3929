"""The current time as text, and random identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from storage.clock import SHIFT, utc_text


def now() -> str:
    """Return the current time in UTC as ISO 8601 text with milliseconds."""
    return utc_text()


def to_minute(at: str) -> str:
    """Return a time of the store as commands print it: ``2026-11-29 23:47``, in UTC; "" for none. Pure."""
    return at[:16].replace("T", " ")


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Set the clock ``by`` earlier or later inside the block, to write what belongs to another time."""
    token = SHIFT.set(by)
    try:
        yield
    finally:
        SHIFT.reset(token)


def new_id() -> str:
    """Return a new random identifier."""
    return uuid4().hex
