"""Append to the imported log: an import becomes visible as a whole or not at all.

Its folder is written under a hidden name and renamed in the last step. The first version of a conversation wins: what
the log holds is never overwritten.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
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
from review.log.staging import commit, staged_for, sweep
from review.privacy.originals import write_originals
from storage.records_log import Conversation

BATCH_ROWS = 15_000
BATCH_BYTES = 24 * 1024 * 1024
LOOKED_UP = 2_000
"""Conversations that are looked up in the log in one query."""
LOCK_SECONDS = 60
KNOWN_MEMORY = "256MB"

_ARROW = {
    **{"VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()},
    "BLOB": pa.binary(),
}
_SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS.items()])
_content_of, _direct_of = operator.attrgetter(*IN_CONTENT), operator.attrgetter(*DIRECT)
_JSON = orjson.OPT_NON_STR_KEYS


class Entry(NamedTuple):
    """A masked and hashed conversation to append, with its sealed original if one is kept, and the checks' findings.

    ``raw`` is the keyed hash of the record it was made from, b"" for none. ``unread`` are cells that could not be read
    and cost their field: field, what was found, what was expected.
    """

    conversation: Conversation
    original: str | None = None
    findings: Mapping[str, Finding] = MappingProxyType({})
    raw: bytes = b""
    unread: tuple[tuple[str, str, str], ...] = ()


class LogRow(NamedTuple):
    """A conversation as the log holds it: its cells in the order of ``COLUMNS``, and its sealed original."""

    cells: tuple[Any, ...]
    original: str | None


@dataclass
class Appended:
    """How many conversations were new, known with the same content, and known with other content."""

    added: int = 0
    duplicate: int = 0
    changed: int = 0


Examine = Callable[[Iterator[Entry]], Iterator[Entry]]


def append(
    log: LogPaths,
    entries: Iterable[Entry] | Iterable[LogRow],
    *,
    import_id: str,
    at: str,
    encrypted: bool = False,
    examine: Examine = iter,
) -> Appended:
    """Add the conversations that the log does not hold yet: all of them or, when anything fails, none.

    Memory holds one batch at a time. ``encrypted`` records whether the originals are sealed with a key. Only new
    conversations pass through ``examine``, which yields one for each it takes; rows that are made already do not.
    Raises Refused while another import runs, NoSpace when the disk is full.
    """
    log.logs.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(log.logs / ".lock", timeout=LOCK_SECONDS):
            sweep(log)
            return _append(log, entries, import_id=import_id, at=at, encrypted=encrypted, examine=examine)
    except Timeout:
        raise Refused(f"{log.logs}: another import is running. Try again when it has finished.") from None
    except (OSError, duckdb.Error) as error:
        full = NoSpace.from_error(error, log.logs)
        if full is None:
            raise
        raise full from error


def _append(
    log: LogPaths,
    entries: Iterable[Entry] | Iterable[LogRow],
    *,
    import_id: str,
    at: str,
    encrypted: bool,
    examine: Examine,
) -> Appended:
    staged = staged_for(log, import_id)
    counts = Appended()
    try:
        with _known(log, staged.logs) as known:
            rows = _rows(_fresh(known, entries, counts), examine, import_id, at)
            for number, batch in enumerate(_batches(rows), start=1):
                _write_batch(staged, batch, number, encrypted)
        for file in staged.logs.glob("known.duckdb*"):
            file.unlink()
        if counts.added:
            commit(log, staged, import_id)
    finally:
        sweep(log)
    return counts


def _rows(fresh: Iterator[Entry | LogRow], examine: Examine, import_id: str, at: str) -> Iterator[LogRow]:
    first = next(fresh, None)
    if first is None:
        return
    rest: Any = chain((first,), fresh)
    if isinstance(first, LogRow):
        yield from rest
        return
    for entry in examine(rest):
        yield row_of(entry, import_id, at)


def row_of(entry: Entry, import_id: str, at: str) -> LogRow:
    """Return a conversation as the log holds it."""
    return LogRow(_cells(entry, import_id, at), entry.original)


def _batches(rows: Iterable[LogRow]) -> Iterator[list[LogRow]]:
    batch: list[LogRow] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row.cells[_CONTENT]) + len(row.original or "")
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
        entry.raw or None,
    )


_ID, _WEEK, _CONTENT, _HASH = (list(COLUMNS).index(name) for name in ("id", "week", "content", "content_hash"))


def _known(log: LogPaths, folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a small database on disk with the ids and content hashes of the log, which keeps memory bounded."""
    db = duckdb.connect(folder / "known.duckdb", config={"memory_limit": KNOWN_MEMORY, "threads": "2"})
    db.execute(f"CREATE TABLE known AS SELECT id, content_hash FROM {log_relation(log)}")  # noqa: S608 - our own paths
    return db


def _names(entry: Entry | LogRow) -> tuple[str, str]:
    """The id and the content hash of a conversation."""
    if isinstance(entry, LogRow):
        return entry.cells[_ID], entry.cells[_HASH]
    return entry.conversation.id, entry.conversation.content_hash


def _fresh(
    known: duckdb.DuckDBPyConnection, entries: Iterable[Entry] | Iterable[LogRow], counts: Appended
) -> Iterator[Entry | LogRow]:
    """Yield the entries that are new, in order, and count every entry."""
    left: Iterator[Entry | LogRow] = iter(entries)
    while some := [(*_names(entry), entry) for entry in islice(left, LOOKED_UP)]:
        known.register("asked", pa.table({"id": [identity for identity, _, _ in some]}))
        sql = "SELECT id, content_hash FROM known SEMI JOIN asked USING (id)"
        held: dict[str, str] = dict(known.execute(sql).fetchall())
        new: dict[str, str] = {}
        for identity, digest, entry in some:
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


def _write_batch(staged: LogPaths, batch: list[LogRow], number: int, encrypted: bool) -> None:
    for week in sorted({row.cells[_WEEK] for row in batch}):
        rows = [row.cells for row in batch if row.cells[_WEEK] == week]
        columns = [pa.array(cells, kind) for cells, kind in zip(zip(*rows, strict=True), _SCHEMA.types, strict=True)]
        table = pa.Table.from_arrays(columns, schema=_SCHEMA)
        pq.write_table(table, staged.logs / f"{week}-{number:04d}.parquet", compression="zstd")
    originals = [(row.cells[_ID], row.original) for row in batch if row.original is not None]
    if originals:
        write_originals(staged.originals / f"{number:04d}.parquet", originals, encrypted=encrypted)


_KNOWN = pa.schema([("id", pa.string()), ("content_hash", pa.string())])
