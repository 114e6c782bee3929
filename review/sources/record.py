"""One raw record on its way out of a file, and the check that a line is UTF-8."""

from __future__ import annotations

from typing import Any, NamedTuple

from review.sources.readers.fields import Unreadable

MAX_LINE = 64 * 1024 * 1024
"""Bytes that one line of JSONL or CSV may have."""


class Raw(NamedTuple):
    """A record, or why there is none; ``line`` counts from 1 (records of JSON and Parquet); ``done`` bytes are read."""

    line: int
    record: dict[str, Any] | None
    error: Unreadable | None
    done: int


def encoding_error(line: bytes) -> Unreadable | None:
    """Which byte of a line is not UTF-8, if any."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is 0x{line[error.start]:02x}"
        return Unreadable("line", found, "UTF-8 text; save the file as UTF-8")
    return None
