"""How weeks open themselves, and how the nights went."""

from __future__ import annotations

from storage.records_review import Night, WeekSchedule
from storage.store import Store


def latest_schedule(store: Store) -> WeekSchedule | None:
    """Return the schedule that counts: the latest row, None when nobody has set one."""
    found = store.select(WeekSchedule, "SELECT * FROM week_schedules ORDER BY rowid DESC LIMIT 1")
    return found[0] if found else None


def last_night(store: Store) -> Night | None:
    """Return the latest night, None before the first."""
    found = store.select(Night, "SELECT * FROM nights ORDER BY rowid DESC LIMIT 1")
    return found[0] if found else None
