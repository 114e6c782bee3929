"""How slow this machine is just now, by a fixed piece of pure Python, so that limits in seconds hold on any machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
FREE = 0.033
"""Processor seconds of one ``_piece`` on a free core of the machine for which the limits are written."""


def _piece() -> int:
    """Dicts, texts, tuples and calls, as the parser and the comparison use them."""
    seen: dict[tuple[int, str], int] = {}
    for k in range(60_000):
        key = (k % 997, str(k % 89))
        seen[key] = seen.get(key, 0) + len(key[1])
    return sum(sorted(seen.values(), reverse=True)[:10])


def _spent(work: Callable[[], T]) -> tuple[float, T]:
    start = time.process_time()
    done = work()
    return time.process_time() - start, done


def within(seconds: float, work: Callable[[], T], *, tries: int = 3) -> T:
    """Do some work and return what it gives; fail unless one of some tries takes at most so many processor seconds.

    Seconds are those of the machine of the limits: where the fixed piece takes twice as long, the work may too. A try
    counts beside the pieces before and after it, since others use the same cores.
    """
    told = []
    for _ in range(tries):
        before = _spent(_piece)[0]
        taken, done = _spent(work)
        slow = max(FREE, before, _spent(_piece)[0]) / FREE
        told.append(f"{taken:.3f} s where {seconds * slow:.3f} s are allowed")
        if taken <= seconds * slow:
            return done
    raise AssertionError("; ".join(told))
