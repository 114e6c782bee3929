"""The processes of a large import: how many there are, what each knows, and how work travels to them and back.

Results come back in the order of the work. Only so much is under way at once that memory stays bounded.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from review.basics.errors import Refused
from review.checks.running import Ready, ready
from review.sources.conversations import RecordRules
from review.sources.counting import may_split, rules_of
from review.sources.options import ImportOptions
from review.sources.record_hashes import record_hash

LARGE = 24 * 1024 * 1024
"""Bytes of a file from which a second process is worth the second that it takes to start."""
AT_ONCE = 2
"""Processes that read and mask; the one that writes takes a fifth of their time."""
UNDER_WAY = 3
"""Pieces of work for each process that are sent and not yet taken back."""
BYTES_UNDER_WAY = 24 * 1024 * 1024
"""The bytes of these, or one piece that is larger."""

Work = TypeVar("Work")
Result = TypeVar("Result")


class Job(NamedTuple):
    """What a process must know: the options with their week, the store's key, the format, and the import."""

    options: ImportOptions
    key: bytes
    format: str
    id: str
    at: str


class Prepared(NamedTuple):
    """What a process has made of its job, once."""

    job: Job
    rules: RecordRules
    checks: tuple[Ready, ...]


def pool_for(job: Job, size: int, checks: Sequence[Ready], processes: int | None) -> ProcessPoolExecutor | None:
    """Return the processes for an import, None where one process does everything.

    That is so for few bytes (``size``), on a machine with one core, for records that must be read one after another,
    and where a check brings a model along.
    """
    if processes is None:
        processes = AT_ONCE if size >= LARGE and _cores() >= AT_ONCE else 1
    if processes < 2 or not may_split(job.format) or any(one.check.find_many for one in checks):
        return None
    context = multiprocessing.get_context("spawn")  # threads of this process may hold locks that a fork would copy
    try:
        return ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare, initargs=(job,))
    except (OSError, NotImplementedError):  # a machine without shared semaphores
        return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def working(pool: ProcessPoolExecutor) -> Iterator[None]:
    """End the processes afterwards. Raises Refused when the system has ended one; nothing is added then."""
    try:
        yield
    except BrokenProcessPool:
        raise Refused(
            "a process of the import was ended by the system, perhaps for lack of memory. Nothing was added. "
            "Free some memory and import the file again."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def mapped(
    pool: ProcessPoolExecutor,
    work: Callable[[Work], Result],
    pieces: Iterator[Work],
    size: Callable[[Work], int] = lambda _: 0,
) -> Iterator[Result]:
    """Yield what the processes make of some pieces of work, in order. ``size`` gives the bytes of a piece."""
    under_way: deque[tuple[Future[Result], int]] = deque()
    waiting = 0
    while True:
        while len(under_way) < UNDER_WAY * AT_ONCE and (not under_way or waiting < BYTES_UNDER_WAY):
            piece = next(pieces, None)
            if piece is None:
                break
            with _interrupts_wait():
                under_way.append((pool.submit(work, piece), size(piece)))
            waiting += under_way[-1][1]
        if not under_way:
            return
        future, taken = under_way.popleft()
        waiting -= taken
        yield future.result()


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


_PREPARED: list[Prepared] = []


def prepared() -> Prepared:
    """Return what this process of an import has made of its job."""
    return _PREPARED[0]


def _prepare(job: Job) -> None:
    """Begin a process: Ctrl-C is for its parent alone, and it ends when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(20_000, 20, 20)  # a batch makes many containers and no circles
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    digest = record_hash(job.options, key=job.key, format=job.format)
    rules = replace(rules_of(job.options, job.key, job.format), digest=digest, late=True)
    _PREPARED.append(Prepared(job, rules, ready(job.options.checks)))


def _end_with_the_parent() -> None:
    parent: Any = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
