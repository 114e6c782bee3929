"""Batches of the log that were withdrawn: their folders get a hidden name, so that no query reads them any more.

Rows of a batch that stand in files with those of others are taken out of them, into such a folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.late import late_files, listed
from review.log.log import log_files
from review.log.merged import NO_IDS, new_name, originals_with, replace
from review.log.mixed import files_of_import, is_mixed, late_files_of_import, rows_by_import, rows_of_import
from review.log.rewriting import bounded, write_batch
from review.log.staging import staged_for, sweep

PREFIX = ".withdrawn-"


def hide(log: LogPaths, import_id: str) -> None:
    """Hide the batch of an import, with its originals; does nothing when it is hidden already.

    The caller holds the lock of the log.
    """
    for folder in (log.logs, log.originals):
        batch = folder / import_id
        if batch.is_dir():
            batch.rename(folder / f"{PREFIX}{import_id}")
    _take_out(log, import_id)


def still_visible(log: LogPaths, imports: Collection[str]) -> list[str]:
    """Return those of some imports of which something is visible."""
    if not imports:
        return []
    shared = [path for path in (*log_files(log), *late_files(log.logs)) if is_mixed(path)]
    held = {name for rows in rows_by_import(shared).values() for name in rows}
    return [one for one in imports if one in held or any((home / one).is_dir() for home in (log.logs, log.originals))]


def _take_out(log: LogPaths, import_id: str) -> None:
    """Take the rows of an import out of the files that it shares with others, into a hidden folder.

    Its own files are hidden already. A kill before the last renaming leaves all as it was, for the next time.
    """
    files, late = files_of_import(log, import_id), late_files_of_import(log, import_id)
    if not files and not late:
        return
    sweep(log)
    aside = LogPaths(log.logs / f"{PREFIX}{import_id}", log.originals / f"{PREFIX}{import_id}")
    theirs, staged = staged_for(log, import_id), staged_for(log, name := new_name())
    mine = f"import_id = {sql_literal(import_id)}"
    with bounded(staged.logs / ".scratch") as db:
        ids = f"(SELECT id FROM {listed(files)} WHERE {mine})" if files else NO_IDS  # noqa: S608 - our own names and paths
        originals = originals_with(db, log, ids)
        for target, where, join in ((theirs, mine, "SEMI"), (staged, f"NOT ({mine})", "ANTI")):
            query = f"SELECT * FROM {listed(originals)} {join} JOIN {ids} USING (id)" if originals else ""  # noqa: S608 - our own names and paths
            write_batch(db, target, files=files, late=late, originals=query, where=where)
    replace(log, staged, name, logs=[*files, *late], originals=originals, before=lambda: _put_aside(theirs, aside))


def _put_aside(theirs: LogPaths, aside: LogPaths) -> None:
    """Give what is taken out its hidden name; rows of the import that were hidden before stay beside it."""
    for home, target in ((theirs.logs, aside.logs), (theirs.originals, aside.originals)):
        if home.exists() and target.exists():
            for file in list(home.rglob("*.parquet")):
                place = target / file.relative_to(home)
                place.parent.mkdir(exist_ok=True)
                file.rename(place.with_name(f"{file.stem}-shared.parquet"))
            shutil.rmtree(home)
        elif home.exists():
            home.rename(target)


def batch_ids(files: Sequence[Path], import_id: str) -> Iterator[list[str]]:
    """Yield the conversation ids of one import in its files, some thousand at a time."""
    with in_memory() as db:
        rows = db.execute(f"SELECT id FROM {rows_of_import(files, import_id)}")  # noqa: S608 - our own paths
        while some := rows.fetchmany(5_000):
            yield [row[0] for row in some]


def batch_weeks(log: LogPaths, files: Sequence[Path], late: Sequence[Path], import_id: str) -> list[str]:
    """Return the weeks that the files of one import hold conversations of, or tell something new of."""
    return sorted({path.name[:8] for path in files} | _weeks_told(log, late, import_id))


def _weeks_told(log: LogPaths, late: Sequence[Path], import_id: str) -> set[str]:
    """Return the weeks of the conversations that one import told something of, also those that came after it."""
    files = log_files(log)
    if not late or not files:
        return set()
    told = rows_of_import(late, import_id)
    by_week = groupby(sorted(files, key=lambda path: path.name[:8]), key=lambda path: path.name[:8])
    with in_memory() as db:
        return {
            week
            for week, some in by_week
            if db.execute(f"SELECT 1 FROM {listed(list(some))} SEMI JOIN {told} USING (id) LIMIT 1").fetchone()  # noqa: S608 - our own paths
        }
