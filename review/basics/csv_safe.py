"""CSV that is safe to open in a spreadsheet, for every export and download.

A spreadsheet runs a cell that begins with = + - @, a tab or a line break as a formula. Some skip blanks and invisible
characters before it. An apostrophe in front of such a text shows it as text; ``plain_cell`` takes the apostrophe off
again, so that exports can be imported. Plain numbers such as -0.5 stay as they are.
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

LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet holds at most; Excel and LibreOffice cut the rest off."""

_STARTERS = "=+\\-@\t\r\n＝＋－＠﹢﹣﹦﹫"
# Blanks, controls, formats and the letters that fonts draw as nothing.
_INVISIBLE = (
    r"\x00-\x20\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_FORMULA = re.compile(f"'*[{_INVISIBLE}]*[{_STARTERS}]")
_ESCAPED = re.compile(f"'+[{_INVISIBLE}]*[{_STARTERS}]")
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


def long_cells(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a sentence about cells that a spreadsheet would cut off, "" when there is none."""
    found = [
        (number, column)
        for number, row in enumerate(rows, start=1)
        for column in columns
        if len(safe_cell(row.get(column))) > LONGEST_CELL
    ]
    if not found:
        return ""
    cells = "1 cell is" if len(found) == 1 else f"{len(found):,} cells are"
    row, column = found[0]
    return (
        f"{cells} longer than the {LONGEST_CELL:,} characters that a spreadsheet shows (the first in row {row:,}, "
        f"column {column}). The file has them whole; read it with a program, or export JSON Lines or Parquet."
    )


def long_cells_of(file: Path) -> str:
    """Return the same about a CSV file that was written, "" for a file of another kind."""
    if file.suffix != ".csv":
        return ""
    with file.open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        return long_cells(reader.fieldnames or (), reader)
