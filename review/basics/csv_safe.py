"""CSV that is safe to open in a spreadsheet, for every export and download.

A spreadsheet runs a cell that begins with = + - @, a tab or a line break as a formula. Such a text gets an apostrophe
in front, which shows it as text; ``plain_cell`` takes it off again, so that what was exported can be imported. Plain
numbers such as -0.5 stay as they are.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from review.basics.tables import Row

_STARTERS = "=+\\-@\t\r\n＝＋－＠"
_FORMULA = re.compile(f"'*[{_STARTERS}]")
_ESCAPED = re.compile(f"'+[{_STARTERS}]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def safe_cell(value: Any) -> str:
    """One value as the text of a cell: empty for None and NaN, true/false, JSON for lists and dicts, no formula."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        value = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    text = str(value)
    # A text that begins with an apostrophe and then a formula gets one more: plain_cell must find it as it was.
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain_cell(text: str) -> str:
    """The inverse of :func:`safe_cell` for texts."""
    return text[1:] if _ESCAPED.match(text) else text


def row_text(row: Row, column: str) -> str:
    """A text cell of a table that was read; from a CSV without the apostrophe that an export may have put in front."""
    text = row.text(column)
    return text if Path(row.file).suffix in (".jsonl", ".ndjson", ".parquet") else plain_cell(text)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A CSV document with these columns; what a row lacks is an empty cell, what it has besides is left out."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(c) for c in columns])
    writer.writerows([safe_cell(row.get(c)) for c in columns] for row in rows)
    return out.getvalue()
