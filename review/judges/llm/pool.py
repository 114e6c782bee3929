"""Work done by a few threads at once, its results handed over as they come, and nobody left hanging at the end."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
R = TypeVar("R")

GRACE = 2.0
"""Seconds that what is under way gets when whoever asked for it has gone."""


class Halt:
    """Whether to begin nothing new: somebody asks for a pause, or has gone. Once it is so, it stays so."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self._stopped = stopped
        self._lock = threading.Lock()
        self._set = False

    def __call__(self) -> bool:
        """Safe from any thread, whatever ``stopped`` is made of."""
        with self._lock:
            if not self._set:
                self._set = self._stopped()
            return self._set

    def now(self) -> None:
        """Halt from here on."""
        with self._lock:
            self._set = True


class _Done(NamedTuple, Generic[T, R]):
    task: T | None
    result: R | None
    error: BaseException | None = None


def each(
    work: Callable[[T], R], tasks: Sequence[T], *, width: int, halt: Halt, closed: Callable[[], None] = lambda: None
) -> Iterator[tuple[T, R]]:
    """``(task, work(task))`` in whatever order they are done, at most ``width`` of them at once.

    A task that has not begun when ``halt`` says so is left out. What ``work`` raises is raised here. The threads are
    daemons and are waited for: without end when all is done, ``GRACE`` seconds when the iteration ends early (an
    interrupt, an error), so that an endpoint that does not answer holds nobody up. ``closed`` ends each thread.
    """
    waiting = deque(tasks)
    done: SimpleQueue[_Done[T, R] | None] = SimpleQueue()

    def run() -> None:
        try:
            while not halt():
                try:
                    task = waiting.popleft()
                except IndexError:
                    break
                done.put(_Done(task, work(task)))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            done.put(_Done(None, None, error))
        finally:
            closed()
            done.put(None)

    threads = [
        threading.Thread(target=run, name=f"judge {k}", daemon=True) for k in range(max(min(width, len(tasks)), 0))
    ]
    for thread in threads:
        thread.start()
    try:
        yield from _results(done, len(threads))
    except BaseException:
        halt.now()
        end = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(end - time.monotonic(), 0.0))
        raise
    for thread in threads:
        thread.join()


def _results(done: SimpleQueue[_Done[T, R] | None], threads: int) -> Iterator[tuple[T, R]]:
    while threads:
        found = done.get()
        if found is None:
            threads -= 1
        elif found.error is not None:
            raise found.error
        else:
            yield found.task, found.result  # type: ignore[misc]
