"""A table of answers with the fields of the protocol: JSONL, CSV, JSON, Parquet. Cells with JSON text are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from review.basics.tables import read_table
from review.experiments.targets.results.rows import ResultFormat, ResultRow
from review.experiments.values import ANSWER_FIELDS

WHOLE = ("result", "steps", "tool_calls", "context", "labels")
NUMBERS = ("latency_ms", "tokens_in", "tokens_out", "cost", "reported")


def read(path: Path) -> Iterator[ResultRow]:
    """Yield each row. Raises InputError with file, line and column."""
    table = read_table(path, required=(("id", "case"),), optional=("repeat", *ANSWER_FIELDS))
    for row in table.rows:
        repeat = row.number("repeat")
        fields = {name: value for name in ANSWER_FIELDS if (value := _cell(row.cells.get(name), name)) is not None}
        for name in NUMBERS:
            if isinstance(fields.get(name), str):
                fields[name] = row.number(name)
        yield ResultRow(
            names=(row.text("id") or row.text("case"),),
            line=row.line,
            fields=fields,
            repeat=None if repeat is None else int(repeat),
        )


def _cell(value: Any, name: str) -> Any:
    if value is None or value != value or value == "":
        return None
    if name in WHOLE and isinstance(value, str):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


RESULTS = ResultFormat(
    about="a table with the column id and the fields of an answer",
    fits=lambda path, head: True,
    read=read,
    suffix=".jsonl",
    sample='{"id": "c-1", "answer": "42", "latency_ms": 12}\n',
)
