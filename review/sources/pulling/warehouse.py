"""Rows of a warehouse table or view, by a column of time that only grows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlglot import exp

from review.basics.errors import InputError
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.engine import Engine
from review.sources.pulling.pages import as_files, stamp, window
from review.sources.pulling.puller import Page, Puller, Visit

ROWS = 2_000


def pages(visit: Visit) -> Iterator[Page]:
    """Yield the rows of the window, oldest first."""
    options = visit.source.options
    engine = open_source(options["query"])
    try:
        column = options.get("time", "created_at")
        columns = list(engine.columns())
        if column not in columns:
            raise InputError(
                f"time: found no column '{column}' in {engine.source}; it has "
                f"{', '.join(columns[:20])}. Name the column that says when a row was added."
            )
        start, end = window(visit)
        offset = 0
        while True:
            rows = _rows(engine, columns, column, (start, end), offset)
            last = len(rows) < ROWS
            yield Page(rows, {"until": stamp(end)} if last else visit.cursor, {})
            if last:
                return
            offset += ROWS
    finally:
        engine.close()


def _rows(
    engine: Engine, columns: list[str], column: str, between: tuple[datetime, datetime], offset: int
) -> list[dict[str, Any]]:
    """Return the next rows, every column as text; a cell that is NULL is left out."""
    at = engine.instant(column)
    chosen = [exp.alias_(engine.text(name), name, quoted=True) for name in columns]
    query = (
        exp.select(*chosen)
        .from_(engine.relation(columns))
        .where(exp.GTE(this=at.copy(), expression=engine.moment(between[0])))
        .where(exp.LT(this=at.copy(), expression=engine.moment(between[1])))
        .order_by(at.copy(), *(engine.text(name) for name in columns))
        .limit(ROWS)
        .offset(offset)
    )
    found = engine.query(query)
    return [{c: cell for c, cell in zip(columns, row, strict=True) if cell is not None} for row in found]


PULLER = Puller(
    about="rows of a warehouse table or view",
    needs={"query": "a table or view, such as clickhouse://host:8123/shop?table=conversations"},
    may={"time": "the column that says when a row was added; default created_at", "since": "the first day to read"},
    fetch=as_files(pages, "auto"),
    remote=False,
)
