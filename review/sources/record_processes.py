"""Mask the records of a large file in several processes. What comes back is what one process would have made.

Records travel in batches and come back in their order, each batch with what it counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from review.basics.record import Raw, batches
from review.log.rows import LogRow, row_of
from review.sources.checking import checked
from review.sources.conversations import ReadRecord, masked_conversations
from review.sources.counting import counted
from review.sources.processes import mapped, prepared, working
from review.sources.tally import Tally
from storage.records_base import Json

RECORDS, BYTES = 400, 2 * 1024 * 1024
"""What a batch holds at most, unless a single record is larger."""


@dataclass(kw_only=True)
class BatchTally(Tally):
    """What one batch counts. All its rejected records are kept, and verdicts without a limit on their number."""

    most_values: int = 10**9
    rejects: list[Json] = field(default_factory=list)

    def reject(self, rejection: Json) -> None:
        """Keep a rejected record for the tally of the import, which counts it in its turn."""
        self.rejects.append(rejection)


class Batch(NamedTuple):
    """The rows of a batch, and what it counts."""

    rows: list[LogRow]
    counts: BatchTally


def in_processes(pool: ProcessPoolExecutor, raws: Iterator[Raw], tally: Tally) -> Generator[LogRow, None, None]:
    """Yield the rows of the conversations that could be read, in order; count the records as one process does.

    Raises Refused when the system ends a process; nothing is added then.
    """
    with working(pool):
        for done in mapped(pool, _masked, batches(raws, records=RECORDS, size=BYTES)):
            count(done.counts, tally)
            yield from done.rows


def count(done: BatchTally, tally: Tally) -> None:
    """Add what a batch counted."""
    tally.read += done.read
    tally.undated += done.undated
    tally.waits += done.waits
    tally.mended.update(done.mended)
    tally.saw_counts(done.verdicts)
    for text, n in done.odd_feedback.items():
        tally.saw_feedback(text, n)
    for cell, n in done.unread.items():
        tally.saw_unread(cell, n)
    tally.human_scores.update(done.human_scores)
    for rejection in done.rejects:
        tally.reject(rejection)


def _masked(batch: list[Raw]) -> Batch:
    """Make rows of a batch, and count it."""
    return batch_of(masked_conversations(batch, prepared().rules))


def batch_of(read: Iterable[ReadRecord], mended: Counter[str] | None = None) -> Batch:
    """Return the rows of some records, and their counts. ``mended`` counts what was done to read them besides."""
    job, rules, checks = prepared()
    part = BatchTally(mended=Counter() if mended is None else mended)
    rows = [row_of(entry, job.id, job.at) for entry in checked(counted(iter(read), part, rules), checks)]
    return Batch(rows, part)
