"""CSV that is safe to open in a spreadsheet, for every export and download.

A spreadsheet runs a cell that begins with = + - @, a tab or a line break as a formula. An apostrophe in front of such a
text shows it as text; ``plain_cell`` takes the apostrophe off again, so that exports can be imported. Plain numbers
such as -0.5 stay as they are.
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
    """Return a value as a cell: "" for None and NaN, true/false, JSON for lists and dicts, and never a formula."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        value = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    text = str(value)
    # A text that begins with apostrophes and then a formula gets one more, so that plain_cell restores it.
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain_cell(text: str) -> str:
    """Return the text that :func:`safe_cell` was given."""
    return text[1:] if _ESCAPED.match(text) else text


def row_text(row: Row, column: str) -> str:
    """Return a text cell of a row; from a CSV without the apostrophe that an export may have added."""
    text = row.text(column)
    typed = Path(row.file.removesuffix(".gz")).suffix in (".jsonl", ".ndjson", ".json", ".parquet")
    return text if typed else plain_cell(text)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a CSV document with these columns. A missing value is an empty cell; other columns are left out."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(c) for c in columns])
    writer.writerows([safe_cell(row.get(c)) for c in columns] for row in rows)
    return out.getvalue()
