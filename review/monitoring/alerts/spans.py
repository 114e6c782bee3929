"""The windows of alerts as people read them, and as moments."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from review.basics.times import utc_text
from review.monitoring.periods import moment_of

Spans = tuple[tuple[str, str], tuple[str, str]]
"""The baseline of an alert and the time since it rang, as UTC texts, half open."""


def spoken_start(start: str) -> str:
    """Return the begin of a window as people read it: a day, or an hour of UTC."""
    day = date.fromisoformat(start[:10])
    said = f"{day:%a} {day.day} {day:%B}"
    return f"{said} {start[11:13]}:00 UTC" if len(start) > len("2026-11-30") else said


def moment(start: str, time_zone: str) -> str:
    """Return the begin of a window as UTC text: a day of the project, or an hour of UTC."""
    if len(start) > len("2026-11-30"):
        return utc_text(datetime.fromisoformat(f"{start}:00+00:00"))
    return moment_of(start, "start", time_zone)


def after(start: str, window: str) -> str:
    """Return the begin of the next window."""
    if window == "hour":
        return (datetime.fromisoformat(f"{start}:00") + timedelta(hours=1)).strftime("%Y-%m-%dT%H")
    return (date.fromisoformat(start) + timedelta(days=7 if window == "week" else 1)).isoformat()
