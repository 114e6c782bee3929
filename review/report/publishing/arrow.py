"""Rows as a table of Arrow, which Parquet and DuckDB take."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from review.report.publishing.schema import NUMBER, TEXT, WHOLE, Row, columns_of

TYPES = {TEXT: pa.string(), NUMBER: pa.float64(), WHOLE: pa.int64()}


def arrow_table(table: str, rows: Sequence[Row]) -> pa.Table:
    """Return rows with the columns of a published table."""
    schema = pa.schema([(name, TYPES[kind]) for name, kind in columns_of(table).items()])
    return pa.Table.from_pylist(list(rows), schema=schema)
