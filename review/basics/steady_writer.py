"""Write what arrives from many threads every half second, in a thread of its own that also looks for a pause."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

TICK = 0.5
"""Seconds between two writes, and between two looks for a pause."""


class SteadyWriter(ABC):
    """A context manager, at whose end everything is written. An error of the thread is raised there.

    The thread calls :meth:`write` and :meth:`paused` every ``TICK`` seconds, and :meth:`close` when it ends.
    """

    def __init__(self, name: str) -> None:
        """Prepare a thread of this name, which starts with the context."""
        self._paused, self._closing = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._keep_writing, name=name, daemon=True)

    @abstractmethod
    def write(self) -> None:
        """Write what has arrived since the last call."""

    @abstractmethod
    def paused(self) -> bool:
        """Return whether somebody asked to pause."""

    @abstractmethod
    def close(self) -> None:
        """Close what the thread has opened."""

    def stopped(self) -> bool:
        """Return whether nothing new should begin, because of a pause or because nothing can be written any more."""
        return self._paused.is_set() or self._error is not None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _keep_writing(self) -> None:
        try:
            while not self._closing.wait(TICK):
                self.write()
                if self.paused():
                    self._paused.set()
            self.write()
        except BaseException as error:  # noqa: BLE001 - raised again where the context ends
            self._error = error
        finally:
            self.close()
