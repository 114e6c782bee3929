"""Small tables that people give us, with named columns, read strictly: every file that an import of a log can read.

A row that cannot be read raises an InputError that names file, line, column, what was found and what is expected, so
that nothing is computed from half a file. ``-`` is standard input.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.basics.input_file import InputFile, input_file
from review.basics.raw import layout_of, read_raw
from review.basics.raw_xlsx import named_sheet
from review.basics.record import MENDED
from review.basics.spellings import is_missing

IDS = ("item", "case", "id")
"""Columns of names: ``1`` and ``1.0`` of one file are one of them."""
_WHOLE = re.compile(r"([+-]?\d+)\.0+")


@dataclass(frozen=True)
class Row:
    """One row of data and its line in the file (line 1 of a CSV is the header; Parquet and JSON rows count from 1).

    ``names`` are the names that columns have in the file where these differ from ours.
    """

    file: str
    line: int
    cells: dict[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)

    def text(self, column: str) -> str:
        """Return the cell as stripped text; "" when it is empty or missing. A whole float is written without ``.0``."""
        cell = self.cells.get(column)
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
            cell = int(cell)
        return "" if cell is None or cell != cell else str(cell).strip()

    def required(self, column: str) -> str:
        """Return the cell as text. Raises InputError when it is empty."""
        text = self.text(column)
        if not text:
            raise self.error(column, "", "a value", "Fill the cell or remove the row.")
        return text

    def number(self, column: str, *, default: float | None = None) -> float | None:
        """Return the cell as a finite float, ``default`` when it is missing. Raises InputError for anything else."""
        text = self.text(column)
        if is_missing(text):
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
        named = None if column is None else self.names.get(column, column)
        return InputError.at(self.file, self.line, column=named, found=found, expected=expected, remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Table:
    """The rows of one file, its columns in order, its layout, and notes for the user (such as ignored columns).

    ``texts`` are what a file of ratings says of its items themselves (item -> fields of a conversation).
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    format: str = ""
    texts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def has(self, column: str) -> bool:
        """Return whether the file has this column."""
        return column in self.columns


Choices = Sequence[str | tuple[str, ...]]


def read_table(
    path: str | Path,
    *,
    required: Choices,
    optional: Sequence[str] = (),
    keep: Callable[[str], bool] | None = None,
    names: Mapping[str, str] | None = None,
) -> Table:
    """Read a whole table strictly.

    ``required`` names columns. A tuple lists names of one column: the file must have one of them, and the rows use the
    first. ``optional`` and ``keep`` tell of other known columns; the rest is ignored with a note. ``names`` gives the
    name that a column has in the file (ours -> the file's).
    Raises InputError for a missing, empty, wrongly encoded or ragged file and for a missing column.
    """
    return with_columns(load(path, names=names), required=required, optional=optional, keep=keep)


def load(path: str | Path | InputFile, *, names: Mapping[str, str] | None = None, sheet: str | None = None) -> Table:
    """Read all rows with all their columns; of a spreadsheet those of ``sheet``, else of the first one."""
    given = path if isinstance(path, InputFile) else input_file(path)
    file, layout = given.name, layout_of(given, otherwise="csv")
    ours = {theirs: name for name, theirs in (names or {}).items()}
    rows, mended = [], Counter[str]()
    raws, beside = named_sheet(given, sheet) if layout == "xlsx" else (read_raw(given, layout), [])
    for raw in raws:
        if raw.record is None:
            what = raw.error
            column = None if what is None or what.field in ("line", "record") else what.field
            expected = what.expected if what else "a record"
            raise InputError.at(file, raw.line, column=column, found=what and what.found, expected=expected)
        mended.update(raw.mended_counts)
        cells = {ours.get(name := str(key).strip(), name): cell for key, cell in raw.record.items()}
        rows.append(Row(file, raw.line, cells, names or {}))
    if not rows:
        raise InputError(f"{file}: there are no rows below the header; expected at least one.")
    columns = tuple(dict.fromkeys(column for row in rows for column in row.cells))
    if not columns:
        found = "an empty object ({})" if len(rows) == 1 else f"{len(rows):,} records without any field ({{}})"
        raise InputError(f"{file}: it holds no records: found {found}, expected rows with columns.")
    absent = [theirs for name, theirs in (names or {}).items() if name not in columns]
    if absent:
        raise InputError(f"{file}, line 1: there is no column '{absent[0]}'; found {', '.join(columns)}.")
    notes = (*beside, *(f"{n:,} × {MENDED[reason]}" for reason, n in mended.items()))
    return one_id_each(
        Table(
            file=file,
            columns=columns,
            rows=tuple(rows),
            notes=tuple(f"{file}: {note}" for note in notes),
            format=layout,
        )
    )


def whole_of(text: str) -> str | None:
    """Return ``1`` for an id such as ``1.0``, None for any other text."""
    found = _WHOLE.fullmatch(text) if text.endswith("0") else None
    return found[1] if found else None


def joined_ids(column: str, whole: Mapping[str, str]) -> str:
    """Say which ids are one (``1.0`` -> ``1``)."""
    first = min(whole)
    more = f", and so are {len(whole) - 1} more pairs" if len(whole) > 1 else ""
    return f"in column '{column}', {first} and {whole[first]} are one id{more}"


def one_id_each(table: Table) -> Table:
    """Write an id such as ``1.0`` as ``1`` when the file also has ``1``: it came from a column with gaps."""
    notes = list(table.notes)
    for column in IDS:
        if not table.has(column):
            continue
        texts = {row.text(column) for row in table.rows}
        whole = {t: bare for t in texts if (bare := whole_of(t)) is not None and bare in texts}
        for row in table.rows:
            text = row.text(column)
            if text in whole:
                row.cells[column] = whole[text]
        if whole:
            notes.append(f"{table.file}: {joined_ids(column, whole)}")
    return replace(table, notes=tuple(notes))


def with_columns(
    table: Table, *, required: Choices, optional: Collection[str] = (), keep: Callable[[str], bool] | None = None
) -> Table:
    """Return the table with the known columns alone, under our names; see :func:`read_table`."""
    renames, missing = {}, []
    for want in required:
        choices = (want,) if isinstance(want, str) else want
        found = next((c for c in choices if table.has(c)), None)
        if found is None:
            missing.append(" or ".join(f"'{c}'" for c in choices))
        else:
            renames[found] = choices[0]
    if missing:
        raise InputError(
            f"{table.file}, line 1: column {', '.join(missing)} is missing; found "
            f"{', '.join(table.columns) or 'no columns'}. Rename or add the column."
        )
    known = set(renames) | set(optional)
    unknown = [c for c in table.columns if c not in known and not (keep and keep(c))]
    # Of a column that holds objects, a path may have taken what it names.
    looked_into = {path.partition(".")[0] for row in table.rows[:1] for path in row.names.values()}
    ignored = [c for c in unknown if c not in looked_into]
    notes = (*table.notes, f"{table.file}: ignored column(s) {', '.join(ignored)}") if ignored else table.notes
    names = {ours: theirs for theirs, ours in renames.items() if ours != theirs}
    data = tuple(
        Row(
            row.file,
            row.line,
            {renames.get(k, k): v for k, v in row.cells.items() if k not in unknown},
            {**names, **row.names} if names else row.names,
        )
        for row in table.rows
    )
    columns = tuple(renames.get(c, c) for c in table.columns if c not in unknown)
    return Table(file=table.file, columns=columns, rows=data, notes=notes, format=table.format)
