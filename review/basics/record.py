"""One raw record of a file, or the error instead, and the check that a line is UTF-8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from review.basics.errors import InputError

MAX_LINE = 64 * 1024 * 1024
"""The most bytes one line of JSONL or CSV may have."""

MAX_COLUMNS = 2_000
"""The most columns a table may have."""


class Unreadable(Exception):
    """One record cannot be read: its field, what was found there and what was expected."""

    def __init__(self, field: str, found: object, expected: str) -> None:
        super().__init__(f"{field}: found {found!r}, expected {expected}")
        self.field = field
        self.found = found
        self.expected = expected

    def __reduce__(self) -> tuple[type[Unreadable], tuple[str, object, str]]:
        """Travel to another process with all three."""
        return type(self), (self.field, self.found, self.expected)


class Waits(Unreadable):
    """A request whose answer is not in the import: it comes in once both are imported together."""


class Raw(NamedTuple):
    """A record, or the error instead. ``line`` counts from 1 (JSON, Parquet: records), ``done`` the bytes read.

    ``mended`` counts what was done so that the record could be read, and what a person should know of it: a reason in
    ``MENDED``, or the words themselves.
    """

    line: int
    record: dict[str, Any] | None
    error: Unreadable | None
    done: int
    mended: tuple[tuple[str, int], ...] = ()

    @property
    def mended_counts(self) -> Counter[str]:
        """What was done, each reason with the sum of its counts."""
        counts: Counter[str] = Counter()
        for reason, n in self.mended:
            counts[reason] += n
        return counts


MENDED = {
    "number": "NaN or Infinity in place of a number: read as missing",
    "half": "half of a character pair (a lone surrogate): replaced by U+FFFD",
    "part": "records of traces, put together to conversations",
    "long": "whole numbers of more than 64 bits: read as text, digit by digit",
}
"""What was done -> the words for it."""


def encoding_error(line: bytes) -> Unreadable | None:
    """Return an error that names the first byte of a line that is not UTF-8, or None."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is 0x{line[error.start]:02x}"
        return Unreadable("line", found, "UTF-8 text; save the file as UTF-8 or, at an import, name its encoding")
    return None


def check_columns(name: str, columns: Sequence[str]) -> None:
    """Raise InputError for a table with too many columns."""
    if len(columns) > MAX_COLUMNS:
        raise InputError(
            f"{name}: found {len(columns):,} columns, expected at most {MAX_COLUMNS:,}. Keep those that describe a "
            "conversation."
        )


def batches(raws: Iterable[Raw], *, records: int, size: int) -> Iterator[list[Raw]]:
    """Yield the records in batches of at most ``records``, and of ``size`` bytes unless a single record is larger."""
    batch: list[Raw] = []
    begun = 0
    for raw in raws:
        batch.append(raw)
        if len(batch) >= records or raw.done - begun >= size:
            yield batch
            batch, begun = [], raw.done
    if batch:
        yield batch
