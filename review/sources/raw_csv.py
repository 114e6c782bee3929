"""Read raw records from CSV line by line: each has its number, and a line that is not UTF-8 does not stop the rest."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from review.basics.errors import InputError
from review.sources.readers.fields import Unreadable
from review.sources.record import MAX_LINE, Raw, encoding_error

MAX_CELL = 16 * 1024 * 1024
"""The most characters one cell may have."""


def read_csv(path: Path) -> Iterator[Raw]:
    """Yield the rows of a CSV file with a header, separated by its most frequent of comma, semicolon and tab."""
    csv.field_size_limit(MAX_CELL)
    with path.open("rb") as file:
        lines = _Lines(file)
        header, separator = _csv_header(path, lines)
        reader = csv.reader(lines, delimiter=separator, strict=True)
        while True:
            start = lines.number + 1
            lines.bad = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                span = f"lines {start} to {lines.number}" if lines.number > start else f"line {start}"
                found = f"{span} unreadable as CSV ({error})"
                yield Raw(start, None, Unreadable("line", found, "closed quotes"), lines.done)
                continue
            if lines.bad is not None:
                yield Raw(start, None, lines.bad, lines.done)
            elif any(cell.strip() for cell in cells):
                yield _csv_record(start, header, cells, lines.done)


def _csv_header(path: Path, lines: _Lines) -> tuple[list[str], str]:
    """Return the column names, and the separator: the most frequent of ``,`` ``;`` and tab."""
    first = next(lines, "")
    if lines.bad is not None:
        raise InputError(f"{path}, line 1: {lines.bad.found}, expected {lines.bad.expected}.")
    separator = max(",;\t", key=first.count)
    try:
        header = [name.strip() for name in next(csv.reader([first], delimiter=separator, strict=True), [])]
    except csv.Error as error:
        raise InputError(f"{path}, line 1: the header is not readable as CSV ({error}).") from None
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise InputError(
            f"{path}, line 1: found the column '{twice[0]}' twice, expected each column once. Rename one of them."
        )
    return header, separator


def _csv_record(line: int, header: list[str], cells: list[str], done: int) -> Raw:
    if len(cells) != len(header):
        found = f"{len(cells)} fields"
        expected = f"{len(header)} ({', '.join(header)}); quote fields that contain the separator"
        return Raw(line, None, Unreadable("line", found, expected), done)
    return Raw(line, {name: cell if cell else None for name, cell in zip(header, cells, strict=True)}, None, done)


class _Lines:
    """Decoded lines of a file for ``csv.reader``; keeps the position and the first line that was not UTF-8."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.number = 0
        self.done = 0
        self.bad: Unreadable | None = None

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.file.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.done += len(line)
        if self.number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        bad = encoding_error(line)
        if bad is not None:
            self.bad = self.bad or Unreadable("line", f"line {self.number}, {bad.found}", bad.expected)
        return line.decode("utf-8", "replace").replace("\0", "�")
