"""Copy a store to another place or engine, with the folders beside it, and check a store as a whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from review.audit.verifying import Check, check_store
from review.basics.errors import InputError, Refused
from review.basics.log_paths import log_of
from storage.address import address_in
from storage.copying import Copied, copy
from storage.opening import open_for_copy, open_store
from storage.postgres_safety import risks
from storage.store import Store


class StoreCopy(NamedTuple):
    """What was copied: the rows of each table, the files beside the store, and the check of the copy."""

    tables: list[Copied]
    files: int
    check: Check


def copy_store(source: Path, target: Path, *, progress: Callable[[Copied], None] | None = None) -> StoreCopy:
    """Copy the store at ``source`` to ``target``, and compare every row. A copy that was interrupted goes on.

    The log, the originals and the rejected records beside the store are copied too. Raises Refused when both are the
    same place, InputError when a file cannot be copied, StorageError when the target holds another store.
    """
    same = address_in(source) == address_in(target) if address_in(source) else source.resolve() == target.resolve()
    if same:
        raise Refused(f"{source}: a store cannot be copied to itself. Name another place.")
    ours = open_store(source, create=False)
    theirs = open_for_copy(target)
    try:
        tables = copy(ours, theirs, progress=progress)
        files = _copy_folders(source, target)
        return StoreCopy(tables, files, check_store(theirs))
    finally:
        ours.close()
        theirs.close()


def _copy_folders(source: Path, target: Path) -> int:
    """Copy the files beside a store that the target lacks, and return how many they are. They never change."""
    ours, theirs = log_of(source), log_of(target)
    pairs = ((ours.logs, theirs.logs), (ours.originals, theirs.originals), (ours.rejects, theirs.rejects))
    copied = 0
    try:
        for here, there in pairs:
            if not here.is_dir():
                continue
            there.mkdir(mode=here.stat().st_mode & 0o777, exist_ok=True)
            for file in sorted(here.rglob("*")):
                place = there / file.relative_to(here)
                if file.is_dir():
                    place.mkdir(mode=file.stat().st_mode & 0o777, exist_ok=True)
                elif not place.exists() or place.stat().st_size != file.stat().st_size:
                    shutil.copy2(file, place)
                    copied += 1
    except OSError as error:
        raise InputError(
            f"{error.filename}: this file cannot be copied ({error.strerror}). The rows are there. Copy again to go on."
        ) from error
    return copied


class Health(NamedTuple):
    """The check of a store: what its engine finds broken, what its audit chain proves, and what its server may lose."""

    damage: list[str]
    check: Check
    risks: list[str]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damage and self.check.holds


def check_whole(store: Store) -> Health:
    """Check the pages and indexes of a store by its engine, and every row and entry by its audit chain."""
    with store.engine.plain_errors():
        damage = store.engine.damage()
    return Health(damage, check_store(store), risks(store.engine))
