"""Read raw records from CSV line by line: each has its number, and a bad line does not stop or swallow the rest."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice

from review.basics.errors import InputError
from review.basics.input_file import ByteLines, InputFile
from review.basics.record import MAX_LINE, Raw, Unreadable, check_columns, encoding_error

MAX_CELL = 16 * 1024 * 1024
"""The most characters one cell may have."""
SEPARATORS = ",;\t|"
SAMPLE = 20
"""Rows that decide the separator."""


def read_csv(given: InputFile) -> Iterator[Raw]:
    """Yield the rows of a CSV file with a header, separated by that of ``SEPARATORS`` which splits the rows alike.

    After a record that cannot be read, reading goes on with the line after its first one: a quote that is opened and
    never closed costs one row and not all rows up to the next quote.
    """
    csv.field_size_limit(MAX_CELL)
    file, content = given.open()
    with file:
        lines = _Lines(content)
        header, separator = _header(given.name, lines)
        reader = csv.reader(lines, delimiter=separator, strict=True)
        while True:
            start = lines.number + 1
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                found = f"{_span(start, lines.number)} unreadable as CSV ({error})"
                expected = "closed quotes (a quote inside a quoted field is written twice)"
                yield Raw(start, None, Unreadable("line", found, expected), lines.done)
                lines.back()
                continue
            if lines.bad is not None:
                yield Raw(start, None, lines.bad, lines.done)
                lines.back()
            elif len(cells) == len(header):
                if any(cell.strip() for cell in cells):
                    record = {name: cell if cell else None for name, cell in zip(header, cells, strict=True)}
                    yield Raw(start, record, None, lines.done)
            elif any(cell.strip() for cell in cells):
                yield Raw(start, None, _ragged(cells, header, start, lines.number), lines.done)
                if _are_rows(lines.taken[1:], separator, len(header)):
                    lines.back()


def _span(start: int, end: int) -> str:
    return f"lines {start} to {end}" if end > start else f"line {start}"


def _ragged(cells: list[str], header: list[str], start: int, end: int) -> Unreadable:
    over = f" in {_span(start, end)}" if end > start else ""
    expected = f"{len(header)} ({', '.join(header)}); quote fields that contain the separator"
    return Unreadable("line", f"{len(cells)} fields{over}", expected)


def _are_rows(lines: list[str], separator: str, width: int) -> bool:
    """Whether each of these lines alone is a row, so that a quote left open before them swallowed them."""
    try:
        return bool(lines) and all(len(row) == width for row in csv.reader(lines, delimiter=separator))
    except csv.Error:
        return False


def _header(name: str, lines: _Lines) -> tuple[list[str], str]:
    """Return the column names, and the separator that splits the first rows as it splits the header."""
    first = next(lines, "")
    if lines.bad is not None:
        raise InputError(f"{name}, line 1: {lines.bad.found}, expected {lines.bad.expected}.")
    sample = lines.peek(SAMPLE)
    found: list[tuple[int, int, list[str], str]] = []
    fault = ""
    for separator in SEPARATORS:
        try:
            columns = next(csv.reader([first], delimiter=separator, strict=True), [])
        except csv.Error as error:
            fault = fault or str(error)
            continue
        alike = _alike(sample, separator, len(columns)) if len(columns) > 1 else -1
        found.append((alike, len(columns), columns, separator))
    if not found:
        raise InputError(f"{name}, line 1: the header is not readable as CSV ({fault}).")
    # Of several that split the rows equally well, the one with the most columns; else the first in SEPARATORS.
    _, _, header, separator = max(found, key=lambda one: one[:2])
    header = [column.strip() for column in header]
    check_columns(name, header)
    twice = [column for column in header if header.count(column) > 1]
    if twice:
        raise InputError(
            f"{name}, line 1: found the column '{twice[0]}' twice, expected each column once. Rename one of them."
        )
    return header, separator


def _alike(sample: list[str], separator: str, width: int) -> int:
    """Return how many rows of the sample have this many fields."""
    n, rows = 0, csv.reader(sample, delimiter=separator, strict=True)
    while True:
        try:
            n += len(next(rows)) == width
        except StopIteration:
            return n
        except csv.Error:
            continue


class _Lines:
    """Decoded lines of a file for ``csv.reader``, which can go back to the second line of the current record.

    ``taken`` are the lines of the current record, ``bad`` is the error of the first of them that was not UTF-8.
    """

    def __init__(self, file: ByteLines) -> None:
        self.file = file
        self.number = 0
        self.done = 0
        self.bad: Unreadable | None = None
        self.taken: list[str] = []
        self._bad: dict[int, Unreadable] = {}
        self._waiting: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        text = self._waiting.popleft() if self._waiting else self._read(self.number + 1)
        if not text:
            raise StopIteration
        self.number += 1
        self.taken.append(text)
        if self._bad and self.bad is None:
            self.bad = self._bad.get(self.number)
        return text

    def begin(self) -> None:
        """Begin a record with the next line."""
        self.taken.clear()
        self.bad = None

    def back(self) -> None:
        """Go back to the second line of the current record, if it has one."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.number -= max(len(self.taken) - 1, 0)

    def peek(self, count: int) -> list[str]:
        """Return up to ``count`` lines that come next, without taking them."""
        while len(self._waiting) < count and (text := self._read(self.number + len(self._waiting) + 1)):
            self._waiting.append(text)
        return list(islice(self._waiting, count))

    def _read(self, number: int) -> str:
        line = self.file.readline(MAX_LINE)
        self.done += len(line)
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace")
            bad = encoding_error(line)
            if bad is not None:
                self._bad[number] = Unreadable("line", f"line {number}, {bad.found}", bad.expected)
        return text.replace("\0", "\ufffd") if "\0" in text else text
