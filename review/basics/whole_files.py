"""Write files completely or not at all: under a temporary name, then renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from review.basics.clock import new_id
from review.basics.errors import InputError, Refused


def check_target(target: Path, *, force: bool) -> None:
    """Raise Refused when ``target`` exists and ``force`` is off, InputError when its folder does not exist."""
    if not target.parent.is_dir():
        raise InputError(f"{target}: the folder {target.parent} does not exist. Create it first.")
    empty = target.is_dir() and not any(target.iterdir())
    if target.exists() and not empty and not force:
        raise Refused(f"{target} exists already. Choose another name, or replace it with --force.")


@contextmanager
def replacing(target: Path, *, marker: str = "") -> Iterator[Path]:
    """Yield a temporary path beside ``target``; after the block the file or folder written there becomes the target.

    If the block fails, nothing is left behind and an earlier target stays. A folder with files in it is only replaced
    by a folder, and only if it contains ``marker``, which shows that it is an earlier export.
    Raises InputError when the disk is full or the folder cannot be written.
    """
    folder = target.parent / f".{target.name}.{new_id()[:8]}.part"
    temporary = folder / target.name
    try:
        folder.mkdir()
        yield temporary
        _put(temporary, target, marker, aside=folder / "before")
    except OSError as error:
        raise InputError(f"{target} cannot be written ({error.strerror or error}). Nothing was changed.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(temporary: Path, target: Path, marker: str, *, aside: Path) -> None:
    if temporary.is_dir() != target.is_dir() and target.exists():
        kind = "a folder" if target.is_dir() else "a file"
        raise Refused(f"{target} is {kind} that this export cannot replace. Choose another name.")
    if temporary.is_dir() and target.is_dir() and any(target.iterdir()):
        if not marker or not (target / marker).exists():
            raise Refused(f"{target} contains files that are not an earlier export. Choose another folder.")
        target.rename(aside)
    try:
        temporary.replace(target)
    except OSError:
        if aside.exists():
            aside.rename(target)
        raise


def sync(path: Path) -> None:
    """Return once the disk has a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
