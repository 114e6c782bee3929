"""Mask the records of a large file in several processes. What comes back is what one process would have made.

Records travel in batches and come back in their order, each batch with what it counts. Only so many batches are under
way at once that memory stays bounded.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from review.basics.errors import Refused
from review.basics.record import Raw, batches
from review.checks.running import Ready, ready
from review.log.rows import LogRow, row_of
from review.sources.checking import checked
from review.sources.conversations import RecordRules, masked_conversations
from review.sources.counting import counted, is_read_alone, rules_of
from review.sources.options import ImportOptions
from review.sources.record_hashes import record_hash
from review.sources.tally import Tally
from review.sources.unread import Unread
from storage.records_base import Json

LARGE = 24 * 1024 * 1024
"""Bytes of a file from which a second process is worth the second that it takes to start."""
AT_ONCE = 2
"""Processes that mask; the one that reads and writes takes a fifth of their time."""
RECORDS, BYTES = 400, 2 * 1024 * 1024
"""What a batch holds at most, unless a single record is larger."""
UNDER_WAY = 3
"""Batches for each process that are sent and not yet written."""


class Job(NamedTuple):
    """What a process must know: the options with their week, the store's key, the format, and the import."""

    options: ImportOptions
    key: bytes
    format: str
    id: str
    at: str


@dataclass(kw_only=True)
class _Part(Tally):
    """What one batch counts. All its rejected records are kept, and verdicts without a limit on their number."""

    most_values: int = 10**9
    rejects: list[Json] = field(default_factory=list)

    def reject(self, rejection: Json) -> None:
        """Keep a rejected record for the tally of the import, which counts it in its turn."""
        self.rejects.append(rejection)


@dataclass(frozen=True, kw_only=True)
class _Done:
    rows: list[LogRow]
    read: int
    undated: int
    mended: Counter[str]
    verdicts: dict[str, Counter[str]]
    feedback: Counter[str]
    unread: Counter[Unread]
    human_scores: Counter[str]
    rejects: list[Json]


def pool_for(job: Job, size: int, checks: Sequence[Ready], processes: int | None) -> ProcessPoolExecutor | None:
    """Return the processes for an import, None where one process does everything.

    That is so for few bytes (``size``), on a machine with one core, for traces, and where a check brings a model along.
    """
    if processes is None:
        processes = AT_ONCE if size >= LARGE and _cores() >= AT_ONCE else 1
    if processes < 2 or not is_read_alone(job.format) or any(one.check.find_many for one in checks):
        return None
    context = multiprocessing.get_context("spawn")  # threads of this process may hold locks that a fork would copy
    try:
        return ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare, initargs=(job,))
    except (OSError, NotImplementedError):  # a machine without shared semaphores
        return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(pool: ProcessPoolExecutor, raws: Iterator[Raw], tally: Tally) -> Generator[LogRow, None, None]:
    """Yield the rows of the conversations that could be read, in order; count the records as one process does.

    Raises Refused when the system ends a process; nothing is added then.
    """
    under_way: deque[Future[_Done]] = deque()
    waiting = batches(raws, records=RECORDS, size=BYTES)
    try:
        while True:
            while len(under_way) < UNDER_WAY * AT_ONCE and (batch := next(waiting, None)) is not None:
                with _interrupts_wait():
                    under_way.append(pool.submit(_work, batch))
            if not under_way:
                return
            done = under_way.popleft().result()
            _add(tally, done)
            yield from done.rows
    except BrokenProcessPool:
        raise Refused(
            "a process of the import was ended by the system, perhaps for lack of memory. Nothing was added. "
            "Free some memory and import the file again."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Hold Ctrl-C back while processes may start, which inherit that: it is for this process alone."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _add(tally: Tally, done: _Done) -> None:
    tally.read += done.read
    tally.undated += done.undated
    tally.mended.update(done.mended)
    tally.saw_counts(done.verdicts)
    for text, n in done.feedback.items():
        tally.saw_feedback(text, n)
    for cell, n in done.unread.items():
        tally.saw_unread(cell, n)
    tally.human_scores.update(done.human_scores)
    for rejection in done.rejects:
        tally.reject(rejection)


class _Prepared(NamedTuple):
    job: Job
    rules: RecordRules
    checks: tuple[Ready, ...]


_PREPARED: list[_Prepared] = []
"""What a process has made of its job, once."""


def _prepare(job: Job) -> None:
    """Begin a process: Ctrl-C is for its parent alone, and it ends when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(20_000, 20, 20)  # a batch makes many containers and no circles
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    digest = record_hash(job.options, key=job.key, format=job.format)
    rules = replace(rules_of(job.options, job.key, job.format), digest=digest, late=True)
    _PREPARED.append(_Prepared(job, rules, ready(job.options.checks)))


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(batch: list[Raw]) -> _Done:
    """Make rows of a batch, and count it."""
    job, rules, checks = _PREPARED[0]
    part = _Part()
    entries = checked(counted(masked_conversations(batch, rules), part, rules), checks)
    rows = [row_of(entry, job.id, job.at) for entry in entries]
    return _Done(
        rows=rows,
        read=part.read,
        undated=part.undated,
        mended=part.mended,
        verdicts=part.verdicts,
        feedback=part.odd_feedback,
        unread=part.unread,
        human_scores=part.human_scores,
        rejects=part.rejects,
    )
