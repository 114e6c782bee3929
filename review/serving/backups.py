"""Back up a store into one file, and restore it from there."""

from __future__ import annotations

import shutil
from pathlib import Path

from review.audit.end_of_chain import record_restore
from review.audit.store_secrets import store_id
from review.audit.verifying import Check, check_store, in_its_place
from review.basics.clock import now
from review.basics.errors import InputError, Refused
from review.basics.log_paths import log_of
from review.basics.whole_files import check_target, replacing
from review.basics.words import counted
from review.log.rejects import copy_rejects
from review.serving.presence import served_at
from storage.address import address_in
from storage.copying import copy
from storage.opening import open_for_copy, open_store
from storage.proof_key import VARIABLE, kept_key, key_file
from storage.store import Store

BESIDE = ("", "-wal", "-shm")
"""Endings of the files that are one store while it is open."""


def back_up(store: Store, target: Path, *, force: bool = False) -> str:
    """Write a consistent copy of the store to ``target`` and return where its audit key is: not inside.

    The files of rejected records are copied to the folder ``<target>.rejects``.

    Raises Refused when ``target`` exists and ``force`` is off, InputError when it cannot be written.
    """
    check_target(target, force=force)
    with replacing(target) as temporary:
        if address_in(store.path) is None:
            store.backup(temporary)
        else:
            made = open_for_copy(temporary)
            copy(store, made)
            made.close()
    copied = copy_rejects(log_of(store.path), log_of(target))
    place = str(key_file(store_id(store))) if kept_key(store_id(store)) else f"the environment variable {VARIABLE}"
    rejects = (
        f" {counted(copied, 'file')} of rejected records, with masked values, went to {log_of(target).rejects}."
        if copied
        else ""
    )
    return f"The audit key is not in the backup. Keep {place} in another safe place.{rejects}"


def restore(source: Path, path: Path, *, force: bool = False) -> tuple[Check, Path | None]:
    """Put the backup ``source`` in the place of the store at ``path``. Returns its check, and where the old file went.

    A file that is there is moved aside, never deleted. The chain gets an entry when this machine knows of newer entries
    that the backup lacks. Raises Refused when it exists and ``force`` is off or while the
    application serves it, InputError when the backup cannot be read, StorageError when it is no whole store.
    """
    if not source.is_file():
        raise InputError(f"{source}: there is no such file; expected a backup of a store.")
    if address_in(path) is not None:
        return _restore_into_database(source, path), None
    url = served_at(path)
    if url:
        raise Refused(f"{path}: the application at {url} has this store open. End it first.")
    if path.exists() and not force:
        raise Refused(f"{path} exists already.", command_hint="`--force` moves it aside.")
    waiting = path.with_name(f"{path.name}.restoring")
    try:
        shutil.copyfile(source, waiting)
        restored = open_store(waiting, create=False)
        check = check_store(restored)
        restored.close()
        aside = _move_aside(path) if path.exists() else None
        waiting.replace(path)
        moved = open_store(path, create=False)
        record_restore(moved, source.name)
        check = in_its_place(check, moved)
        copy_rejects(log_of(source), log_of(path))
        moved.close()
    except OSError as error:
        raise InputError(
            f"{path} cannot be restored ({error.strerror or error}). The store was not changed."
        ) from error
    finally:
        for part in path.parent.iterdir():
            if part.name.startswith(waiting.name):
                part.unlink(missing_ok=True)
    return check, aside


def _restore_into_database(source: Path, path: Path) -> Check:
    """Copy the backup into the empty database that ``path`` names; one that holds another store is left alone."""
    backup = open_store(source, create=False)
    restored = open_for_copy(path)
    copy(backup, restored)
    backup.close()
    record_restore(restored, source.name)
    check = check_store(restored)
    copy_rejects(log_of(source), log_of(path))
    return check


def _move_aside(path: Path) -> Path:
    stamp = now()[:19].replace(":", "").replace("-", "")
    aside = path.with_name(f"{path.name}.before-{stamp}")
    for ending in BESIDE:
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside
