"""The folder of an import that is being written: hidden until it is renamed as a whole, removed when it breaks off.

One process at a time writes to a log, and holds its lock.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from filelock import FileLock, Timeout

from review.basics.errors import NOTHING_ADDED, NoSpace, Refused
from review.basics.log_paths import LogPaths
from review.basics.whole_files import sync

_PARTIAL = ".partial-"
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


@contextmanager
def full_disk(log: LogPaths, words: str = NOTHING_ADDED) -> Iterator[None]:
    """Turn the error of a full disk, which DuckDB words too, into NoSpace; ``words`` say what did not happen."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        full = NoSpace.from_error(error, log.logs, words)
        if full is None:
            raise
        raise full from error


def staged_for(log: LogPaths, import_id: str) -> LogPaths:
    """Make the hidden folder of an import, and return it with the one for its originals, which is made when needed."""
    staged = LogPaths(log.logs / f"{_PARTIAL}{import_id}", log.originals / f"{_PARTIAL}{import_id}")
    staged.logs.mkdir()
    return staged


def sweep(log: LogPaths) -> None:
    """Remove what an unfinished import left behind. The caller holds the lock, so no import is running.

    Originals whose import did become visible only lack their own renaming, and get it now. Folders under their final
    names are never touched: draws keep originals there too.
    """
    for partial in log.logs.glob(f"{_PARTIAL}*"):
        shutil.rmtree(partial, ignore_errors=True)
    for partial in log.originals.glob(f"{_PARTIAL}*"):
        import_id = partial.name.removeprefix(_PARTIAL)
        if (log.logs / import_id).is_dir():
            partial.rename(log.originals / import_id)
        else:
            shutil.rmtree(partial, ignore_errors=True)


def commit(log: LogPaths, staged: LogPaths, import_id: str) -> None:
    """Make the import visible by one renaming, then rename its originals."""
    folders = [folder for folder in (staged.originals, staged.logs) if folder.exists()]
    for folder in folders:
        for file in folder.rglob("*"):
            sync(file)
        sync(folder)
    staged.logs.rename(log.logs / import_id)
    sync(log.logs)
    if staged.originals.exists():
        staged.originals.rename(log.originals / import_id)
        sync(log.originals)
