"""Files of labels and verdicts, in every form that conversations take, as tables: several, packed, in a zip archive.

``records`` is the path to the records of a JSON document or the name of a sheet, ``encoding`` the codec of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from review.basics.errors import InputError, NoRecords
from review.basics.input_files import files_of
from review.basics.json_stream import DEEP
from review.basics.rating_tables import LABEL
from review.basics.tables import Row, Table, load, one_id_each
from review.exchange.tool_tables import Ratings, found_in
from review.exchange.tools.tool import Tool
from review.sources.containers import PAGES, find, inside, value_at
from review.sources.readers.fields import parsed

Paths = str | Path | Sequence[str | Path]
NAMED = 5
"""Files of one import that its messages name."""
WIDE = ("utf-16", "utf-32", "utf_16", "utf_32")
"""Encodings whose text can look like UTF-8."""


def rating_tables(paths: Paths, tools: Mapping[str, Tool], *, records: str | None, encoding: str) -> list[Table]:
    """Return the rows of each file that the paths name, with all their columns.

    A path is a file, a folder, a pattern or a zip archive. Of several files those in UTF-8 are read as that. Raises
    InputError for a file that cannot be read.
    """
    named = files_of([paths] if isinstance(paths, str | Path) else paths)
    several = len(named.files) > 1 and not encoding.lower().startswith(WIDE)
    files = [file if several and file.is_utf8() else replace(file, encoding=encoding) for file in named.files]
    tables = [_opened(load(file, sheet=records), tools, records) for file in files]
    return [replace(tables[0], notes=(*named.notes, *tables[0].notes)), *tables[1:]]


def one_table(tables: Sequence[Table], tools: Mapping[str, Tool]) -> Table:
    """Return the rows of several files as one table. Raises InputError when they are exports of different tools."""
    first = tables[0]
    if len(tables) == 1:
        return first
    other = next((t for t in tables if t.format != first.format and {t.format, first.format} & set(tools)), None)
    if other is not None:
        raise InputError(
            f"{other.file}: found {_kind(other, tools)}, expected {_kind(first, tools)} as in {first.file}. "
            "Import them one after another."
        )
    files = [Path(table.file).name for table in tables]
    name = ", ".join(files[:NAMED]) + (f" and {len(files) - NAMED:,} more" if len(files) > NAMED else "")
    rows = tuple(row for table in tables for row in table.rows)
    columns = tuple(dict.fromkeys(column for table in tables for column in table.columns))
    notes = tuple(dict.fromkeys(note for table in tables for note in table.notes))
    texts = {item: text for table in reversed(tables) for item, text in table.texts.items()}
    joined = one_id_each(Table(file=name, columns=columns, rows=rows, notes=notes, format=first.format, texts=texts))
    if not any(isinstance(table, Ratings) for table in tables):
        return joined
    found = sum(map(found_in, tables))
    return Ratings(
        file=name, columns=columns, rows=rows, notes=joined.notes, format=first.format, texts=texts, found=found
    )


def _kind(table: Table, tools: Mapping[str, Tool]) -> str:
    return f"an export of {table.format}" if table.format in tools else "a table"


def _opened(table: Table, tools: Mapping[str, Tool], records: str | None) -> Table:
    """Return the records inside the documents of a file; any other table unchanged."""
    if table.format == "xlsx":
        return table
    if records is not None and table.format == "csv":
        raise InputError(f"{table.file}: found the path '{records}' to records, but each row of this file is a record.")

    def known(record: Mapping[str, Any]) -> bool:
        plain = "item" in record and any(name in record for name in (*LABEL, "verdict"))
        return plain or any(tool.recognise(record) for tool in tools.values())

    if records is not None:
        documents = [row.cells for row in table.rows]
        found = find(documents, known, file=table.file, records=records, single=True, mapping={})
        return _inside(table, found.container.path, found.notes)
    path = _page(table, known)
    return table if path is None else _inside(table, path, ())


def _page(table: Table, known: Callable[[Mapping[str, Any]], bool]) -> tuple[str, ...] | None:
    """Return where the records are in a file that is one document, None where the document is a record itself."""
    if len(table.rows) != 1 or known(table.rows[0].cells):
        return None
    options = [one.path for one, items in inside(table.rows[0].cells, (), DEEP) if any(map(known, items))]
    pages = [path for path in options if len(path) == 1 and path[0] in PAGES]
    fitting = pages[:1] or options
    if not fitting and (name := next((one for one in PAGES if table.rows[0].cells.get(one) == []), "")):
        raise NoRecords(f"{table.file}: it holds no records: the list at '{name}' is empty.")
    if len(fitting) > 1:
        raise InputError(
            f"{table.file}: the records may be at {' or '.join('.'.join(path) for path in fitting)}. Say where they "
            "are.",
            command_hint="Name the path with `--records PATH`.",
        )
    return fitting[0] if fitting else None


def _inside(table: Table, path: tuple[str, ...], notes: Sequence[str]) -> Table:
    """Return the records at a path of each document: the elements of a list, or the values of an object by ids."""
    found = []
    for row in table.rows:
        value = parsed(value_at(row.cells, path))
        if isinstance(value, Mapping) and all(isinstance(one, Mapping) for one in value.values()):
            found += [{"id": key, **one} for key, one in value.items()]
        else:
            found += [parsed(one) for one in value] if isinstance(value, list) else [value]
    strange = next((number for number, one in enumerate(found, start=1) if not isinstance(one, Mapping)), None)
    if strange is not None:
        where = ".".join(path) or "the top of the document"
        raise InputError.at(
            table.file, strange, column=where, found=found[strange - 1], expected="a list of JSON objects"
        )
    rows = tuple(Row(table.file, number, dict(one)) for number, one in enumerate(found, start=1))
    columns = tuple(dict.fromkeys(name for row in rows for name in row.cells))
    said = (f"{table.file}: {note}" for note in notes)
    return one_id_each(
        Table(file=table.file, columns=columns, rows=rows, notes=(*table.notes, *said), format=table.format)
    )
