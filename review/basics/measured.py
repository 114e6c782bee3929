"""Counts and times of this process, kept in memory for a monitoring system that asks for them.

Labels come from short lists of our own (an outcome, a page, a status), never from what people say or type.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper ends, in seconds, of the groups in which times are counted; a last group has no end."""

_LOCK = threading.Lock()
_COUNTS: Counter[tuple[str, tuple[str, ...]]] = Counter()
_TIMES: dict[tuple[str, tuple[str, ...]], Times] = {}
_LEVELS: dict[str, float] = {}


class Times(NamedTuple):
    """How many times fell into each of ``BUCKETS`` and beyond, and the sum of all in seconds."""

    counts: tuple[int, ...]
    total: float


def count(name: str, *labels: str, by: int = 1) -> None:
    """Add to a count."""
    with _LOCK:
        _COUNTS[name, labels] += by


def took(name: str, *labels: str, seconds: float) -> None:
    """Count a time."""
    place = bisect_left(BUCKETS, seconds)
    with _LOCK:
        counts, total = _TIMES.get((name, labels), Times((0,) * (len(BUCKETS) + 1), 0.0))
        raised = tuple(n + (k == place) for k, n in enumerate(counts))
        _TIMES[name, labels] = Times(raised, total + seconds)


@contextmanager
def timed(name: str, *labels: str) -> Iterator[None]:
    """Count the time that passes inside, however it ends."""
    start = time.perf_counter()
    try:
        yield
    finally:
        took(name, *labels, seconds=time.perf_counter() - start)


def set_level(name: str, value: float) -> None:
    """Note how much of something there is now."""
    with _LOCK:
        _LEVELS[name] = value


def counts_of(name: str) -> dict[tuple[str, ...], int]:
    """Return a count by its labels."""
    with _LOCK:
        return {labels: n for (known, labels), n in _COUNTS.items() if known == name}


def times_of(name: str) -> dict[tuple[str, ...], Times]:
    """Return times by their labels."""
    with _LOCK:
        return {labels: times for (known, labels), times in _TIMES.items() if known == name}


def level_of(name: str) -> float | None:
    """Return how much of something there is, None before anybody noted it."""
    with _LOCK:
        return _LEVELS.get(name)
