"""Rows as a table of Arrow, which Parquet and DuckDB take."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import pyarrow as pa
from pyarrow import json

from review.report.publishing.schema import NUMBER, TEXT, WHOLE, Row, columns_of

TYPES = {TEXT: pa.string(), NUMBER: pa.float64(), WHOLE: pa.int64()}


def arrow_table(table: str, rows: Sequence[Row]) -> pa.Table:
    """Return rows with the columns of a published table."""
    schema = pa.schema([(name, TYPES[kind]) for name, kind in columns_of(table).items()])
    if not rows:
        return schema.empty_table()
    # By way of JSON: from objects, Arrow would load pandas first, for as long as everything else takes.
    lines = [orjson.dumps(row) for row in rows]
    whole = b"\n".join(lines)
    reading = json.ReadOptions(use_threads=False, block_size=max(1 << 20, 2 * max(map(len, lines))))
    parsing = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    found = json.read_json(pa.BufferReader(whole), read_options=reading, parse_options=parsing)
    return found.select(schema.names).cast(schema)
