"""The spool of a collector that does not run: the night brings what waits there into the log.

There it is masked, checked, expired and erased like everything else. Without that it would wait until somebody starts a
collector again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from filelock import Timeout

from review.basics.errors import NothingToDo
from review.privacy.originals import sealing
from review.settings.project import Project
from review.sources.collecting.frames import Frame, frames, spool_files, spool_of
from review.sources.collecting.into_log import Assembler, Done
from storage.leases import only_one
from storage.store import Store

ASSEMBLING = ".assembling.lock"
QUIET = 60.0
"""The seconds after its last span from which a trace with a root comes in."""


def bring_in_what_is_left(store: Store, project: Project, *, by: Callable[[], str]) -> Done:
    """Bring the traces of the spool that are whole into the log, in the name of ``by``.

    Raises NothingToDo while the spool is empty and while a collector fills the log, and ReviewError when the spool
    cannot be read.
    """
    folder = spool_of(store.path)
    if not spool_files(folder):
        raise NothingToDo("no span waits in the spool of the collector.")
    unseal = sealing()[1] if project.privacy.originals == "encrypted" else None
    try:
        with only_one(store.path, "assembling", folder / ASSEMBLING):
            return Assembler(store, project, folder, by=by, after=QUIET, unseal=unseal).step()
    except Timeout:
        raise NothingToDo("a collector runs, and brings its spans into the log itself.") from None


def waiting_since(folder: Path) -> float:
    """Return when the first request that a spool holds arrived, in seconds since 1970; 0 without any.

    It may be in the log already: a file goes when the last trace in it is.
    """
    return next((frame.at for path in spool_files(folder).values() for frame in _frames(path, most=1)), 0.0)


def requests_in(folder: Path) -> int:
    """Return how many requests a spool holds; reads all of it."""
    return sum(1 for path in spool_files(folder).values() for _ in _frames(path))


def _frames(path: Path, *, most: int | None = None) -> Iterator[Frame]:
    """Yield frames of a file; none of one that a running collector has renamed or removed since it was listed."""
    with suppress(FileNotFoundError):
        yield from frames(path, most=most)
