"""Append to the imported log: an import becomes visible as a whole or not at all.

Its folder is written under a hidden name and renamed in the last step. The first version of a conversation wins: what
the log holds is never overwritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from review.basics.in_memory import on_disk
from review.basics.log_paths import LogPaths
from review.log.columns import COLUMNS, DIRECT
from review.log.expired import Expired
from review.log.facts import facts_of
from review.log.gone import Gone
from review.log.late import FOLDER, late_files, listed, write_late
from review.log.log import conversation_of_cells, log_files, log_relation
from review.log.rows import Entry, LogRow, row_of
from review.log.staging import commit, full_disk, log_lock, staged_for, sweep
from review.log.updates import Arrival, Arrivals, Updates, first_question
from review.privacy.originals import write_originals

BATCH_ROWS = 15_000
BATCH_BYTES = 24 * 1024 * 1024
LOOKED_UP = 2_000
"""Conversations that are looked up in the log in one query."""
SCANNED = 10
"""So many of these queries read the ids of the log itself; from then on it is cheaper to have copied them once."""
KNOWN_MEMORY = "256MB"

_ARROW = {
    **{"VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()},
    "BLOB": pa.binary(),
}
_SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS.items()])


@dataclass(kw_only=True)
class Appended(Updates):
    """How many conversations were new, and what became of records about those that the log held already.

    ``expired`` are about conversations that retention removed, ``gone`` about erased ones; both are dropped.
    """

    added: int = 0
    expired: int = 0
    gone: Counter[str] = field(default_factory=Counter)


Examine = Callable[[Iterator[Entry]], Iterator[Entry]]
NOTHING_GONE = Gone()


def append(
    log: LogPaths,
    entries: Iterable[Entry] | Iterable[LogRow],
    *,
    import_id: str,
    at: str,
    encrypted: bool = False,
    examine: Examine = iter,
    key: bytes = b"",
    gone: Gone = NOTHING_GONE,
) -> Appended:
    """Add the conversations that the log does not hold yet: all of them or, when anything fails, none.

    An entry without messages tells something of a conversation, such as a thumb down; so does a known conversation with
    other content. What is new of it becomes a late row. Memory holds one batch at a time. ``encrypted`` records whether
    the originals are sealed with a key. Only new conversations pass through ``examine``, which yields one for each it
    takes; rows that are made already do not. What is ``gone`` stays so, and is counted. ``key`` is that of hashes of
    what expired.
    Raises Refused while another import runs, NoSpace when the disk is full.
    """
    with full_disk(log), log_lock(log):
        sweep(log)
        counts = Appended()
        left: Any = gone.without(entries, counts.gone) if gone else entries
        _append(log, left, counts, import_id=import_id, at=at, encrypted=encrypted, examine=examine, key=key)
        return counts


def _append(
    log: LogPaths,
    entries: Iterable[Entry] | Iterable[LogRow],
    counts: Appended,
    *,
    import_id: str,
    at: str,
    encrypted: bool,
    examine: Examine,
    key: bytes,
) -> None:
    staged = staged_for(log, import_id)
    try:
        with _known(log, staged.logs) as known:
            arrivals = Arrivals(known)
            expired = Expired(known, log.logs, key)
            left = _kept(entries, expired, counts) if expired.any else entries
            rows = _rows(_fresh(log, known, left, counts, arrivals=arrivals), examine, import_id, at)
            for number, batch in enumerate(_batches(rows), start=1):
                _write_batch(staged, batch, number, encrypted)
            if arrivals.count:
                files = [*log_files(log), *sorted(staged.logs.glob("*.parquet"))]
                late = arrivals.late_rows(files, late_files(log.logs), counts, now=at)
                write_late(staged.logs / FOLDER, late, import_id=import_id, at=at)
        for file in staged.logs.glob("known.duckdb*"):
            file.unlink()
        if counts.added or counts.updated or counts.waiting or counts.older:
            commit(log, staged, import_id)
    finally:
        sweep(log)


def _kept(
    entries: Iterable[Entry] | Iterable[LogRow], expired: Expired, counts: Appended
) -> Iterator[Entry] | Iterator[LogRow]:
    """Yield the entries about conversations that retention did not remove, and count the others."""
    left: Iterator[Entry | LogRow] = iter(entries)
    while some := list(islice(left, LOOKED_UP)):
        gone = expired.ids([_names(entry)[0] for entry in some])
        told = {name for entry in some if (name := _told_name(entry)) is not None}
        named = expired.names(list(told))
        for entry in some:
            if _names(entry)[0] in gone or _told_name(entry) in named:
                counts.expired += 1
            else:
                yield entry


def _told_name(entry: Entry | LogRow) -> str | None:
    """The id in its source of a conversation that an entry without messages tells something of; else None."""
    said = entry.entry if isinstance(entry, LogRow) else entry
    return None if said is None or said.conversation.messages else said.conversation.source_id


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


_ID, _WEEK, _CONTENT, _HASH = (list(COLUMNS).index(name) for name in ("id", "week", "content", "content_hash"))


@contextmanager
def _known(log: LogPaths, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a small database on disk for ids and content hashes, which keeps memory bounded: those of late rows."""
    late = late_files(log.logs)
    said = f"SELECT id, content_hash FROM {listed(late)}" if late else "SELECT id, content_hash FROM known LIMIT 0"  # noqa: S608 - our own paths
    with on_disk(folder / "known.duckdb", memory_limit=KNOWN_MEMORY, threads="2") as db:
        db.execute("CREATE TABLE known (id VARCHAR, content_hash VARCHAR)")
        db.execute(f"CREATE TABLE said AS {said}")
        yield db


