"""Files of records, opened: their layout, their format, and the records one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import orjson

from review.basics.errors import InputError, NoRecords
from review.basics.input_file import InputFile
from review.basics.raw import layout_of, read_raw
from review.basics.raw_xlsx import named_sheet
from review.basics.record import MAX_LINE, Raw
from review.basics.tables import joined_ids
from review.privacy.recognisers import recognisers
from review.sources.containers import TOP, find
from review.sources.conversations import masked_value
from review.sources.documents import read_document
from review.sources.options import AUTO
from review.sources.readers.catalogue import PLAIN, READERS, Detected, detect, detect_or_plain
from review.sources.readers.fields import Record
from review.sources.readers.reader import Format, TraceReader
from review.sources.unwrapping import unwrapped
from review.sources.whole_ids import both_forms, with_whole_ids

PEEK = 20
"""The most records that the format is detected from."""
PEEK_LINES = 1_000
"""The most lines that are searched for these records."""


@dataclass(frozen=True)
class Opened:
    """The records of a file with their format.

    ``notes`` say where they are, and what of the file is not read; reading the records may add to them.
    """

    detected: Detected
    raws: Iterator[Raw]
    notes: list[str]


@dataclass(frozen=True)
class Peeked:
    """A file before its format is told: its layout, its first records, all records, and notes as in ``Opened``."""

    layout: str
    first: list[Record]
    raws: Iterator[Raw]
    notes: list[str]


def peeked(given: InputFile, *, format: str, mapping: Mapping[str, str], records: str | None = None) -> Peeked:
    """Look into a file. ``records`` is the path to the records in a JSON document, or the name of a sheet.

    Raises InputError for a file that cannot be read or holds no records, and for a path that leads nowhere.
    """
    layout = layout_of(given, None if format == AUTO else format)
    first, raws, notes = _peeked(given, layout, _formats(format, layout), mapping, records)
    return Peeked(layout, records_in(first), raws, notes)


def opened_file(given: InputFile, *, format: str, mapping: Mapping[str, str], records: str | None = None) -> Opened:
    """Return the records of a file with their format, as :func:`peeked` finds them.

    Raises InputError as it does, and when no format fits, or several do.
    """
    found = peeked(given, format=format, mapping=mapping, records=records)
    if format != AUTO:
        detected = Detected(format, "chosen by --format")
    else:
        detected = detect(found.first, found.layout, file=given.name, mapping=mapping)
    if found.layout == "csv" and detected.format == PLAIN["csv"]:
        return _with_one_id_each(given, detected, found, mapping.get("id", "id"))
    return Opened(detected, found.raws, found.notes)


def _with_one_id_each(given: InputFile, detected: Detected, found: Peeked, column: str) -> Opened:
    columns = list(found.first[0]) if found.first else []
    if column not in columns:
        return Opened(detected, found.raws, found.notes)
    whole = both_forms(given, column, first=columns[0] == column)
    if not whole:
        return Opened(detected, found.raws, found.notes)
    raws = with_whole_ids(found.raws, column, whole)
    found.notes.append(joined_ids(column, whole))
    return Opened(detected, raws, found.notes)


def open_file_by_keys(path: Path, *, mapping: Mapping[str, str], encoding: str = "") -> tuple[Detected, Iterator[Raw]]:
    """Return the format and the records where nobody can choose one: a plain log unless exactly one fits.

    ``encoding`` is that of files which are not UTF-8.
    """
    given = InputFile(str(path), path=path).unless_utf8(encoding)
    layout = layout_of(given)
    first, raws, _ = _peeked(given, layout, _formats(AUTO, layout), mapping, None)
    return detect_or_plain(records_in(first), layout, mapping=mapping), raws


def records_in(raws: Sequence[Raw]) -> list[Record]:
    """The records among the first ones of a source, without the lines that hold none."""
    return [raw.record for raw in raws if raw.record is not None]


def _formats(format: str, layout: str) -> list[Format]:
    """Return the formats that records may have: the chosen one, or all that fit the layout."""
    names = [format] if format != AUTO else [n for n in READERS if n not in PLAIN.values() or n == PLAIN[layout]]
    return [READERS[name] for name in names]


def _peeked(
    given: InputFile,
    layout: str,
    formats: Sequence[Format],
    mapping: Mapping[str, str],
    records: str | None,
) -> tuple[list[Raw], Iterator[Raw], list[str]]:
    """The first records, all of them, and notes. Raises InputError when there is none among many lines."""

    def recognised(record: Record) -> bool:
        return any(one.recognise(record) for one in formats)

    def in_parts(record: Record) -> bool:
        return any(isinstance(one, TraceReader) and one.recognise(record) for one in formats)

    notes: list[str] = []
    if layout == "json" or (layout == "jsonl" and _is_one_document(given)):
        layout = "json"
        raws, notes = read_document(given, recognised, in_parts, mapping=mapping, records=records)
    elif layout == "xlsx":
        raws, notes = named_sheet(given, records)
    else:
        raws = read_raw(given, layout)
    first, raws = _first(given, raws)
    if layout in ("jsonl", "parquet"):
        found = find(records_in(first), recognised, file=given.name, records=records, single=False, mapping=mapping)
        notes = [*found.notes]
        if found.container != TOP:
            first, raws = _first(given, unwrapped(raws, found, notes))
    elif records is not None and layout not in ("json", "xlsx"):
        raise InputError(f"{given.name}: found the path '{records}' to records, but each row of this file is a record.")
    return first, raws, notes


def _is_one_document(given: InputFile) -> bool:
    """Whether a file is one line that holds a JSON object, which may be a page with many records."""
    file, content = given.open()
    with file:
        line = content.readline(MAX_LINE).removeprefix(b"\xef\xbb\xbf").strip()
        if not line.startswith(b"{") or content.read(1 << 16).strip():
            return False
    if given.suffix == ".json":
        return True
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def nothing_in(given: InputFile, empty: int) -> str:
    """Say that a file has no row, or so many records at its beginning that are all without a field."""
    wanted = "expected conversations, each with a question or messages."
    if not empty:
        return f"{given.name}: there are no records; the file has no row."
    found = "an empty object ({})" if empty == 1 else f"{empty:,} records without any field ({{}})"
    return f"{given.name}: it holds no records: found {found}, {wanted}"


def _first(given: InputFile, raws: Iterable[Raw]) -> tuple[list[Raw], Iterator[Raw]]:
    raws = iter(raws)
    first: list[Raw] = []
    records = 0
    for raw in raws:
        first.append(raw)
        records += bool(raw.record)
        if records >= PEEK or len(first) >= PEEK_LINES:
            break
    if not records:
        error = next((raw.error for raw in first if raw.error is not None), None)
        if error is None:
            raise NoRecords(nothing_in(given, len(first)))
        raise InputError.at(
            given.name,
            first[0].line,
            column=None,
            found=masked_value(error.found, recognisers()),
            expected=error.expected,
            remedy=f"None of the first {len(first)} lines is a record.",
        )
    return first, chain(first, raws)
