"""``spotcheck store``: back up the store, and restore it."""

from __future__ import annotations

from pathlib import Path

import click

from review.audit.verifying import in_words
from review.commands.common import emit, json_option, note, opened, out, store_option
from review.serving.backups import back_up, restore


@click.group("store")
def store_group() -> None:
    """The file of the store: back it up, and restore a backup."""


@store_group.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@store_option
@json_option
def store_backup(file: Path, force: bool, store_path: str, as_json: bool) -> None:
    """Write a consistent copy of the store to FILE, while others work. The audit key is not inside.

    The files of rejected records, whose values are masked, go to the folder FILE.rejects. The log and the originals
    beside the store are not in the backup; copy their folders too.
    """
    words = back_up(opened(store_path), file, force=force)
    note(words)
    emit({"backup": str(file), "key": words}, as_json, lambda: out.print(f"wrote {file}", highlight=False))


@store_group.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Move a store that is there aside; it is never deleted.")
@store_option
@json_option
def store_restore(file: Path, force: bool, store_path: str, as_json: bool) -> None:
    """Put the backup FILE in the place of the store, and check its records. End the application first.

    Files of rejected records in FILE.rejects come back too. If this machine knows of newer entries than the backup
    has, the audit chain says so from then on.
    """
    check, aside = restore(file, Path(store_path), force=force)
    lines = in_words(check)
    result = {"store": store_path, "moved_aside": str(aside) if aside else None, "entries": check.entries}

    def render() -> None:
        out.print(f"restored {store_path} from {file}", highlight=False)
        if aside:
            out.print(f"the former store is now {aside}", highlight=False)
        for line in lines:
            out.print(line, highlight=False, markup=False)

    emit({**result, "holds": check.holds, "proven": not check.unproven}, as_json, render)
