"""Who works on a run: one process at a time holds its lock; one that nobody holds any more shows that it died."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from review.basics.clock import now
from review.basics.errors import Refused
from storage.records_judges import RunEvent
from storage.store import Store

State = Literal["running", "paused", "interrupted", "finished", "failed"]
STATES: tuple[State, ...] = ("running", "paused", "interrupted", "finished", "failed")

PATIENCE = 3.0
"""Seconds that a worker waits for the lock: somebody who only looks whether it is held lets go at once."""

STARTING = 30.0
"""Seconds within which a worker in the background must have begun."""


def runs_folder(store_path: str | Path) -> Path:
    """The folder beside the store for locks and logs of runs; nobody but the owner may read it."""
    return Path(f"{store_path}.runs")


def log_path(store_path: str | Path, run_id: str) -> Path:
    """Where the worker of a run writes what goes wrong."""
    return runs_folder(store_path) / f"{run_id}.log"


def _lock_path(store_path: str | Path, run_id: str) -> Path:
    return runs_folder(store_path) / f"{run_id}.lock"


def _began_path(store_path: str | Path, run_id: str) -> Path:
    return runs_folder(store_path) / f"{run_id}.began"


@contextmanager
def held(store: Store, run_id: str, event: RunEvent | None) -> Iterator[None]:
    """Hold the lock of a run. Raises Refused when another process works on it.

    ``event`` is the one that this work answers: from then on it does not count as about to begin.
    """
    folder = runs_folder(store.path)
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(_lock_path(store.path, run_id))
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=0.05)
    except Timeout:
        raise Refused(f"another process is working on run '{run_id}'. `spotcheck judge runs` shows how far.") from None
    try:
        _began_path(store.path, run_id).write_text(f"{event.id if event else ''} {os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        lock.release()


def is_held(store: Store, run_id: str) -> bool:
    """Whether some process works on a run now."""
    path = _lock_path(store.path, run_id)
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def is_starting(store: Store, event: RunEvent) -> bool:
    """Whether a worker in the background was asked for a moment ago and has not begun yet."""
    if not event.detail.get("background"):
        return False
    began = _began_path(store.path, event.run_id)
    if began.exists() and began.read_text(encoding="utf-8").partition(" ")[0] == event.id:
        return False
    return (datetime.fromisoformat(now()) - datetime.fromisoformat(event.at)).total_seconds() < STARTING


def state_of(store: Store, run_id: str, event: RunEvent | None) -> State:
    """The state of a run whose latest event is ``event``."""
    said = event.event if event else "started"
    if said in ("finished", "failed", "paused"):
        return "finished" if said == "finished" else "failed" if said == "failed" else "paused"
    if said == "stopped":
        return "interrupted"
    if is_held(store, run_id) or (event is not None and is_starting(store, event)):
        return "running"
    return "interrupted"
