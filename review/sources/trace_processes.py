"""Put traces together in several processes: first each names the traces of records, then each reads whole traces.

Between the two, the records wait in one process as blocks of bytes, in memory or on disk. What comes back is what one
process would have made, in the order of the buckets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from review.basics.record import Raw, batches
from review.log.rows import LogRow
from review.sources.assembling import Assembled, kept, of_group
from review.sources.conversations import ReadRecord, read_traces
from review.sources.grouping import Grouping
from review.sources.processes import mapped, prepared, working
from review.sources.readers.catalogue import READERS
from review.sources.readers.reader import TraceReader
from review.sources.record_processes import BYTES, RECORDS, Batch, BatchTally, batch_of, count
from review.sources.tally import Tally
from review.sources.trace_frames import Blocks, Group, groups_in

MOST = 2**32
"""How many records a batch may unpack to: its first one has a number that is so far from that of the next batch."""


class _Numbered(NamedTuple):
    first: int
    raws: list[Raw]


class _Framed(NamedTuple):
    blocks: dict[int, bytes]
    counts: BatchTally


def traces_in_processes(
    pool: ProcessPoolExecutor,
    raws: Iterator[Raw],
    tally: Tally,
    *,
    scratch: Path | None,
    progress: Callable[[float], None],
) -> Generator[LogRow, None, None]:
    """Yield the rows of the conversations that could be read; count the records as one process does.

    ``progress`` is told which share of what waits has been read. Raises Refused when the system ends a process, and
    NoSpace when the disk is full; nothing is added then.
    """
    with working(pool), Grouping(scratch) as grouping:
        size, done = gather(pool, raws, grouping, tally), 0
        for length, batch in mapped(pool, _read, grouping.blocks(), length_of):
            count(batch.counts, tally)
            yield from batch.rows
            done += length
            progress(done / max(size, 1))
        progress(1.0)  # what was too large to be read counts no bytes


def gather(pool: ProcessPoolExecutor, raws: Iterator[Raw], grouping: Grouping, tally: Tally) -> int:
    """Keep the parts of some records until their traces are whole, count the others, and return the bytes kept."""
    size, some = 0, enumerate(batches(raws, records=RECORDS, size=BYTES))
    for framed in mapped(pool, _framed, (_Numbered(n * MOST, batch) for n, batch in some)):
        grouping.take(framed.blocks)
        size += sum(map(len, framed.blocks.values()))
        count(framed.counts, tally)
    return size


def length_of(block: bytes | Group) -> int:
    """Return the bytes of a block."""
    return 0 if isinstance(block, Group) else len(block)


def _reader() -> TraceReader:
    reader = READERS[prepared().rules.format]
    if not isinstance(reader, TraceReader):
        raise TypeError(f"{prepared().rules.format}: found {type(reader).__name__}, expected a TraceReader.")
    return reader


def _framed(some: _Numbered) -> _Framed:
    """Name the trace of each part of some records, and count those that cannot be read."""
    blocks, mended, refused, reader = Blocks(some.first), Counter[str](), list[ReadRecord](), _reader()
    for raw in some.raws:
        mended.update(raw.mended_counts)
        told = raw._replace(record=None, mended=())
        refused += [ReadRecord(told, None, error) for error in kept(raw, reader, blocks, {})]
    return _Framed({bucket: bytes(block) for bucket, block in blocks.of.items()}, batch_of(refused, mended).counts)


def _read(block: bytes | Group) -> tuple[int, Batch]:
    """Read the whole traces of a block."""
    return length_of(block), batch_of(read_traces(assembled_in(block), prepared().rules))


def assembled_in(block: bytes | Group) -> Iterator[Assembled]:
    """Yield the conversations of the whole traces of a block, in a process of an import."""
    reader = _reader()
    for group in (block,) if isinstance(block, Group) else groups_in(block):
        yield from of_group(group, reader)
