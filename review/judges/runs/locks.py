"""Locks of runs: one process at a time works on a run, and a free lock shows that an unfinished run was interrupted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from filelock import FileLock, Timeout

from review.basics.clock import now
from review.basics.errors import Refused
from storage.leases import is_held_elsewhere, only_one
from storage.store import Store

State = Literal["running", "paused", "interrupted", "finished", "failed"]


class Event(Protocol):
    """An event of a run, of a judge or of a version of the product."""

    @property
    def id(self) -> str:
        """Its identifier."""

    @property
    def run_id(self) -> str:
        """The run that it is about."""

    @property
    def event(self) -> str:
        """What happened."""

    @property
    def at(self) -> str:
        """When, as UTC text."""

    @property
    def detail(self) -> dict[str, Any]:
        """More about it."""


PATIENCE = 3.0
"""Seconds that a worker waits for the lock, because a process that only checks it holds it for a moment."""

STARTING = 30.0
"""Seconds within which a background worker must have begun."""


def runs_folder(store_path: str | Path) -> Path:
    """Return the folder for locks and logs of runs, beside the store; only its owner may read it."""
    return Path(f"{store_path}.runs")


def log_path(store_path: str | Path, run_id: str) -> Path:
    """Return the file to which the worker of a run writes its errors."""
    return runs_folder(store_path) / f"{run_id}.log"


def _lock_path(store_path: str | Path, run_id: str) -> Path:
    return runs_folder(store_path) / f"{run_id}.lock"


def _began_path(store_path: str | Path, run_id: str) -> Path:
    return runs_folder(store_path) / f"{run_id}.began"


@contextmanager
def held(store: Store, run_id: str, event: Event | None, *, runs_shown_by: str = "judge runs") -> Iterator[None]:
    """Hold the lock of a run. Raises Refused when another process works on it.

    ``event`` is the request that this work answers: from now on the run no longer counts as about to begin.
    """
    folder = runs_folder(store.path)
    folder.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as lock:
        try:
            lock.enter_context(only_one(store.path, _name(run_id), _lock_path(store.path, run_id), wait=PATIENCE))
        except Timeout:
            raise Refused(
                f"another process is working on run '{run_id}'.",
                command_hint=f"`spotcheck {runs_shown_by}` shows its progress.",
            ) from None
        _began_path(store.path, run_id).write_text(f"{event.id if event else ''} {os.getpid()}\n", encoding="utf-8")
        yield


def is_held(store: Store, run_id: str) -> bool:
    """Whether a process is working on a run now."""
    path = _lock_path(store.path, run_id)
    if path.exists():
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
    return is_held_elsewhere(store.path, _name(run_id))


def _name(run_id: str) -> str:
    return f"run {run_id}"


def is_starting(store: Store, event: Event) -> bool:
    """Whether a background worker was requested moments ago and has not begun yet."""
    if not event.detail.get("background"):
        return False
    began = _began_path(store.path, event.run_id)
    if began.exists() and began.read_text(encoding="utf-8").partition(" ")[0] == event.id:
        return False
    return (datetime.fromisoformat(now()) - datetime.fromisoformat(event.at)).total_seconds() < STARTING


def state_of(store: Store, run_id: str, event: Event | None) -> State:
    """Return the state of a run whose latest event is ``event``."""
    name = event.event if event else "started"
    if name in ("finished", "failed", "paused"):
        return "finished" if name == "finished" else "failed" if name == "failed" else "paused"
    if name == "stopped":
        return "interrupted"
    if is_held(store, run_id) or (event is not None and is_starting(store, event)):
        return "running"
    return "interrupted"
