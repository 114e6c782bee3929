"""Read raw records from files, one after another in bounded memory, each with its line number.

A line that holds no record is passed on with its error, so an import can report it and continue. A file that cannot be
read at all (absent, empty, an archive or a spreadsheet) raises InputError.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from review.basics.errors import InputError
from review.basics.input_file import InputFile
from review.basics.raw_csv import read_csv
from review.basics.raw_json import read_json, read_jsonl
from review.basics.raw_otlp import is_otlp, read_otlp
from review.basics.raw_parquet import read_parquet
from review.basics.raw_xlsx import is_spreadsheet, read_xlsx
from review.basics.record import MAX_LINE, Raw
from review.basics.unpacking import DAMAGED
from review.basics.utf16 import has_zeros

_BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}
_REFUSED = {
    b"PK\x03\x04": ("a spreadsheet or zip archive", "Save a spreadsheet as CSV; unpack an archive."),
    b"\xd0\xcf\x11\xe0": ("a spreadsheet of an old kind", "Save it as CSV."),
    b"SQLite format 3": ("an SQLite database", "Export its table as CSV."),
    b"BZh": ("a bzip2 archive", "Unpack the file."),
    b"\xfd7zXZ": ("an xz archive", "Unpack the file."),
}
_READERS = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "parquet": read_parquet,
    "json": read_json,
    "xlsx": read_xlsx,
    "otlp": read_otlp,
}


def layout_of(given: InputFile, format: str | None = None, *, otherwise: str | None = None) -> str:
    """Return the layout of a file: that of a chosen plain format, else by its content, else by its suffix.

    ``otherwise`` is the layout where nothing tells it. Raises InputError when the file cannot be read or there is none.
    """
    head = given.head()
    if head.startswith(b"PK\x03\x04") and is_spreadsheet(given):
        return "xlsx"
    for magic, (what, remedy) in _REFUSED.items():
        if head.startswith(magic):
            raise InputError(
                f"{given.name}, line 1, byte 0: found {what}, expected CSV, JSON, JSONL or Parquet. {remedy}"
            )
    if head.startswith(b"PAR1"):
        return "parquet"
    if is_otlp(given, head):
        return "otlp"
    if not head.strip(b"\xef\xbb\xbf \t\r\n\v\f"):
        raise InputError(f"{given.name}: the file is empty; expected records.")
    if has_zeros(head):
        raise InputError(
            f"{given.name}, line 1, byte {head.index(0)}: found zero bytes, expected text in UTF-8 or UTF-16. "
            "Save the file as UTF-8."
        )
    suffix, first = given.suffix, head.removeprefix(b"\xef\xbb\xbf").lstrip()
    chosen = format if format in ("csv", "parquet") else _by_content(given, first, suffix)
    if chosen is None and suffix == ".json" and (found := _scalar(first)) is not None:
        raise InputError(f"{given.name}: found {found}, expected JSON objects: a list of them, or one on each line.")
    chosen = chosen or ("jsonl" if format == "jsonl" else _BY_SUFFIX.get(suffix)) or otherwise
    if chosen is None:
        raise InputError(
            f"{given.name}: found neither JSON nor Parquet, and the suffix '{suffix}'; expected a file ending in "
            ".jsonl, .json, .csv, .parquet or .xlsx. Rename the file, or choose its format."
        )
    return chosen


def _by_content(given: InputFile, first: bytes, suffix: str) -> str | None:
    if suffix in (".csv", ".tsv"):
        return "csv"
    if first.startswith(b"["):
        return "jsonl" if suffix in (".jsonl", ".ndjson") and _list_by_line(given) else "json"
    if first.startswith(b'"') and suffix == ".json":
        return "json"
    if first.startswith(b"{"):
        lines = suffix in (".jsonl", ".ndjson") and not _over_lines(first)
        return "jsonl" if lines or _line_is_json(given) else "json"
    return None


def _scalar(first: bytes) -> str | None:
    """Return the one number, truth value or null that a JSON text is, None for any other text."""
    text = first.strip()
    return text.decode() if text in (b"null", b"true", b"false") or text.lstrip(b"-").isdigit() else None


def _over_lines(first: bytes) -> bool:
    """Whether a text begins with an object that is written over several lines."""
    return first.split(b"\n", 1)[0].strip() == b"{"


def _list_by_line(given: InputFile) -> bool:
    """Whether each line is a list of its own, and not the file one array: the second line begins a list too."""
    file, lines = given.open()
    with file:
        first, second = lines.readline(MAX_LINE).removeprefix(b"\xef\xbb\xbf").strip(), lines.readline(64)
    return first.endswith(b"]") and second.startswith(b"[")


def _line_is_json(given: InputFile) -> bool:
    file, lines = given.open()
    with file:
        line = lines.readline(MAX_LINE).removeprefix(b"\xef\xbb\xbf").strip()
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        # One object over several lines: its first line is incomplete JSON.
        return len(line) > 1 and line.endswith(b"}")
    return True


def read_raw(given: InputFile, layout: str) -> Iterator[Raw]:
    """Yield the records of a file in order. Raises InputError when the file as a whole cannot be read."""
    try:
        yield from _READERS[layout](given)
    except DAMAGED as error:
        raise given.damaged(error) from None
