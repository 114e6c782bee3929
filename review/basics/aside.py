"""Work done beside the threads of pages: one piece at a time, each result kept while it is among the latest."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class Aside(Generic[V]):
    """A thread of its own for slow work. Who asks for the same key gets the same piece of work.

    However many sessions ask, one piece is done at a time, so that the others of the server stay quick.
    """

    def __init__(self, name: str, *, most: int) -> None:
        """Keep the ``most`` results that were asked for last; ``name`` is that of the thread."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._most = most
        self._work: OrderedDict[Hashable, Future[V]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, key: Hashable, make: Callable[[], V]) -> Future[V]:
        """Return the work of a key, and begin it if it is not known. One that failed is begun again."""
        with self._lock:
            known = self._work.get(key)
            if known is None or known.cancelled() or (known.done() and known.exception() is not None):
                known = self._work[key] = self._pool.submit(make)
            self._work.move_to_end(key)
            while len(self._work) > self._most:
                _, oldest = self._work.popitem(last=False)
                oldest.cancel()
            return known


def done_within(work: Future[Any], seconds: float) -> bool:
    """Wait for some work for so many seconds; return whether it is done, well or not."""
    try:
        work.exception(seconds)
    except TimeoutError:
        return False
    return True
