"""Do something once a day at a time of the wall clock, in one process alone, however many wait for it.

A lock beside the store keeps others away while it runs, and a note beside it says for which day it ran last.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from review.basics.errors import InputError

LONGEST_WAIT = 60.0
"""Seconds until the clock is read again: a machine may sleep, and its clock may be set."""


def time_of(text: str) -> time:
    """Return the time that HH:MM says. Raises InputError for anything else."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text)
    if found is None:
        raise InputError(f"found {text[:40]!r}, expected a time of the day such as 03:30.")
    return time(int(found[1]), int(found[2]))


def due_before(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Return the last moment up to ``now``, in UTC, at which the clock in ``zone`` said ``at``.

    A time that the clock skips in spring is as much later as the clock skips; of one that comes twice it is the first.
    """
    day = now.astimezone(zone).date() + timedelta(days=1)
    while True:
        moment = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if moment <= now:
            return moment
        day -= timedelta(days=1)


def due_after(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Return the first moment after ``now``, in UTC, at which the clock in ``zone`` says ``at``."""
    day = now.astimezone(zone).date() - timedelta(days=1)
    while True:
        moment = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if moment > now:
            return moment
        day += timedelta(days=1)


def claim_and_run(store: Path, due: datetime, run: Callable[[], None]) -> bool:
    """Run what was due unless another process runs it or has run it. Returns whether this one did.

    A run that fails counts as done, so that it is not repeated all day. The note is written before it.
    """
    try:
        with FileLock(f"{store.resolve()}.nightly.lock", timeout=0):
            if done_until(store) >= due:
                return False
            _note_done(store, due)
            run()
            return True
    except Timeout:
        return False


def done_until(store: Path) -> datetime:
    """Return the moment for which the last run was due, a very early one when there was none."""
    try:
        found = datetime.fromisoformat(_note(store).read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else datetime.min.replace(tzinfo=UTC)


def every_day(
    store: Path,
    at: time,
    zone: ZoneInfo,
    *,
    run: Callable[[], None],
    now: Callable[[], datetime],
    wait: Callable[[float], bool],
    report: Callable[[str], None],
) -> None:
    """Run once a day at ``at`` until ``wait`` (seconds -> whether to end) says to end.

    When the files beside the store cannot be written, nothing runs that day; ``report`` gets a sentence about it.

    What was due while nothing ran is made up for at the start, once, if there was a run before.
    """
    due = due_before(now(), at, zone)
    if not _note(store).exists():
        due = due_after(now(), at, zone)
    while True:
        if now() >= due:
            try:
                claim_and_run(store, due, run)
            except OSError as error:
                report(f"{_note(store)} cannot be written ({error.strerror or error}), so nothing ran tonight.")
            due = due_after(now(), at, zone)
        left = (due - now()).total_seconds()
        if wait(min(max(left, 0.0), LONGEST_WAIT)):
            return


def _note(store: Path) -> Path:
    return Path(f"{store.resolve()}.nightly")


def _note_done(store: Path, due: datetime) -> None:
    part = Path(f"{_note(store)}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(f"{due.isoformat()}\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(_note(store))
