"""A file of records, opened: its layout, its format, and the records one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from review.basics.errors import InputError
from review.basics.input_file import InputFile
from review.basics.raw import layout_of, read_raw
from review.basics.record import Raw
from review.privacy.recognisers import recognisers
from review.sources.conversations import masked_value
from review.sources.options import AUTO
from review.sources.readers.catalogue import Detected, detect, detect_or_plain
from review.sources.readers.fields import Record

PEEK = 20
"""The most records that the format is detected from."""
PEEK_LINES = 1_000
"""The most lines that are searched for these records."""


def open_file(
    path: Path, *, format: str, mapping: Mapping[str, str], encoding: str = ""
) -> tuple[Detected, Iterator[Raw]]:
    """Return the format of a file and its records. Raises InputError when no format fits, or several do."""
    given = InputFile(str(path), path=path, encoding=encoding)
    layout = layout_of(given, None if format == AUTO else format)
    first, raws = _peeked(given, layout)
    if format != AUTO:
        return Detected(format, "chosen by --format"), raws
    return detect(records_in(first), layout, file=str(path), mapping=mapping), raws


def open_file_by_keys(path: Path, *, mapping: Mapping[str, str]) -> tuple[Detected, Iterator[Raw]]:
    """The same where nobody can choose a format: unless exactly one fits, the file is read as a plain log."""
    given = InputFile(str(path), path=path)
    layout = layout_of(given)
    first, raws = _peeked(given, layout)
    return detect_or_plain(records_in(first), layout, mapping=mapping), raws


def records_in(raws: Sequence[Raw]) -> list[Record]:
    """The records among the first ones of a source, without the lines that hold none."""
    return [raw.record for raw in raws if raw.record is not None]


def _peeked(given: InputFile, layout: str) -> tuple[list[Raw], Iterator[Raw]]:
    """The first records, and all of them. Raises InputError when there is none among many lines."""
    raws = read_raw(given, layout)
    first: list[Raw] = []
    records = 0
    for raw in raws:
        first.append(raw)
        records += raw.record is not None
        if records >= PEEK or len(first) >= PEEK_LINES:
            break
    if not records:
        error = first[0].error if first else None
        if error is None:
            raise InputError(f"{given.name}: there are no records; expected at least one.")
        raise InputError.at(
            given.name,
            first[0].line,
            column=None,
            found=masked_value(error.found, recognisers()),
            expected=error.expected,
            remedy=f"None of the first {len(first)} lines is a record.",
        )
    return first, chain(first, raws)
