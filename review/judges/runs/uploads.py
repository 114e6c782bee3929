"""Files that somebody uploads on a page: kept beside the store, readable by its owner alone, until their run finishes.

They hold text that is not masked yet, so they stay no longer than a run reads them.
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
    """Provide the file on disk while the block runs; errors name the file without its temporary folder."""
    with TemporaryDirectory(prefix="spotcheck-") as folder:
        path = Path(folder).resolve() / _name(name)
        path.write_bytes(content)
        try:
            yield path
        except InputError as error:
            raise InputError(str(error).replace(f"{path.parent}/", "")) from None


@contextmanager
def kept(store: Store, name: str, content: bytes, *, by: str) -> Iterator[Path]:
    """Keep the file where its run can read it; the block starts that run, and nothing is kept when it fails.

    The same file always has the same path, so the same run is not started twice. Raises Refused without the role
    adjudicator, InputError when the file cannot be written.
    """
    require(store, by, "adjudicator")
    path = _folder(store) / hashlib.sha256(content).hexdigest()[:16] / _name(name)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise InputError(
            f"{path}: the file cannot be written ({error.strerror or error}). Nothing was started."
        ) from None
    try:
        yield path
    except BaseException:
        forget(store, str(path))
        raise


def forget(store: Store, name: str) -> None:
    """Remove an uploaded file unless some run still has to read it; never touch any other file."""
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
    """Return the name without a path and without characters that trouble a file system or a terminal."""
    return re.sub(r"[^\w.() -]", "_", Path(name).name)[-LONGEST_NAME:].lstrip(".") or "file"
