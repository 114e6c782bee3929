"""Parquet: one row per example, with the release in the metadata of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from review.golden.rows import Exported, ReleaseInfo, table_rows
from review.golden.writers.cards import release_of
from review.golden.writers.writer import Writer

STRINGS = ("context", "required", "tags")
INTEGERS = ("release_version", "rubric_version", "n_votes")
NUMBERS = ("agreement", "inclusion_probability", "score")
YES_NO = ("must_pass", "adjudicated", "redacted")


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one row per example."""
    rows = table_rows(examples)
    write_rows(rows, list(rows[0]) if rows else [], info, target)
    return [target]


def write_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], info: ReleaseInfo, target: Path) -> None:
    """Write rows with a declared schema, which gives empty columns and columns without values their type."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def type_of(column: str) -> Any:
        if column in STRINGS:
            return pa.list_(pa.string())
        if column == "prior_turns":
            return pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
        if column in INTEGERS:
            return pa.int64()
        if column in NUMBERS:
            return pa.float64()
        return pa.bool_() if column in YES_NO else pa.string()

    schema = pa.schema([(c, type_of(c)) for c in columns])
    schema = schema.with_metadata({"spotcheck": orjson.dumps(release_of(info))})
    pq.write_table(pa.Table.from_pylist([{c: r.get(c) for c in columns} for r in rows], schema=schema), target)


WRITER = Writer(about="Parquet with typed columns", write=write, suffix=".parquet")
