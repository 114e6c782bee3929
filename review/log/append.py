"""Append to the imported log: an import becomes visible as a whole or not at all.

Its folder is written under a hidden name and renamed in the last step. The first version of a conversation wins: what
the log holds is never overwritten.
"""

from __future__ import annotations

import operator
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from review.basics.errors import NoSpace, Refused
from review.basics.log_paths import LogPaths
from review.checks.protocol import Finding
from review.checks.running import flagged
from review.log.judges_disagree import judges_disagree
from review.log.log import COLUMNS, DIRECT, IN_CONTENT, log_relation
from review.privacy.originals import write_originals
from storage.records_log import Conversation

BATCH_ROWS = 50_000
BATCH_BYTES = 64 * 1024 * 1024
LOOKED_UP = 2_000
"""Conversations that are looked up in the log in one query."""
LOCK_SECONDS = 60
KNOWN_MEMORY = "512MB"
_PARTIAL = ".partial-"

_ARROW = {"VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()}
_SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS.items()])
_content_of, _direct_of = operator.attrgetter(*IN_CONTENT), operator.attrgetter(*DIRECT)
_JSON = orjson.OPT_NON_STR_KEYS


class Entry(NamedTuple):
    """A masked and hashed conversation to append, with its sealed original if one is kept, and the checks' findings."""

    conversation: Conversation
    original: str | None = None
    findings: Mapping[str, Finding] = MappingProxyType({})


@dataclass
class Appended:
    """How many conversations were new, known with the same content, and known with other content."""

    added: int = 0
    duplicate: int = 0
    changed: int = 0


Examine = Callable[[Iterator[Entry]], Iterator[Entry]]


def append(
    log: LogPaths,
    entries: Iterable[Entry],
    *,
    import_id: str,
    at: str,
    encrypted: bool = False,
    examine: Examine = iter,
) -> Appended:
    """Add the conversations that the log does not hold yet: all of them or, when anything fails, none.

    Memory holds one batch at a time. ``encrypted`` records whether the originals are sealed with a key. Only new
    conversations pass through ``examine``, which yields one for each it takes. Raises Refused while another import
    runs, NoSpace when the disk is full.
    """
    log.logs.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(log.logs / ".lock", timeout=LOCK_SECONDS):
            _sweep(log)
            return _append(log, entries, import_id=import_id, at=at, encrypted=encrypted, examine=examine)
    except Timeout:
        raise Refused(f"{log.logs}: another import is running. Try again when it has finished.") from None
    except (OSError, duckdb.Error) as error:
        full = NoSpace.from_error(error, log.logs)
        if full is None:
            raise
        raise full from error


def _append(
    log: LogPaths, entries: Iterable[Entry], *, import_id: str, at: str, encrypted: bool, examine: Examine
) -> Appended:
    staged = LogPaths(log.logs / f"{_PARTIAL}{import_id}", log.originals / f"{_PARTIAL}{import_id}")
    staged.logs.mkdir()
    counts = Appended()
    try:
        with _known(log, staged.logs) as known:
            fresh = examine(_fresh(known, entries, counts))
            for number, batch in enumerate(_batches(fresh, import_id, at), start=1):
                _write_batch(staged, batch, number, encrypted)
        for file in staged.logs.glob("known.duckdb*"):
            file.unlink()
        if counts.added:
            _commit(log, staged, import_id)
    finally:
        _sweep(log)
    return counts


def _sweep(log: LogPaths) -> None:
    """Remove what an unfinished import left behind. The caller holds the lock, so no import is running.

    Originals whose import did become visible only lack their own renaming, and get it now. Folders under their final
    names are never touched: draws keep originals there too.
    """
    for partial in log.logs.glob(f"{_PARTIAL}*"):
        shutil.rmtree(partial, ignore_errors=True)
    for partial in log.originals.glob(f"{_PARTIAL}*"):
        import_id = partial.name.removeprefix(_PARTIAL)
        if (log.logs / import_id).is_dir():
            partial.rename(log.originals / import_id)
        else:
            shutil.rmtree(partial, ignore_errors=True)


