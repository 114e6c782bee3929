"""Which traces went into the log lately, with their spans: so that a repeated span is told from a late one.

One line of JSON for each trace, appended and synced after the log has it.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import orjson

from review.basics.whole_files import replacing

SECONDS = 24 * 3600.0
"""How long a trace is remembered."""
MARK = 8
"""The bytes of a mark."""


class Known(NamedTuple):
    """A trace of the log: when it went there (seconds since 1970), the source it is under, the marks of its spans."""

    at: float
    source: str
    marks: bytes


class Ledger:
    """The traces of the last day, in the order in which they went into the log."""

    def __init__(self, path: Path, *, now: float) -> None:
        """Read the file, and write it anew without what is older than a day."""
        self._path = path
        self.traces: dict[str, Known] = {}
        if not path.exists():
            return
        lines = path.read_bytes().splitlines(keepends=True)
        kept = []
        for line in lines:
            if not line.endswith(b"\n"):
                continue  # cut off when a process was killed; its traces go into the log again, which has them
            name, at, source, marks = orjson.loads(line)
            if now - at < SECONDS:
                self.traces.pop(name, None)
                self.traces[name] = Known(at, source, bytes.fromhex(marks))
                kept.append(line)
        if len(kept) < len(lines):
            with replacing(path) as part:
                part.touch(mode=0o600)
                part.write_bytes(b"".join(kept))

    def add(self, traces: Iterable[tuple[str, str, bytes]], *, at: float) -> None:
        """Note traces (name, source, marks of spans) that the log has."""
        lines = []
        for name, source, marks in traces:
            before = self.traces.pop(name, None)
            known = Known(at, source, (before.marks if before else b"") + marks)
            self.traces[name] = known
            lines.append(orjson.dumps([name, at, source, known.marks.hex()]) + b"\n")
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            data = b"".join(lines)
            while data:
                data = data[os.write(handle, data) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    def forget(self, now: float) -> None:
        """Drop from memory what is older than a day: the first ones, for this is asked every second."""
        old = itertools.takewhile(lambda pair: now - pair[1].at >= SECONDS, self.traces.items())
        for name in [name for name, _ in old]:
            del self.traces[name]

    def has(self, trace: str, mark: bytes) -> bool:
        """Whether a span or log record went into the log with its trace."""
        return is_among(mark, self.traces[trace].marks)


def is_among(mark: bytes, marks: bytes | bytearray) -> bool:
    """Whether a mark of eight bytes is one of those that stand in a row."""
    at = marks.find(mark)
    while at >= 0 and at % MARK:
        at = marks.find(mark, at + 1)
    return at >= 0
