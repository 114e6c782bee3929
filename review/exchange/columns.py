"""Columns of a file under our names, also from inside objects: ``label=annotation.answer``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from review.basics.errors import InputError
from review.basics.tables import Row, Table, one_id_each
from review.sources.readers.mapping import picked


def renamed_columns(table: Table, names: Mapping[str, str]) -> Table:
    """Return the table with the columns that ``names`` gives (ours -> the file's, or a dotted path into it).

    A renamed column loses its old name. Raises InputError for one that no row has.
    """
    if not names:
        return table
    found = [picked(row.cells, names) for row in table.rows]
    absent = next((path for ours, path in names.items() if not any(ours in one for one in found)), None)
    if absent is not None:
        raise InputError(f"{table.file}, line 1: there is no column '{absent}'; found {', '.join(table.columns)}.")
    moved = {path for path in names.values() if table.has(path)}
    rows = tuple(
        Row(
            row.file,
            row.line,
            {**{c: v for c, v in row.cells.items() if c not in moved}, **one},
            {**row.names, **names},
        )
        for row, one in zip(table.rows, found, strict=True)
    )
    columns = (*(c for c in table.columns if c not in moved), *names)
    return one_id_each(replace(table, columns=tuple(dict.fromkeys(columns)), rows=rows))
