"""Opening a store: made new, migrated behind a lock, or refused when it is no whole store."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from storage import proof
from storage.address import address_in
from storage.connection import NoStore, StorageError, plain_errors
from storage.migrations.schema import migrations
from storage.migrations.sqlite_utils_alone import database
from storage.records import KEYS
from storage.store import Store

LOCK_SECONDS = 60
"""Seconds that opening a store waits for another process that migrates it."""
_LOST = "Its content is lost; nothing was changed. Restore a backup, or move the file away to begin anew."


def open_store(path: str | Path, *, create: bool = True) -> Store:
    """Open the store at ``path`` and bring its schema up to date, behind a lock: many processes may start at once.

    Raises NoStore when it does not exist and ``create`` is false; StorageError when it is not a store, is empty or
    lacks tables, was written by a newer version, or cannot be written. What exists is never made anew.
    """
    path = Path(path)
    if not path.exists() and not create:
        raise NoStore(f"{path}: there is no store here. Create one, or choose the file of an existing store.")
    if not path.parent.is_dir():
        raise StorageError(f"{path}: the folder {path.parent} does not exist. Create it first.")
    if path.is_dir():
        raise StorageError(f"{path}: this is a folder; expected a file.")
    address = address_in(path)
    if address is not None:
        from storage.postgres_opening import open_database

        return open_database(path, address, create=create)
    store = Store(path)
    with plain_errors(path):
        if path.exists() and not _pending(store):
            return store
        try:
            with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
                if not path.exists():
                    store = _create(path)
                elif _pending(store):
                    store.db.enable_wal()
                    migrations.apply(store.db)
        except sqlite3.OperationalError as error:
            if "already exists" not in str(error) and "no such" not in str(error):
                raise
            raise StorageError(
                f"{path}: its schema could not be brought up to date ({error}): the list of the steps that ran "
                f"does not fit its tables. {_LOST}"
            ) from None
        except Timeout:
            raise StorageError(
                f"{path}: another process has held the lock {path}.lock for {LOCK_SECONDS} s. "
                "If no other process is running, remove that file."
            ) from None
    return store


def open_for_copy(path: str | Path) -> Store:
    """Open the place of a copy: a new store without any entry, or the beginning of a copy.

    Raises StorageError when it is no store, or cannot be made.
    """
    path = Path(path)
    address = address_in(path)
    if address is not None:
        from storage.postgres_opening import open_database

        return open_database(path, address, create=True, sign=False)
    if path.exists():
        return open_store(path)
    if not path.parent.is_dir():
        raise StorageError(f"{path}: the folder {path.parent} does not exist. Create it first.")
    with plain_errors(path):
        path.touch()
        store = Store(path)
        store.db.enable_wal()
        migrations.apply(store.db)
    return store


def _create(path: Path) -> Store:
    """Make a new store under another name and rename it, so that an empty file is never a store that is being made."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    for part in (unfinished, *(unfinished.with_name(unfinished.name + end) for end in ("-wal", "-shm"))):
        part.unlink(missing_ok=True)
    unfinished.touch()
    store = Store(unfinished)
    try:
        store.db.enable_wal()
        migrations.apply(store.db)
        store.begin_signing()
    except BaseException:
        store.close()
        unfinished.unlink(missing_ok=True)
        raise
    store.close()
    unfinished.replace(path)
    return Store(path)


@cache
def _steps() -> frozenset[str]:
    """Return the names of all steps of the schema: those that an empty database lacks."""
    return frozenset(step.name for step in migrations.pending(database()))


def _pending(store: Store) -> bool:
    """Return whether steps of the schema are missing. Raises StorageError for anything that is no whole store."""
    if store.path.stat().st_size == 0:
        raise StorageError(f"{store.path}: the file is empty (0 bytes); expected a store. {_LOST}")
    known = _steps()
    applied = {m.name for m in migrations.applied(store.db)}
    newer = sorted(applied - known)
    if newer:
        raise StorageError(
            f"{store.path}: the store was written by a newer version of Spotcheck (it has '{newer[-1]}'). "
            "Nothing was changed. Upgrade Spotcheck."
        )
    tables = set(store.db.table_names())
    if not applied:
        other = "holds no tables" if not tables - {"_sqlite_migrations"} else "is not a Spotcheck store"
        raise StorageError(f"{store.path}: this SQLite file {other}. Choose another file, or restore a backup.")
    missing = sorted(({table for table, _ in KEYS.values()} | set(proof.NOT_COVERED)) - tables)
    if missing and applied == known:
        raise StorageError(f"{store.path}: the store has lost its table '{missing[0]}'. {_LOST}")
    return applied != known
