"""The folders of what was merged, and of what stays where rows were taken out of files of several imports.

Such a folder is named ``<logs>/merged-<run>`` and looks like the one of an import; each row still names its import. It
takes the place of files as :mod:`review.log.replaced` says.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from review.basics.clock import new_id
from review.basics.log_paths import LogPaths
from review.log.mixed import holding_any, mixed_originals
from review.log.replaced import MERGED, RUN, describe, is_unfinished, removed, replaced_originals
from review.log.staging import commit, sweep

NO_IDS = "(SELECT CAST(NULL AS VARCHAR) AS id WHERE false)"


def new_name() -> str:
    """Return the name of a new folder of what is merged."""
    return f"{MERGED}{new_id()}"


def replace(
    log: LogPaths,
    staged: LogPaths,
    name: str,
    *,
    logs: Sequence[Path],
    originals: Sequence[Path],
    before: Callable[[], object] = lambda: None,
) -> None:
    """Let what is staged take the place of some files, right after ``before``, and remove these."""
    shutil.rmtree(staged.logs / ".scratch", ignore_errors=True)
    describe(staged.logs, log, logs=logs, originals=originals, run={})
    before()
    commit(log, staged, name)
    finish(log)


def finish(log: LogPaths) -> None:
    """Remove what merged folders replace, and merged folders that hold nothing any more.

    The caller holds the lock of the log; a kill leaves the rest for the next time.
    """
    for folder in log.logs.glob(f"{MERGED}*"):
        if is_unfinished(folder):
            sweep(log)
            removed(log, folder)
        (folder / RUN).unlink(missing_ok=True)
        if not any(folder.rglob("*.parquet")):
            shutil.rmtree(folder, ignore_errors=True)


def originals_with(db: duckdb.DuckDBPyConnection, log: LogPaths, ids: str) -> list[Path]:
    """Return the files of originals of several imports that hold one of some conversations; ``ids`` is their query."""
    gone = replaced_originals(log)
    return holding_any(db, [file for file in mixed_originals(log) if file not in gone], ids)
