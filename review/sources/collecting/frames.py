"""The files of the spool: what was acknowledged and is not in the log yet.

A file holds frames: size, checksum, time and kind, then the payload as it was sent. A process that is killed leaves at
most one broken frame, at the end of the file it wrote to. A file ends in ``.open`` while it is written to.
"""

from __future__ import annotations

import enum
import os
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

OPEN, CLOSED = ".open", ".spool"
_HEAD = struct.Struct("<IIQB")

Change = Callable[[bytes], bytes]
"""Encrypts, or decrypts, a payload."""


class Kind(enum.IntEnum):
    """What a payload is: a request of OTLP in protobuf or JSON, rows of feedback, or scores as Langfuse sends them."""

    TRACES = 1
    TRACES_JSON = 2
    LOGS = 3
    LOGS_JSON = 4
    FEEDBACK = 5
    SCORES = 6

    @property
    def is_json(self) -> bool:
        """Whether a request of OTLP is in JSON."""
        return self in (Kind.TRACES_JSON, Kind.LOGS_JSON)


class FramePlace(NamedTuple):
    """Where a frame begins: the number of its file, and the bytes before it."""

    file: int
    start: int


class Frame(NamedTuple):
    """One payload, when it arrived (seconds since 1970), and where the next frame begins."""

    place: FramePlace
    end: int
    at: float
    kind: Kind
    payload: bytes


def spool_of(store: str | Path) -> Path:
    """Return the folder of the spool beside a store."""
    return Path(f"{store}.spool")


def bytes_in(folder: Path) -> int:
    """Return the bytes of all files of a spool."""
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                total += entry.stat().st_size
            except FileNotFoundError:  # another process has just removed it
                continue
    return total


def packed(kind: Kind, payload: bytes, *, at: float | None = None) -> bytes:
    """Return a payload as a frame that arrived ``at`` some seconds since 1970, None: now."""
    at = round((time.time() if at is None else at) * 1e6)
    return _HEAD.pack(len(payload), _checksum(at, kind, payload), at, kind) + payload


def _checksum(at: int, kind: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(struct.pack("<QB", at, kind)))


def spool_files(folder: Path) -> dict[int, Path]:
    """Return the files of a spool by their numbers, in the order in which they were written."""
    found = {int(path.stem): path for path in folder.glob("*") if path.suffix in (OPEN, CLOSED) and path.stem.isdigit()}
    return dict(sorted(found.items()))


def frames(path: Path, *, start: int = 0, most: int | None = None, unseal: Change | None = None) -> Iterator[Frame]:
    """Yield the whole frames of a file from ``start`` on, at most ``most``; a broken one ends the file."""
    with path.open("rb") as file:
        file.seek(start)
        number, at = int(path.stem), start
        while most is None or most > 0:
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                return
            size, checksum, moment, kind = _HEAD.unpack(head)
            payload = file.read(size)
            if len(payload) < size or _checksum(moment, kind, payload) != checksum:
                return
            end = at + _HEAD.size + size
            yield Frame(FramePlace(number, at), end, moment / 1e6, Kind(kind), unseal(payload) if unseal else payload)
            at = end
            most = None if most is None else most - 1
