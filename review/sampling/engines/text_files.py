"""Text files of a log: their columns, and the faulty line when DuckDB cannot read them."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import orjson

from review.basics.errors import InputError
from review.basics.input_file import InputFile
from review.basics.utf16 import SEEN, has_zeros, utf16_of

SEEN_LINES = 1_000


def check_utf8(file: str) -> None:
    """Raise InputError for a file in UTF-16, which DuckDB does not read."""
    with _open(file) as data:
        start = data.read(SEEN)
    if utf16_of(start) or has_zeros(start):
        raise InputError(
            f"{file}: found text in UTF-16, expected UTF-8. Save the file as UTF-8, or import it and sample the log."
        )


def as_utf8(file: str, encoding: str, copy: Path) -> str:
    """Return the path of a file in UTF-8: its own, or that of a ``copy`` of a file in the declared encoding."""
    given = InputFile(file, path=Path(file)).unless_utf8(encoding)
    if not given.encoding:
        return file
    opened, content = given.open()
    with opened, copy.open("wb") as target:
        while block := content.read(1 << 20):
            target.write(block)
    return str(copy)


def _open(file: str) -> IO[bytes]:
    return gzip.open(file, "rb") if file.endswith(".gz") else Path(file).open("rb")  # type: ignore[return-value]


def json_keys(files: Sequence[str]) -> list[str]:
    """Return the keys of the first lines of JSONL files; raises InputError for an empty file or a faulty line."""
    keys: dict[str, None] = {}
    for file in files:
        with _open(file) as lines:
            for number, line in enumerate(lines, start=1):
                if number > SEEN_LINES:
                    break
                if line.strip():
                    keys.update(dict.fromkeys(_object(file, number, line)))
    if not keys:
        raise InputError(f"{files[0]}: the file is empty; expected one JSON object per line.")
    return list(keys)


def _object(file: str, number: int, line: bytes) -> dict[str, Any]:
    if line.startswith(b"\xef\xbb\xbf"):
        raise InputError.at(
            file,
            number,
            column=None,
            found=line[:3],
            expected="a line without byte order mark",
            remedy="Save the file as plain UTF-8.",
        )
    try:
        cells = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError.at(
            file, number, column=None, found=line.decode(errors="replace"), expected=f"one JSON object ({error})"
        ) from None
    if not isinstance(cells, dict):
        raise InputError.at(file, number, column=None, found=line.decode(), expected="a JSON object with named columns")
    return cells


def json_fault(file: str, delimiter: str) -> InputError | None:
    """Return an error that names the first line that is no JSON object, or None."""
    with _open(file) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    _object(file, number, line)
                except InputError as error:
                    return error
    return None


def header(files: Sequence[str], delimiter: str) -> list[str]:
    """Return the columns of CSV files; raises InputError for an empty file and for one that is not UTF-8."""
    names: dict[str, None] = {}
    for file in files:
        with _open(file) as data:
            try:
                header = next(_records(data, delimiter), [])
            except (UnicodeDecodeError, csv.Error) as error:
                raise InputError(f"{file}, line 1: not readable as UTF-8 CSV ({error}).") from None
        if not header:
            raise InputError(f"{file}: the file is empty; expected a header and rows.")
        names.update(dict.fromkeys(header))
    return list(names)


def _records(data: IO[bytes], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.TextIOWrapper(data, encoding="utf-8-sig", newline=""), delimiter=delimiter, strict=True)


def csv_fault(file: str, delimiter: str) -> InputError | None:
    """Return an error that names the first record whose number of fields is not the header's, or None."""
    line = 1
    with _open(file) as data:
        reader: Any = _records(data, delimiter)
        header: list[str] | None = None
        try:
            for record in reader:
                header = header or record
                if record and len(record) != len(header):
                    return InputError.at(
                        file,
                        line,
                        column=None,
                        found=f"{len(record)} fields",
                        expected=f"{len(header)} ({', '.join(header)})",
                        remedy="Quote fields that contain the delimiter.",
                    )
                line = reader.line_num + 1
        except UnicodeDecodeError as error:
            return InputError(f"{file}, line {line} or later: not UTF-8 text ({error.reason}). Save the file as UTF-8.")
        except csv.Error as error:
            return InputError(f"{file}, line {line}: not readable as CSV ({error}). Check the quotes.")
    return None
