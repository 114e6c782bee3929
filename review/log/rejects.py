"""The folder beside the log with one file of rejected records for each import. The values in them are masked."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from review.basics.clock import now
from review.basics.log_paths import LogPaths


def copy_rejects(source: LogPaths, target: LogPaths) -> int:
    """Copy the files that ``target`` lacks; only their owner can read them. Returns how many were copied."""
    missing = [file for file in _files(source) if not (target.rejects / file.name).exists()]
    if missing:
        target.rejects.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in missing:
        copy = target.rejects / file.name
        copy.touch(mode=0o600)
        shutil.copyfile(file, copy)
        shutil.copystat(file, copy)
        copy.chmod(0o600)
    return len(missing)


def old_rejects(log: LogPaths, days: int) -> list[Path]:
    """Return the files that were written more than ``days`` days ago."""
    before = datetime.fromisoformat(now()) - timedelta(days=days)
    return [file for file in _files(log) if datetime.fromtimestamp(file.stat().st_mtime, UTC) < before]


def expire_rejects(log: LogPaths, days: int) -> int:
    """Remove the files that were written more than ``days`` days ago. Returns how many were removed."""
    old = old_rejects(log, days)
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _files(log: LogPaths) -> list[Path]:
    return sorted(log.rejects.glob("*.jsonl"))
