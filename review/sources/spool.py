"""Values that wait as JSON until they are taken by their place: in memory, and beyond its limit in a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import orjson

from review.basics.errors import NoSpace

MEMORY = 32 * 1024 * 1024
"""The bytes of JSON that wait in memory."""


class Stretch(NamedTuple):
    """Where a value waits."""

    start: int
    size: int


class Spool:
    """Values that wait. To be closed, which removes its file; nothing of it remains however the process ends."""

    def __init__(self, folder: Path | None = None, memory: int | None = None) -> None:
        self._folder = folder
        size = MEMORY if memory is None else memory
        place = None if folder is None else str(folder)
        self._file = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=size, dir=place))  # noqa: SIM115 - closed with this object
        self._end = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, text: bytes) -> Stretch:
        """Keep a value that was written as JSON. Raises NoSpace when the disk is full."""
        place = Stretch(self._end, len(text))
        with full_disk(self._folder):
            self._file.write(text)
        self._end += len(text)
        return place

    def at(self, place: Stretch) -> Any:
        """Return a value. To be called after the last one was added. Raises NoSpace when the disk is full."""
        with full_disk(self._folder):
            self._file.seek(place.start)
            return orjson.loads(self._file.read(place.size))


@contextmanager
def full_disk(folder: Path | None) -> Iterator[None]:
    """Turn the error of a full disk into NoSpace."""
    try:
        yield
    except OSError as error:
        full = NoSpace.from_error(error, folder or tempfile.gettempdir())
        if full is None:
            raise
        raise full from error
