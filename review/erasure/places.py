"""Everything that can hold a person's text: one entry for each table, kind of file, cache and index.

An entry finds what is theirs and empties it; emptying again finds nothing. Copies outside of the store are listed and
not touched: exports, what was published or pushed, and backups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from review.basics.log_paths import log_of
from review.erasure import files
from review.erasure.open_items import empty_open_items, open_items
from review.erasure.person import Person
from review.erasure.reviewer_id import PLACE, rename, rows_naming
from review.erasure.spool import empty_spool, in_spool
from review.erasure.tables import count_in, empty_table
from review.erasure.texts import Finder
from review.golden.erased_examples import current_among, released_among, retire_erased, tombstone_release
from review.judges.runs.locks import runs_folder
from review.settings.project import project_of
from review.sources.uploads import uploads_of
from storage.records import KEYS
from storage.store import Store

Find = Callable[[Store, Person], int]
Empty = Callable[[Store, Person, str], int]
"""Empties a place in the name of somebody, and returns how many rows, files or lines that changed."""


class Place(NamedTuple):
    """One place: what it is in words, how it is searched and emptied, and the endings of its files beside the store."""

    title: str
    find: Find
    empty: Empty
    endings: tuple[str, ...] = ()


def _anybody(empty: Callable[[Store, Person], int]) -> Empty:
    return lambda store, person, by: empty(store, person)


def _table(record: type) -> Place:
    title = f"{KEYS[record][0].replace('_', ' ')} of the store"
    return Place(title, partial(_count, record=record), partial(_empty, record=record))


def _count(store: Store, person: Person, *, record: type) -> int:
    return count_in(store, person, record)


def _empty(store: Store, person: Person, by: str, *, record: type) -> int:
    return empty_table(store, person, record, by=by)


def _wanted(person: Person) -> Finder:
    """Return what is looked for in files that are not masked yet: also long ids."""
    ids = {one for one in (person.given, *person.conversations) if len(one) >= LONG_ID}
    return Finder(person.texts | ids)


LONG_ID = 8
"""Characters of an id that is looked for in files that somebody dropped."""
Paths = Callable[[Store], Iterable[Path]]


def _lines(title: str, paths: Paths, *endings: str) -> Place:
    """Return a place of text files, in which lines lose the texts."""
    return Place(
        title,
        lambda store, person: sum(len(hits) for _, _, hits in files.lines_with(paths(store), Finder(person.texts))),
        lambda store, person, by: files.empty_lines(paths(store), Finder(person.texts)),
        endings,
    )


def _whole(title: str, paths: Paths, *endings: str) -> Place:
    """Return a place of files that are removed as a whole: what they hold comes again or can be made again."""
    return Place(
        title,
        lambda store, person: len(files.files_with(paths(store), _wanted(person))),
        lambda store, person, by: files.remove_files(paths(store), _wanted(person)),
        endings,
    )


def _files_in(folder: Path, pattern: str = "*") -> list[Path]:
    return [path for path in sorted(folder.rglob(pattern)) if path.is_file()] if folder.is_dir() else []


def _kept_results(store: Store) -> list[Path]:
    cache = project_of(store.path).sql.cache
    return _files_in(Path(cache)) if cache else []


def _run_logs(store: Store) -> list[Path]:
    return _files_in(runs_folder(store.path), "*.log")


def _run_files(store: Store) -> list[Path]:
    return _files_in(runs_folder(store.path) / "files")


def _night(store: Store) -> list[Path]:
    return [path for path in (Path(f"{store.path}.night.json"),) if path.exists()]


def _pulled(store: Store) -> list[Path]:
    return [file for folder in log_of(store.path).logs.glob(".pulling-*") for file in _files_in(folder)]


def _golden(store: Store, person: Person) -> int:
    found = {e.example_id for e in current_among(store, person.examples)}
    return len(found.union(released_among(store, person.examples)))


def _empty_golden(store: Store, person: Person, by: str) -> int:
    n = _golden(store, person)
    retire_erased(store, person.examples, by=by)
    tombstone_release(store, person.examples, by=by)
    return n


PLACES: dict[str, Place] = {
    "log": Place("conversations of the log", files.log_rows, _anybody(files.empty_log), (".logs",)),
    "late rows": Place("what arrived later", files.told_rows, _anybody(files.empty_told)),
    "user days": Place("figures of users by day", files.user_days, _anybody(files.rename_user_days)),
    "originals": Place("unmasked originals", files.originals, _anybody(files.empty_originals), (".originals",)),
    "spool": Place("spool of the collector", in_spool, _anybody(empty_spool), (".spool",)),
    "pulled": _whole("records of a pull that was cut off", _pulled),
    "uploads": _whole("files dropped into the application", lambda s: _files_in(uploads_of(s.path)), ".uploads"),
    "rejects": _lines("rejected records", lambda s: _files_in(log_of(s.path).rejects), ".rejects"),
    "run files": _whole("files of runs of judges", _run_files, ".runs"),
    "run logs": _lines("error logs of runs", _run_logs),
    "night": _lines("report of the last night", _night, ".night.json"),
    "results": _whole("kept results of queries", _kept_results),
    "open items": Place("items that wait for a reviewer", open_items, empty_open_items),
    "golden release": Place("golden examples in force", _golden, _empty_golden),
    PLACE: Place("rows that name a reviewer", rows_naming, rename),
    **{table: _table(record) for record, (table, _) in KEYS.items()},
}
"""Places by name, in the order in which they are emptied. The audit chain comes with the tables."""

NO_TEXT = {
    "audit_rows": "keyed digests of rows",
    "_sqlite_migrations": "which steps of the schema ran",
    ".lock": "an empty file that is locked",
    ".unfinished": "a new store that is being made, before anybody can write to it",
    ".erasing": "what a running erasure must know; removed when its proof has passed",
    "-wal": "the write-ahead log, cut at the end of each erasure",
    "-shm": "an index of the write-ahead log, without content",
}
"""Tables and endings of files that hold no text of a person, and why."""
COPIES = {
    ".before-": "a store that a restore has put aside: a backup, which is listed",
    ".restoring": "a backup on its way to being restored: removed by the next restore, and read by the proof",
}
"""Endings of files beside the store that are copies."""
