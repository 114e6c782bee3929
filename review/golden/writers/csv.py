"""CSV that is safe to open in a spreadsheet: lists are JSON, and a text that would be a formula begins with ``'``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from review.basics.csv_safe import csv_text
from review.golden.rows import Exported, ReleaseInfo, table_rows
from review.golden.writers.writer import Writer


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one row per example."""
    rows = table_rows(examples)
    target.write_text(csv_text(list(rows[0]) if rows else [], rows), encoding="utf-8", newline="")
    return [target]


WRITER = Writer(about="CSV that is safe to open in a spreadsheet", write=write, suffix=".csv")
