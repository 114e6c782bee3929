"""Pulls in the background of a server, for pages that come and go. What a pull did is in its rows of the store."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from review.basics.errors import ReviewError
from review.basics.log_paths import log_of
from review.people.people import require
from review.settings.project import project_of
from review.settings.pulled import PulledSource
from review.sources.pulling.pull import lock_of, pull
from storage.connection import StorageError
from storage.opening import open_store
from storage.store import Store


def start(store: Store, source: PulledSource, *, by: str) -> threading.Thread:
    """Pull one source in a thread of its own, which is returned. Raises Refused without the role lead."""
    require(store, by, "lead")
    thread = threading.Thread(target=_work, args=(store.path, source, by), name=f"pull {source.name}", daemon=True)
    thread.start()
    return thread


def is_pulled(store_path: Path, name: str) -> bool:
    """Return whether a pull of this source runs now, in this process or another one."""
    lock = lock_of(log_of(store_path), name)
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def _work(store_path: Path, source: PulledSource, by: str) -> None:
    store = open_store(store_path, create=False)
    try:
        pull(store, project_of(store_path), source, by=by)
    except (ReviewError, StorageError) as error:
        # A pull that did not begin: the role was taken away, or another one runs. The page shows the state of both.
        logging.getLogger(__name__).warning("pull of %s: %s", source.name, error)
    finally:
        store.close()
