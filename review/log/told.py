"""Rows of the log with what the steps of old traces told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import duckdb
import pyarrow as pa


class ToldBySteps(NamedTuple):
    """What the steps of a trace tell of the whole conversation; None is what they do not."""

    error_type: str | None
    error_message: str | None
    repaired: bool | None
    repair_rounds: int | None


_TYPES = (pa.string(), pa.string(), pa.bool_(), pa.int64())


def with_told(db: duckdb.DuckDBPyConnection, relation: str, told: Mapping[str, ToldBySteps]) -> str:
    """Return SQL for the rows of a relation, each with what the steps of its trace tell.

    ``told`` has that by the id of the row. It is registered on this connection, so only its queries can use the SQL.
    """
    if not told:
        return relation
    cells = {
        name: pa.array([one[place] for one in told.values()], kind)
        for place, (name, kind) in enumerate(zip(ToldBySteps._fields, _TYPES, strict=True))
    }
    db.register("told", pa.table({"k": pa.array(list(told), pa.string()), **cells}))
    both = ", ".join(f"coalesce(told.{name}, entry.{name}) AS {name}" for name in cells)
    return f"(SELECT entry.* REPLACE ({both}) FROM {relation} AS entry LEFT JOIN told ON told.k = entry.id)"  # noqa: S608 - our own names
