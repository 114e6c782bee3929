"""What users did: the rows of the log, and what retention left of those that expired, as one relation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from review.basics.log_paths import LogPaths
from review.log.buckets import entries
from review.log.late import listed
from review.log.outcomes import KIND
from review.log.retained import USERS, parts

Columns = Mapping[str, tuple[str, str]]
"""By name of a column: its expression over a row of the log, and over one of the days of users."""
VISITS: Columns = {
    "created_at": ("created_at", "first_at"),
    "last_at": ("created_at", "last_at"),
    "n": ("1", "n"),
    "week": ("week", "week"),
    "user_id": ("user_id", "user_id"),
    "session_id": ("session_id", "session_id"),
    "variant": ("variant", "variant"),
    "expired": ("false", "true"),
}
"""``n`` conversations from ``created_at`` to ``last_at``: one of the log, or those of an hour that ``expired``."""


def visits(log: LogPaths, *, weeks: Sequence[str] | None = None, more: Columns | None = None) -> str:
    """Return SQL for the visits under the name ``entry``, with ``VISITS`` and ``more`` columns."""
    columns = {**VISITS, **(more or {})}
    live = f"SELECT {_chosen(columns, 0)} FROM {entries(log, weeks=weeks)}"  # noqa: S608 - our own names and paths
    days = user_days_of(log)
    gone = f" UNION ALL SELECT {_chosen(columns, 1)} FROM {days}" if days else ""  # noqa: S608 - our own names and paths
    return f"({live}{gone}) AS entry"


def user_days_of(log: LogPaths) -> str | None:
    """Return SQL for the days of users, None where nothing expired. Files of earlier versions have no outcomes."""
    files = parts(log.logs, USERS)
    if not files:
        return None
    empty = f"SELECT CAST(NULL AS {KIND}) AS outcomes WHERE false"
    return f"({empty} UNION ALL BY NAME SELECT * FROM {listed(files)})"  # noqa: S608 - our own paths


def _chosen(columns: Columns, which: int) -> str:
    return ", ".join(f"{words[which]} AS {name}" for name, words in columns.items())
