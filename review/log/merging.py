"""Merge what many small imports brought into few files, so that a query opens few however often something comes.

What is merged takes the place of the folders of these imports as :mod:`review.log.merged` says: all at once, whenever a
process is killed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from review.basics.log_paths import LogPaths
from review.log.late import FOLDER, listed
from review.log.merged import finish, new_name, replace
from review.log.replaced import RETAINED, replaced_originals, visible
from review.log.rewriting import bounded, write_batch
from review.log.staging import full_disk, log_lock, staged_for, sweep

SMALL = 16_000_000
"""The bytes below which a folder is small."""
FULL = 64_000_000
"""The bytes of all folders that are merged at once, or one folder more: an import waits a few seconds for that."""
LEAST = 8
"""The small folders from which merging is worth it."""
SETTLED = 3600.0
"""The seconds after which nothing of an import looks at its own folder any more."""


class _Small(NamedTuple):
    week: str
    folder: Path
    size: int


class Merged(NamedTuple):
    """How many folders were merged, and into how many."""

    folders: int
    into: int


def merge_small(log: LogPaths, *, least: int = LEAST, settled: float = SETTLED) -> Merged:
    """Merge the small imports of the log, some at a time, so that an import in between waits for a few seconds only.

    Raises Refused while an import holds the log for a minute, NoSpace when the disk is full; what was merged before
    stays so.
    """
    if not log.logs.is_dir():
        return Merged(0, 0)
    with log_lock(log):
        sweep(log)
        finish(log)
        groups = groups_to_merge(log, least=least, settled=settled)
    for group in groups:
        with log_lock(log):
            merge(log, [folder for folder in group if folder.is_dir()])
    return Merged(sum(map(len, groups)), len(groups))


def groups_to_merge(log: LogPaths, *, least: int = LEAST, settled: float = SETTLED) -> list[list[Path]]:
    """Return the folders of small imports, and of what was merged before and is still small, as far as they fit.

    Imports that came in the last ``settled`` seconds wait. Neighbours in time come together, so that a merged folder
    has few weeks.
    """
    small = sorted(_small(log, before=time.time() - settled))
    if len(small) < least:
        return []
    groups, room = list[list[Path]](), 0
    for one in small:
        if not groups or room <= 0:
            groups, room = [*groups, []], FULL
        groups[-1].append(one.folder)
        room -= one.size
    return [group for group in groups if len(group) > 1]


def _small(log: LogPaths, *, before: float) -> Iterator[_Small]:
    for folder in log.logs.glob("*"):
        if folder.name.startswith((".", RETAINED)) or not folder.is_dir() or folder.stat().st_mtime > before:
            continue
        files = [*folder.glob("*.parquet"), *folder.glob(f"{FOLDER}/*.parquet")]
        size = sum(file.stat().st_size for file in files)
        if files and size < SMALL:
            yield _Small(min(file.name for file in files)[:8], folder, size)


def merge(log: LogPaths, folders: Sequence[Path]) -> None:
    """Merge the folders of some imports. The caller holds the lock of the log.

    Raises NoSpace when the disk is full; then, and after a kill, the log is as it was or as it becomes.
    """
    # What an interrupted retention has replaced is still there, and must not come back.
    shown = {*visible(log.logs, "*/*.parquet"), *visible(log.logs, f"*/{FOLDER}/*.parquet")}
    files = [file for folder in folders for file in sorted(folder.glob("*.parquet")) if file in shown]
    late = [file for folder in folders for file in sorted((folder / FOLDER).glob("*.parquet")) if file in shown]
    gone = replaced_originals(log)
    beside = (file for folder in folders for file in sorted((log.originals / folder.name).glob("*.parquet")))
    originals = [file for file in beside if file not in gone]
    name = new_name()
    try:
        with full_disk(log, "nothing was merged. Free some space."):
            staged = staged_for(log, name)
            with bounded(staged.logs / ".scratch") as db:
                query = f"SELECT * FROM {listed(originals)}" if originals else ""  # noqa: S608 - our own paths
                write_batch(db, staged, files=files, late=late, originals=query)
            replace(log, staged, name, logs=[*files, *late], originals=originals)
    finally:
        sweep(log)
