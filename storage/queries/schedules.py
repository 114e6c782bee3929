"""How weeks open themselves. Schedules are rows; the latest one counts."""

from __future__ import annotations

from storage.records_weeks import WeekSchedule
from storage.store import Store


def latest_schedule(store: Store) -> WeekSchedule | None:
    """Return the schedule that counts: the latest row, None when nobody has set one."""
    found = store.select(WeekSchedule, "SELECT * FROM week_schedules ORDER BY rowid DESC LIMIT 1")
    return found[0] if found else None
