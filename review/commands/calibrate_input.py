"""Read the files of ``calibrate``, ``compare-judges`` and ``alt-test``: every cell is canonical, or an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import click
import numpy as np

from review.basics.errors import InputError
from review.basics.labels import Label, Scale, canonical_text
from review.basics.rating_tables import read_rating_table
from review.basics.spellings import Spellings
from review.basics.tables import Row, Table, read_table
from review.statistics.calibration.data import CalibrationRow, IntArray

ONE = ""
"""The name of the only dimension of a file without a dimension column."""


class VerdictTable(NamedTuple):
    """Truth and the verdicts of several judges on the same items, as codes with -1 for none, shape (items,) each.

    ``unreadable`` counts the verdicts outside the declared values.
    """

    values: tuple[str, ...]
    truth: IntArray
    verdicts: dict[str, IntArray]
    unreadable: int


class Sentences(NamedTuple):
    """Sentences about a file: all of them, and by dimension those about its values."""

    notes: tuple[str, ...]
    said: Mapping[str, tuple[str, ...]]


def read_calibration(
    path: str, *, values: tuple[str, ...], also: tuple[str, ...] = ()
) -> tuple[dict[str, list[CalibrationRow]], Sentences]:
    """Return rows by dimension (``""`` when the file has no such column) and sentences for the reader.

    ``values`` are all values of the scale; ``also`` are values that exist on a scale that is not declared.
    """
    table = read_table(
        path,
        required=["item", ("truth", "label"), "verdict"],
        optional=["stratum", "population", "weight", "score", "dimension"],
    )
    reader = Cells(values, also)
    result: dict[str, list[CalibrationRow]] = {}
    for row in table.rows:
        dimension = dimension_of(table, row)
        result.setdefault(dimension, []).append(
            CalibrationRow(
                item=_item(row),
                truth=reader.of(dimension, row, "truth"),
                verdict=reader.of(dimension, row, "verdict"),
                stratum=row.text("stratum") or None,
                population=row.number("population"),
                weight=row.number("weight"),
                score=row.number("score"),
                file=row.file,
                line=row.line,
            )
        )
    return result, reader.sentences(table)


def read_verdicts(path: str, *, values: tuple[str, ...]) -> tuple[dict[str, VerdictTable], Sentences]:
    """Return truth and all columns named ``verdict_...`` by dimension, and sentences for the reader."""
    table = read_table(
        path, required=["item", ("truth", "label")], optional=["dimension"], keep=lambda c: c.startswith("verdict_")
    )
    columns = [c for c in table.columns if c.startswith("verdict_")]
    if len(columns) < 2:
        found = ", ".join(table.columns)
        raise InputError(
            f"{table.file}, line 1: found the columns {found}, expected at least two of the form verdict_NAME. "
            "Give each judge a column, such as verdict_a and verdict_b."
        )
    reader = Cells(values)
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        groups.setdefault(dimension_of(table, row), []).append(row)
    tables = {d: _verdict_table(rows, columns, partial(reader.of, d), values) for d, rows in groups.items()}
    return tables, reader.sentences(table)


def _verdict_table(
    rows: list[Row], columns: list[str], canonical: Callable[[Row, str], str | None], values: tuple[str, ...]
) -> VerdictTable:
    _refuse_repeats(rows, lambda row: (_item(row),), "item", "each item once")
    cells = {c: [canonical(row, c) for row in rows] for c in ("truth", *columns)}
    known = values or tuple(sorted({v for column in cells.values() for v in column if v is not None}))
    code: dict[str | None, int] = {v: k for k, v in enumerate(known)}
    for row, truth in zip(rows, cells["truth"], strict=True):
        if truth is not None and truth not in code:
            raise row.error("truth", truth, f"one of the declared values {', '.join(known)}", "Correct the label.")
    unreadable = sum(v is not None and v not in code for c in columns for v in cells[c])
    coded = {c: np.array([code.get(v, -1) for v in cells[c]], dtype=np.intp) for c in cells}
    return VerdictTable(known, coded["truth"], {c.removeprefix("verdict_"): coded[c] for c in columns}, unreadable)


def read_ratings(
    path: str, *, values: tuple[str, ...], wide: bool = False
) -> tuple[dict[str, tuple[list[Label], Scale]], Sentences]:
    """Return labels by dimension with their scale (the declared values, else those that occur), and sentences."""
    table = read_rating_table(path, optional=["dimension"], wide=wide)
    reader = Cells(values)
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        groups.setdefault(dimension_of(table, row), []).append(row)
    result = {}
    for dimension, rows in groups.items():
        _refuse_repeats(rows, lambda row: (_item(row), _name(row, "rater")), "rater", "one label per item and rater")
        labels = []
        for row in rows:
            value = reader.of(dimension, row, "label")
            if value is not None and values and value not in values:
                expected = f"one of the declared values {', '.join(values)}"
                raise row.error("label", value, expected, "Correct the label or declare the value.")
            if value is not None:
                labels.append(Label(_item(row), _name(row, "rater"), dimension, value))
        seen = values or tuple(sorted({str(label.value) for label in labels}))
        result[dimension] = labels, Scale("nominal", seen)
    return result, reader.sentences(table)


def by_dimension(results: Mapping[str, Any], notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return results as JSON: the one object, or by dimension when the file names dimensions; notes beside them."""
    shown = {dimension: result.to_json() for dimension, result in results.items()}
    found = dict(shown[ONE]) if list(shown) == [ONE] else {"dimensions": shown}
    return {**found, "notes": list(notes)} if notes else found


def needed(file: str | None, columns: str) -> str:
    """Return the file; without one, raise a usage error that names the columns."""
    if file is None:
        raise click.UsageError(f"give --file with a table of {columns} (or - for standard input).")
    return file


def dimension_of(table: Table, row: Row) -> str:
    """Return the row's dimension, ``""`` when the file has no such column."""
    return row.required("dimension") if table.has("dimension") else ONE


def _item(row: Row) -> str:
    return _name(row, "item")


def _name(row: Row, column: str) -> str:
    row.required(column)
    return canonical_text(row.cells[column])


class Cells:
    """Reads the values of a table, each dimension with its own spellings."""

    def __init__(self, values: tuple[str, ...], also: tuple[str, ...] = ()) -> None:
        self.values, self.also = tuple(map(canonical_text, values)), tuple(map(canonical_text, also))
        self.dimensions: dict[str, Spellings] = {}

    def of(self, dimension: str, row: Row, column: str) -> str | None:
        """Return the value of a cell in its one form, None for a missing one."""
        spellings = self.dimensions.setdefault(dimension, Spellings(self.values, self.also))
        return spellings.of(row.cells.get(column))

    def sentences(self, table: Table) -> Sentences:
        """Return what a reader must know of the file and its values."""
        said = {
            name: tuple(spellings.sentences(f"{table.file}, {name}" if name else table.file, "cell"))
            for name, spellings in self.dimensions.items()
        }
        return Sentences((*table.notes, *(text for texts in said.values() for text in texts)), said)


def _refuse_repeats(rows: list[Row], key: Callable[[Row], tuple[str, ...]], column: str, expected: str) -> None:
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        before = first.setdefault(key(row), row)
        if before is not row:
            raise row.error(column, " / ".join(key(row)), f"{expected} (first on line {before.line})", "Keep one row.")
