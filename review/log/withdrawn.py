"""Batches of the log that were withdrawn: their folders get a hidden name, so that no query reads them any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from filelock import FileLock, Timeout

from review.basics.errors import Refused
from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.late import FOLDER, listed
from review.log.log import log_files

PREFIX = ".withdrawn-"
LOCK_SECONDS = 60


@contextmanager
def log_lock(log: LogPaths) -> Iterator[None]:
    """Hold the lock of the log, so that no import runs inside. Raises Refused when one goes on for a minute."""
    log.logs.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(log.logs / ".lock", timeout=LOCK_SECONDS):
            yield
    except Timeout:
        raise Refused(f"{log.logs}: another import is running. Try again when it has finished.") from None


def hide(log: LogPaths, import_id: str) -> None:
    """Hide the batch of an import, with its originals; does nothing when it is hidden already."""
    for folder in (log.logs, log.originals):
        batch = folder / import_id
        if batch.is_dir():
            batch.rename(folder / f"{PREFIX}{import_id}")


def batch_files(log: LogPaths, import_id: str) -> list[Path]:
    """Return the visible files of one import."""
    return sorted((log.logs / import_id).glob("*.parquet"))


def late_files_of(log: LogPaths, import_id: str) -> list[Path]:
    """Return the visible files of what one import told of conversations of other imports."""
    return sorted((log.logs / import_id / FOLDER).glob("*.parquet"))


def batch_ids(log: LogPaths, import_id: str) -> Iterator[list[str]]:
    """Yield the conversation ids of one import, some thousand at a time."""
    files = batch_files(log, import_id)
    if not files:
        return
    with in_memory() as db:
        rows = db.execute(f"SELECT id FROM {listed(files)}")  # noqa: S608 - our own paths
        while some := rows.fetchmany(5_000):
            yield [row[0] for row in some]


def batch_weeks(log: LogPaths, import_id: str) -> list[str]:
    """Return the weeks that one import holds conversations of, or told something new of."""
    return sorted({path.name[:8] for path in batch_files(log, import_id)} | _weeks_told(log, import_id))


def _weeks_told(log: LogPaths, import_id: str) -> set[str]:
    """Return the weeks of the conversations that one import told something of, also those that came after it."""
    late, files = late_files_of(log, import_id), log_files(log)
    if not late or not files:
        return set()
    by_week = groupby(sorted(files, key=lambda path: path.name[:8]), key=lambda path: path.name[:8])
    with in_memory() as db:
        return {
            week
            for week, some in by_week
            if db.execute(f"SELECT 1 FROM {listed(list(some))} SEMI JOIN {listed(late)} USING (id) LIMIT 1").fetchone()  # noqa: S608 - our own paths
        }