def _commit(log: LogPaths, staged: LogPaths, import_id: str) -> None:
    """Make the import visible by one renaming, then rename its originals."""
    folders = [folder for folder in (staged.originals, staged.logs) if folder.exists()]
    for folder in folders:
        for file in folder.iterdir():
            _sync(file)
        _sync(folder)
    staged.logs.rename(log.logs / import_id)
    _sync(log.logs)
    if staged.originals.exists():
        staged.originals.rename(log.originals / import_id)
        _sync(log.originals)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _LogRow(NamedTuple):
    cells: tuple[Any, ...]
    original: str | None


def _batches(entries: Iterable[Entry], import_id: str, at: str) -> Iterator[list[_LogRow]]:
    batch: list[_LogRow] = []
    size = 0
    for entry in entries:
        row = _LogRow(_cells(entry, import_id, at), entry.original)
        batch.append(row)
        size += len(row.cells[_CONTENT]) + len(entry.original or "")
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _cells(entry: Entry, import_id: str, at: str) -> tuple[Any, ...]:
    conversation = entry.conversation
    verdicts = orjson.dumps(conversation.verdicts, option=_JSON, default=str).decode()
    content = dict(zip(IN_CONTENT, _content_of(conversation), strict=True))
    content["checks"] = dict(entry.findings)
    return (
        *_direct_of(conversation),
        at,
        import_id,
        verdicts,
        orjson.dumps(content, option=_JSON, default=str).decode(),
        " ".join(flagged(entry.findings)),
        judges_disagree(conversation.verdicts),
    )


_ID, _WEEK, _CONTENT = (list(COLUMNS).index(name) for name in ("id", "week", "content"))


def _known(log: LogPaths, folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a small database on disk with the ids and content hashes of the log, which keeps memory bounded."""
    db = duckdb.connect(folder / "known.duckdb", config={"memory_limit": KNOWN_MEMORY, "threads": "2"})
    db.execute(f"CREATE TABLE known AS SELECT id, content_hash FROM {log_relation(log)}")  # noqa: S608 - our own paths
    return db


def _fresh(known: duckdb.DuckDBPyConnection, entries: Iterable[Entry], counts: Appended) -> Iterator[Entry]:
    """Yield the entries that are new, in order, and count every entry."""
    left = iter(entries)
    while some := list(islice(left, LOOKED_UP)):
        known.register("asked", pa.table({"id": [entry.conversation.id for entry in some]}))
        sql = "SELECT id, content_hash FROM known SEMI JOIN asked USING (id)"
        held: dict[str, str] = dict(known.execute(sql).fetchall())
        new: dict[str, str] = {}
        for entry in some:
            identity, digest = entry.conversation.id, entry.conversation.content_hash
            first = held.get(identity)
            if first is None:
                held[identity] = new[identity] = digest
                counts.added += 1
                yield entry
            elif first == digest:
                counts.duplicate += 1
            else:
                counts.changed += 1
        known.register("new_rows", pa.table({"id": list(new), "content_hash": list(new.values())}, _KNOWN))
        known.execute("INSERT INTO known SELECT id, content_hash FROM new_rows")


def _write_batch(staged: LogPaths, batch: list[_LogRow], number: int, encrypted: bool) -> None:
    for week in sorted({row.cells[_WEEK] for row in batch}):
        rows = [row.cells for row in batch if row.cells[_WEEK] == week]
        columns = [pa.array(cells, kind) for cells, kind in zip(zip(*rows, strict=True), _SCHEMA.types, strict=True)]
        table = pa.Table.from_arrays(columns, schema=_SCHEMA)
        pq.write_table(table, staged.logs / f"{week}-{number:04d}.parquet", compression="zstd")
    originals = [(row.cells[_ID], row.original) for row in batch if row.original is not None]
    if originals:
        write_originals(staged.originals / f"{number:04d}.parquet", originals, encrypted=encrypted)


_KNOWN = pa.schema([("id", pa.string()), ("content_hash", pa.string())])
