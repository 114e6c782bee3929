"""Small tables that people give us: CSV, JSONL or Parquet with named columns, read strictly.

A row that cannot be read raises an InputError that names file, line, column, what was found and what is expected, so
that nothing is computed from half a file. ``-`` is standard input (CSV, or JSONL when it begins with ``{``).
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import InputError

csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True)
class Row:
    """One row of data and its line in the file (line 1 of a CSV is the header; Parquet rows count from 1)."""

    file: str
    line: int
    cells: dict[str, Any]

    def text(self, column: str) -> str:
        """Return the cell as stripped text; "" when it is empty or missing."""
        cell = self.cells.get(column)
        if isinstance(cell, bool):
            return "true" if cell else "false"
        return "" if cell is None or cell != cell else str(cell).strip()

    def required(self, column: str) -> str:
        """Return the cell as text. Raises InputError when it is empty."""
        text = self.text(column)
        if not text:
            raise self.error(column, "", "a value", "Fill the cell or remove the row.")
        return text

    def number(self, column: str, *, default: float | None = None) -> float | None:
        """Return the cell as a finite float, ``default`` when it is empty. Raises InputError for anything else."""
        text = self.text(column)
        if not text:
            return default
        try:
            number = float(text)
        except ValueError:
            raise self.error(column, text, "a number") from None
        if number != number or number in (float("inf"), float("-inf")):
            raise self.error(column, text, "a finite number")
        return number

    def error(self, column: str | None, found: object, expected: str, remedy: str = "") -> InputError:
        """Return an InputError at this row."""
        return InputError.at(self.file, self.line, column=column, found=found, expected=expected, remedy=remedy)


@dataclass(frozen=True)
class Table:
    """The rows of one file, its columns in order, and notes for the user (such as ignored columns)."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def has(self, column: str) -> bool:
        """Return whether the file has this column."""
        return column in self.columns


def read_table(
    path: str | Path,
    *,
    required: Sequence[str | tuple[str, ...]],
    optional: Sequence[str] = (),
    keep: Callable[[str], bool] | None = None,
) -> Table:
    """Read a whole table strictly.

    ``required`` names columns. A tuple lists names of one column: the file must have one of them, and the rows use the
    first. ``optional`` and ``keep`` tell of other known columns; the rest is ignored with a note.
    Raises InputError for a missing, empty, wrongly encoded or ragged file and for a missing column.
    """
    name = "standard input" if str(path) == "-" else str(path)
    columns, rows = _load(path, name)
    renames, missing = {}, []
    for want in required:
        choices = (want,) if isinstance(want, str) else want
        found = next((c for c in choices if c in columns), None)
        if found is None:
            missing.append(" or ".join(f"'{c}'" for c in choices))
        else:
            renames[found] = choices[0]
    if missing:
        raise InputError(
            f"{name}, line 1: column {', '.join(missing)} is missing; found {', '.join(columns) or 'no columns'}. "
            "Rename or add the column."
        )
    known = set(renames) | set(optional)
    unknown = [c for c in columns if c not in known and not (keep and keep(c))]
    notes = (f"{name}: ignored column(s) {', '.join(unknown)}",) if unknown else ()
    data = tuple(
        Row(name, line, {renames.get(k, k): v for k, v in cells.items() if k not in unknown}) for line, cells in rows
    )
    if not data:
        raise InputError(f"{name}: there are no rows below the header; expected at least one.")
    return Table(name, tuple(renames.get(c, c) for c in columns if c not in unknown), data, notes)


def _load(path: str | Path, name: str) -> tuple[list[str], list[tuple[int, dict[str, Any]]]]:
    if str(path) == "-":
        return _parse_text(sys.stdin.buffer.read(), name)
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{name}: there is no such file. Check the path; `-` reads standard input.")
    if file.suffix == ".parquet":
        return _parse_parquet(file, name)
    return _parse_text(file.read_bytes(), name, jsonl=file.suffix in (".jsonl", ".ndjson"))


def _parse_text(data: bytes, name: str, *, jsonl: bool = False) -> tuple[list[str], list[tuple[int, dict[str, Any]]]]:
    if not data.strip():
        raise InputError(f"{name}: the file is empty; expected a header and rows.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError.at(
            name,
            line,
            column=None,
            found=data[error.start : error.start + 4],
            expected="UTF-8 text",
            remedy="Save the file as UTF-8.",
        ) from None
    rows = list(_jsonl_rows(text, name) if jsonl or text.lstrip().startswith("{") else _csv_rows(text, name))
    columns = list(dict.fromkeys(c for _, cells in rows for c in cells)) if rows else _csv_header(text)
    return columns, rows


def _csv_header(text: str) -> list[str]:
    return [c.strip() for c in next(csv.reader(io.StringIO(text, newline="")), [])]


def _csv_rows(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    start = 1
    try:
        for record in reader:
            line, start = start, reader.line_num + 1
            if not header:
                header = [c.strip() for c in record]
                twice = [c for c in header if header.count(c) > 1]
                if twice:
                    raise InputError(f"{name}, line 1: column '{twice[0]}' occurs twice. Rename one of them.")
                continue
            if not any(cell.strip() for cell in record):
                continue
            if len(record) != len(header):
                raise InputError.at(
                    name,
                    line,
                    column=None,
                    found=f"{len(record)} fields",
                    expected=f"{len(header)} ({', '.join(header)})",
                    remedy="Quote fields that contain a comma.",
                )
            yield line, dict(zip(header, record, strict=True))
    except csv.Error as error:
        raise InputError(f"{name}, line {start}: not readable as CSV ({error}). Check the quotes.") from None


def _jsonl_rows(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            cells = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise InputError.at(name, line, column=None, found=raw, expected=f"one JSON object ({error})") from None
        if not isinstance(cells, dict):
            raise InputError.at(name, line, column=None, found=raw, expected="a JSON object with named columns")
        yield line, cells


def _parse_parquet(file: Path, name: str) -> tuple[list[str], list[tuple[int, dict[str, Any]]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{name}: not readable as Parquet ({error}).") from None
    return list(table.column_names), list(enumerate(table.to_pylist(), start=1))
