"""Which application has a store open: a lock beside the store, and the address of the one that holds it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout


def served_at(store: Path) -> str | None:
    """Return the address and process of the application that serves this store, None when none does."""
    lock = FileLock(_lock(store), timeout=0)
    if not Path(_lock(store)).exists():
        return None
    try:
        with lock:
            return None
    except Timeout:
        with contextlib.suppress(OSError):
            return _note(store).read_text(encoding="utf-8").strip() or "an unknown address"
        return "an unknown address"


@contextlib.contextmanager
def serving(store: Path, url: str) -> Iterator[None]:
    """Hold the lock of a store while inside, unless another application holds it already."""
    lock = FileLock(_lock(store), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield
        return
    try:
        _note(store).write_text(f"{url} (process {os.getpid()})\n", encoding="utf-8")
        yield
    finally:
        _note(store).unlink(missing_ok=True)
        lock.release()


def _lock(store: Path) -> str:
    return f"{store.resolve()}.serving.lock"


def _note(store: Path) -> Path:
    return Path(f"{store.resolve()}.serving")
