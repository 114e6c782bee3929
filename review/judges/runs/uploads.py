"""Files that somebody hands in on a page: kept beside the store, for its owner alone, until their run has finished.

They hold text that nobody has masked yet, so nothing of them stays longer than it is read from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from review.basics.errors import InputError
from review.judges.runs.events import latest_event
from review.judges.runs.locks import runs_folder
from review.people.people import require
from storage.records_judges import JudgeRun
from storage.store import Store

LONGEST_NAME = 80


@contextmanager
def looked_at(name: str, content: bytes) -> Iterator[Path]:
    """The file on disk for as long as the block lasts; what is wrong with it is said with its name alone."""
    with TemporaryDirectory(prefix="spotcheck-") as folder:
        path = Path(folder).resolve() / _name(name)
        path.write_bytes(content)
        try:
            yield path
        except InputError as error:
            raise InputError(str(error).replace(f"{path.parent}/", "")) from None


@contextmanager
def kept(store: Store, name: str, content: bytes, *, by: str) -> Iterator[Path]:
    """The file where a run can read it at every sitting; the block starts that run. When it fails nothing is kept.

    The same file lies in the same place, so that the same run is not started twice. Raises Refused without the role
    adjudicator, InputError when it cannot be written.
    """
    require(store, by, "adjudicator")
    path = _folder(store) / hashlib.sha256(content).hexdigest()[:16] / _name(name)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path}: it cannot be written ({error.strerror or error}). Nothing was started.") from None
    try:
        yield path
    except BaseException:
        forget(store, str(path))
        raise


def forget(store: Store, name: str) -> None:
    """Remove a file that was handed in, unless some run has still to read it. Any other file is nobody's of ours."""
    path = Path(name)
    if _folder(store) not in path.parents or any(_reads(store, run, name) for run in store.find(JudgeRun)):
        return
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def _reads(store: Store, run: JudgeRun, name: str) -> bool:
    if run.target["name"] != name:
        return False
    event = latest_event(store, run.id)
    return event is None or event.event != "finished"


def _folder(store: Store) -> Path:
    return runs_folder(store.path).resolve() / "files"


def _name(name: str) -> str:
    """The name without a path and without anything that a file system or a terminal might take amiss."""
    return re.sub(r"[^\w.() -]", "_", Path(name).name)[-LONGEST_NAME:].lstrip(".") or "file"
