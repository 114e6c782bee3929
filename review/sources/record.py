"""One raw record of a file, and the check that a line is UTF-8."""

from __future__ import annotations

from typing import Any, NamedTuple

from review.sources.readers.fields import Unreadable

MAX_LINE = 64 * 1024 * 1024
"""The most bytes one line of JSONL or CSV may have."""


class Raw(NamedTuple):
    """A record, or the error instead. ``line`` counts from 1 (JSON, Parquet: records), ``done`` the bytes read."""

    line: int
    record: dict[str, Any] | None
    error: Unreadable | None
    done: int


def encoding_error(line: bytes) -> Unreadable | None:
    """Return an error that names the first byte of a line that is not UTF-8, or None."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is 0x{line[error.start]:02x}"
        return Unreadable("line", found, "UTF-8 text; save the file as UTF-8")
    return None
