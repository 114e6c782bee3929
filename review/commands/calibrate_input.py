"""Read the files of ``calibrate``, ``compare-judges`` and ``alt-test``: every cell is canonical, or an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import click
import numpy as np

from review.basics.errors import InputError
from review.basics.labels import Label, Scale, canonical_text, number_text
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


def read_calibration(path: str, *, values: tuple[str, ...]) -> tuple[dict[str, list[CalibrationRow]], tuple[str, ...]]:
    """Return rows by dimension (``""`` when the file has no such column) and notes for the reader."""
    table = read_table(
        path,
        required=["item", ("truth", "label"), "verdict"],
        optional=["stratum", "population", "weight", "score", "dimension"],
    )
    canonical = _canonical(table, ("truth", "verdict"), values)
    result: dict[str, list[CalibrationRow]] = {}
    for row in table.rows:
        result.setdefault(dimension_of(table, row), []).append(
            CalibrationRow(
                item=_item(row),
                truth=canonical(row, "truth"),
                verdict=canonical(row, "verdict"),
                stratum=row.text("stratum") or None,
                population=row.number("population"),
                weight=row.number("weight"),
                score=row.number("score"),
                file=row.file,
                line=row.line,
            )
        )
    return result, table.notes


def read_verdicts(path: str, *, values: tuple[str, ...]) -> tuple[dict[str, VerdictTable], tuple[str, ...]]:
    """Return truth and all columns named ``verdict_...`` by dimension, and notes for the reader."""
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
    canonical = _canonical(table, ("truth", *columns), values)
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        groups.setdefault(dimension_of(table, row), []).append(row)
    return {d: _verdict_table(rows, columns, canonical, values) for d, rows in groups.items()}, table.notes


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


def read_ratings(path: str, *, values: tuple[str, ...]) -> tuple[dict[str, tuple[list[Label], Scale]], tuple[str, ...]]:
    """Return labels by dimension with their scale (the declared values, else those that occur), and notes."""
    table = read_table(path, required=["item", "rater", ("label", "value")], optional=["dimension"])
    canonical = _canonical(table, ("label",), values)
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        groups.setdefault(dimension_of(table, row), []).append(row)
    result = {}
    for dimension, rows in groups.items():
        _refuse_repeats(rows, lambda row: (_item(row), _name(row, "rater")), "rater", "one label per item and rater")
        labels = []
        for row in rows:
            value = canonical(row, "label")
            if value is not None and values and value not in values:
                expected = f"one of the declared values {', '.join(values)}"
                raise row.error("label", value, expected, "Correct the label or declare the value.")
            if value is not None:
                labels.append(Label(_item(row), _name(row, "rater"), dimension, value))
        seen = values or tuple(sorted({str(label.value) for label in labels}))
        result[dimension] = labels, Scale("nominal", seen)
    return result, table.notes


def by_dimension(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return results as JSON: the one object, or by dimension when the file names dimensions."""
    shown = {dimension: result.to_json() for dimension, result in results.items()}
    return shown[ONE] if list(shown) == [ONE] else {"dimensions": shown}


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


def _canonical(table: Table, columns: Iterable[str], values: tuple[str, ...]) -> Callable[[Row, str], str | None]:
    """Return a reader of cells that maps every spelling of a number to its declared value, or 1.0 to 1."""
    declared = {_number(v): v for v in values if _number(v) is not None}
    spellings: dict[float, set[str]] = {}
    for text in {canonical_text(row.cells[c]) for c in columns for row in table.rows if row.text(c)}:
        number = _number(text)
        if number is not None:
            spellings.setdefault(number, set()).add(text)

    def read(row: Row, column: str) -> str | None:
        if not row.text(column):
            return None
        text = canonical_text(row.cells[column])
        number = _number(text)
        if number is None or text in values:
            return text
        if values:
            return declared.get(number, text)
        return number_text(number) if len(spellings[number]) > 1 else text

    return read


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _refuse_repeats(rows: list[Row], key: Callable[[Row], tuple[str, ...]], column: str, expected: str) -> None:
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        before = first.setdefault(key(row), row)
        if before is not row:
            raise row.error(column, " / ".join(key(row)), f"{expected} (first on line {before.line})", "Keep one row.")
