"""Batches of the log that an undo hid: nothing reads them any more, and they go when the longest days are over."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from review.basics.log_paths import LogPaths
from review.log.withdrawn import PREFIX
from review.monitoring.staying import Staying
from review.settings.retention import Retention


def remove_withdrawn(
    log: LogPaths, undone: Mapping[str, str], rules: Retention, stays: Staying, *, now: str
) -> list[str]:
    """Remove the batches that were undone longer ago than the longest class is kept, and return their imports.

    ``undone`` is when each import was undone. Nothing goes while a class is kept for ever, or a batch holds something
    that is on legal hold.
    """
    days = rules.days.values()
    if not all(days):
        return []
    limit = datetime.fromisoformat(now) - timedelta(days=max(days))
    gone = []
    for import_id, at in undone.items():
        batch, originals = (home / f"{PREFIX}{import_id}" for home in (log.logs, log.originals))
        if datetime.fromisoformat(at) < limit and batch.is_dir() and not _on_hold(batch, stays):
            for folder in (originals, batch):
                shutil.rmtree(folder, ignore_errors=True)
            gone.append(import_id)
    return gone


def _on_hold(batch: Path, stays: Staying) -> bool:
    held = {name for name, reason in stays.conversations.items() if reason == "legal_hold"}
    for file in batch.glob("*.parquet") if held or stays.users else ():
        rows = pq.read_table(file, columns=["id", "user_id"]).to_pylist()
        if any(row["id"] in held or row["user_id"] in stays.users for row in rows):
            return True
    return False
