"""Tables of ratings in both forms: a row for each rating (item, rater, label), or a column for each rater."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from review.basics.errors import InputError
from review.basics.tables import Row, Table, load, with_columns

LABEL = ("label", "value")
BESIDE = ("item", "dimension", "at", "comment", "occasion", "seconds", "rubric_version", "late", "week")
"""Columns of a wide table that are no raters."""


def read_rating_table(
    path: str | Path,
    *,
    optional: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    wide: bool = False,
) -> Table:
    """Read a table of ratings as rows with item, rater and label.

    A file with a column per rater is recognised by its columns: ``item`` and at least two others, but neither ``rater``
    nor a label; ``wide`` declares it. Its columns that are known otherwise (``optional``, dimension, at, comment) are
    no raters. Raises InputError as ``read_table`` does.
    """
    return as_rating_table(load(path, names=names), optional=optional, wide=wide)


def as_rating_table(table: Table, *, optional: Sequence[str] = (), wide: bool = False) -> Table:
    """Return a table with all its columns as :func:`read_rating_table` does."""
    raters = [c for c in table.columns if c not in BESIDE and c not in optional]
    if wide or (_looks_wide(table) and len(raters) > 1):
        table = _long(table, raters, declared=wide)
    return with_columns(table, required=("item", "rater", LABEL), optional=optional)


def _looks_wide(table: Table) -> bool:
    return table.has("item") and not any(table.has(c) for c in ("rater", "judge", "truth", "verdict", *LABEL))


def _long(table: Table, raters: Sequence[str], *, declared: bool) -> Table:
    if not table.has("item"):
        raise InputError(
            f"{table.file}, line 1: column 'item' is missing; found {', '.join(table.columns)}. "
            "Rename the column of the items, or name it."
        )
    if not raters:
        raise InputError(f"{table.file}, line 1: found no column of a rater; expected one for each rater.")
    beside = [c for c in table.columns if c not in raters]
    rows = tuple(
        Row(
            row.file,
            row.line,
            {**{c: row.cells.get(c) for c in beside}, "rater": rater, "label": row.cells.get(rater)},
            {**row.names, "label": rater, "rater": rater},
        )
        for row in table.rows
        for rater in raters
    )
    shown = ", ".join(raters[:12]) + (", ..." if len(raters) > 12 else "")
    why = "" if declared else ", because the file has no column 'rater' and none of a label"
    note = f"{table.file}: read as one column per rater ({shown}){why}"
    return Table(
        file=table.file, columns=(*beside, "rater", "label"), rows=rows, notes=(*table.notes, note), format=table.format
    )
