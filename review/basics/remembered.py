"""Values that are made once and kept while they are among the most recently used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

V = TypeVar("V")
YEAR = 64
"""How many weeks stay in memory of what every page begins with: a year, and those that its first figures rest on."""
_ALL: WeakSet[Remembered[Any]] = WeakSet()


class Remembered(Generic[V]):
    """The ``most`` values that were asked for last, by key. Threads that ask for the same key make it once."""

    def __init__(self, most: int) -> None:
        """Keep at most so many values."""
        self._most = most
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}
        _ALL.add(self)

    def forget(self) -> None:
        """Forget every value."""
        with self._lock:
            self._values.clear()

    def known(self, key: Hashable) -> V | None:
        """Return the value of a key, None where there is none."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: V) -> None:
        """Keep a value, in place of the one before."""
        with self._lock:
            self._keep(key, value)

    def _keep(self, key: Hashable, value: V) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return the value of a key, and make it if it is not known. The value must never be changed."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            own = self._making.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._values:
                    return self._values[key]
            try:
                value = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            self.put(key, value)
            return value


def forget_everything() -> None:
    """Forget the values of every place that remembers some; measurements of what the first visitor waits for do."""
    for one in list(_ALL):
        one.forget()
