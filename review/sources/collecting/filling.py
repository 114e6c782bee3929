"""The process that brings traces into the log, beside the one that takes requests."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from review.basics.errors import ReviewError
from review.basics.words import counted
from review.privacy.originals import sealing
from review.settings.project import project_of
from review.sources.collecting.frames import spool_of
from review.sources.collecting.into_log import Assembler, Done
from review.sources.collecting.left_behind import ASSEMBLING
from storage.connection import StorageError
from storage.leases import only_one
from storage.opening import open_store

LOOK = 1.0
"""Seconds between two looks at the spool."""
LOCK_SECONDS = 60.0
NICE = 10
"""How far this process stands back behind the application and behind the one that takes requests. What it brings into
the log is on disk already, and an import takes a core for a moment: a reviewer's next item must not wait for that."""
NAMES = {
    "late": "spans came after their trace had gone into the log, and are not in it",
    "repeated": "spans came twice",
    "cut off": "files ended in a request that was never acknowledged",
    "unclaimed": "rows of feedback name a trace that never came",
}


def fill_the_log(
    store_path: Path, *, by: Callable[[], str], after: float, ended: threading.Event, say: Callable[[str], None]
) -> None:
    """Bring traces into the log until ``ended`` is set. A pass that has begun is finished."""
    os.nice(NICE)
    folder, project = spool_of(store_path), project_of(store_path)
    unseal = sealing()[1] if project.privacy.originals == "encrypted" else None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    store, last = open_store(store_path, create=False), ""
    # A killed collector leaves this process for a moment: the new one waits until it has ended.
    with contextlib.closing(store), only_one(store_path, "assembling", folder / ASSEMBLING, wait=LOCK_SECONDS):
        assembler = Assembler(store, project, folder, by=by, after=after, unseal=unseal)
        while not ended.wait(min(LOOK, max(after, 0.1))):
            try:
                words = in_words(assembler.step())
            except (ReviewError, StorageError) as error:
                words = f"nothing came into the log: {error}"
            if words and words != last:
                say(words)
            last = words


def in_words(done: Done) -> str:
    """Return what a pass did in one line, "" where it did nothing."""
    said = [
        f"{one.source}: {counted(one.added, 'conversation')} added"
        + (f", {one.updated:,} updated" if one.updated else "")
        + (f", {one.rejected:,} rejected" if one.rejected else "")
        + (f", {one.erased:,} dropped as erased" if one.erased else "")
        for one in done.imports
    ]
    said += [f"{n:,} {NAMES[name]}" for name, n in done.counts.items() if n]
    return "; ".join([*said, *(f"not in the log yet: {error}" for error in done.errors)])