def _names(entry: Entry | LogRow) -> tuple[str, str]:
    """The id and the content hash of a conversation."""
    if isinstance(entry, LogRow):
        return entry.cells[_ID], entry.cells[_HASH]
    return entry.conversation.id, entry.conversation.content_hash


def _fresh(
    log: LogPaths,
    known: duckdb.DuckDBPyConnection,
    entries: Iterable[Entry] | Iterable[LogRow],
    counts: Appended,
    *,
    arrivals: Arrivals,
) -> Iterator[Entry | LogRow]:
    """Yield the entries that are new, in order, and count them; keep those that tell of known conversations."""
    left: Iterator[Entry | LogRow] = iter(entries)
    number, in_log = 0, log_relation(log)
    while some := [(*_names(entry), entry) for entry in islice(left, LOOKED_UP)]:
        known.register("asked", pa.table({"id": [identity for identity, _, _ in some]}))
        if number == SCANNED:
            known.execute(f"INSERT INTO known SELECT id, content_hash FROM {in_log}")  # noqa: S608 - our own paths
        held: dict[str, str] = dict(known.execute(_ASKED.format("known")).fetchall())
        if number < SCANNED:
            held |= dict(known.execute(_ASKED.format(in_log)).fetchall())
        number += 1
        said: set[tuple[str, str]] = set(known.execute(_ASKED.format("said")).fetchall())
        new, told = dict[str, str](), dict[tuple[str, str], Arrival]()
        for identity, digest, entry in some:
            first, alone = held.get(identity), not _has_messages(entry)
            if first is None and not alone:
                held[identity] = new[identity] = digest
                counts.added += 1
                yield entry
            elif first == digest or (identity, digest) in said:
                counts.duplicate += 1
            else:
                said.add((identity, digest))
                told[identity, digest] = _arrival(entry)
        known.register("new_rows", pa.table({"id": list(new), "content_hash": list(new.values())}, _KNOWN))
        known.execute("INSERT INTO known SELECT id, content_hash FROM new_rows")
        if told:
            arrivals.add(list(told.values()))
            cells = {"id": [i for i, _ in told], "content_hash": [digest for _, digest in told]}
            known.register("new_said", pa.table(cells, _KNOWN))
            known.execute("INSERT INTO said SELECT id, content_hash FROM new_said")


def _has_messages(entry: Entry | LogRow) -> bool:
    return entry.entry is None if isinstance(entry, LogRow) else bool(entry.conversation.messages)


def _arrival(entry: Entry | LogRow) -> Arrival:
    """Return what an entry tells of a conversation."""
    if isinstance(entry, Entry):
        found = entry.conversation
    elif entry.entry is not None:
        found = entry.entry.conversation
    else:
        cells = dict(zip(COLUMNS, entry.cells, strict=True))
        found = conversation_of_cells({name: cells[name] for name in (*DIRECT, "verdicts", "content")})
    asked = first_question(found.messages) if found.messages else None
    return Arrival(found.id, found.content_hash, facts_of(found), asked)


def _write_batch(staged: LogPaths, batch: list[LogRow], number: int, encrypted: bool) -> None:
    for week in sorted({row.cells[_WEEK] for row in batch}):
        rows = [row.cells for row in batch if row.cells[_WEEK] == week]
        columns = [pa.array(cells, kind) for cells, kind in zip(zip(*rows, strict=True), _SCHEMA.types, strict=True)]
        table = pa.Table.from_arrays(columns, schema=_SCHEMA)
        pq.write_table(table, staged.logs / f"{week}-{number:04d}.parquet", compression="zstd")
    originals = [(row.cells[_ID], row.original) for row in batch if row.original is not None]
    if originals:
        write_originals(staged.originals / f"{number:04d}.parquet", originals, encrypted=encrypted)


_ASKED = "SELECT id, content_hash FROM {} SEMI JOIN asked USING (id)"
_KNOWN = pa.schema([("id", pa.string()), ("content_hash", pa.string())])
