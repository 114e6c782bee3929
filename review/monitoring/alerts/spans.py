"""The windows of alerts as people read them."""

from __future__ import annotations

from datetime import date


def spoken_start(start: str) -> str:
    """Return the begin of a window as people read it: a day, or an hour of UTC."""
    day = date.fromisoformat(start[:10])
    said = f"{day:%a} {day.day} {day:%B}"
    return f"{said} {start[11:13]}:00 UTC" if len(start) > len("2026-11-30") else said
