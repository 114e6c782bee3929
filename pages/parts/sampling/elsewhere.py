"""Draw from a table that Spotcheck does not reach: show the statement to run there, and take its result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.input_file import InputFile
from review.basics.weeks import week_window
from review.judges.runs.uploads import looked_at
from review.sampling.rendered.asked import rendered
from review.sampling.rendered.warehouse import WRITTEN_AS
from review.week.drawing import Request
from review.week.rendering import asked_of, unused

LOG, TABLE = "the imported log", "a table in your warehouse"
NAMES = {
    "spark": "Spark", "databricks": "Databricks", "bigquery": "BigQuery", "snowflake": "Snowflake",
    "duckdb": "DuckDB", "postgres": "PostgreSQL", "clickhouse": "ClickHouse",
}  # fmt: skip
TYPES = ["csv", "tsv", "json", "jsonl", "ndjson", "parquet", "gz", "zst"]


@dataclass(frozen=True)
class Result:
    """An uploaded result: its name and its bytes."""

    name: str
    content: bytes

    @contextmanager
    def drawn_by(self, request: Request) -> Iterator[Request]:
        """Provide the request with the result as its source, on disk for the block."""
        with looked_at(self.name, self.content) as path:
            yield replace(request, source=self.name, drawn=InputFile(self.name, path=path))


def is_asked() -> bool:
    """Ask where the conversations are; return whether Spotcheck does not reach them."""
    chosen = st.segmented_control(
        "Draw from", [LOG, TABLE], default=LOG, required=True, key="planning_from",
        help="The conversations of a table stay there. Somebody who may query it runs a statement that you copy here, "
        "and you upload its result: the counts and the drawn conversations.",
    )  # fmt: skip
    return bool(chosen == TABLE)


def ask(here: Session, request: Request) -> Result | None:
    """Show the statement of a draw and ask for its result; None until there is one."""
    st.markdown("**1. Run this statement in your warehouse**")
    left, middle, right = st.columns([1, 2, 3])
    with left:
        dialect = st.selectbox("Warehouse", list(WRITTEN_AS), format_func=NAMES.__getitem__, key="planning_dialect")
    with middle:
        table = st.text_input("Table", key="planning_table", placeholder="shop.conversations")
    with right:
        columns = st.text_input(
            "Columns that a draw can use", "id, created_at", key="planning_columns",
            help="Those that the table has of id, created_at, verdicts and the fields that groups use, listed "
            "below. A time is a timestamp unless you write created_at:text or created_at:date.",
        )  # fmt: skip
    if not table.strip():
        st.caption("Enter the name of the table to see the statement.")
        return None
    if not _statement(here, replace(request, source=table.strip()), dialect, columns):
        return None
    st.caption("Run it with the time zone of the session set to UTC, when the week has ended, and export every row.")
    st.markdown("**2. Upload its whole result**")
    file = st.file_uploader(
        "Result", type=TYPES, key="planning_result", help="CSV, JSON, JSON Lines or Parquet, also packed (gz, zst)."
    )
    st.caption(
        "The preview checks each drawn id and every count. A result that was changed or cut off, or that belongs to "
        "another statement, is refused. Change nothing above after you ran the statement."
    )
    return None if file is None else Result(file.name, file.getvalue())


def _statement(here: Session, request: Request, dialect: str, columns: str) -> bool:
    """Show the statement, which can be copied; return False, and say why, where there is none."""
    try:
        asked = asked_of(here.store, here.project, request, dialect=dialect, columns=columns)
        sql = rendered(asked)
        running = week_window(request.week, here.project.time_zone).end > datetime.now(UTC)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return False
    if running:
        st.warning(as_text(f"{request.week} has not ended yet."), icon=":material/info:")
    if left := unused(asked):
        st.caption(as_text(f"No group uses {', '.join(left)}. Add those that the table has to the columns."))
    st.code(sql, language="sql", height=260)
    return True
