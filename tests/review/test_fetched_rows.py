"""A drawn conversation is the row that was drawn: not that of another week, nor a later one with the same id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pytest
from flow_store import add_people

from review.settings.project import project_of
from review.week.drawing import Request
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_log import Conversation

WEEK = "2026-W47"
ROWS: list[dict[str, Any]] = [
    {"id": "c1", "created_at": "2026-11-10T08:00:00Z", "question": "the week before?"},
    {"id": "c1", "created_at": "2026-11-19T08:00:00Z", "question": "second?"},
    {"id": "c1", "created_at": "2026-11-17T08:00:00Z", "question": "first?"},
    {"id": "c2", "created_at": "2026-11-17T08:00:00Z", "question": "other?"},
]


def jsonl(folder: Path) -> str:
    (folder / "log.jsonl").write_bytes(b"\n".join(map(orjson.dumps, ROWS)))
    return str(folder / "log.jsonl")


def table(folder: Path) -> str:
    with duckdb.connect(str(folder / "log.duckdb")) as base:
        base.register("given", pa.Table.from_pylist(ROWS))
        base.execute("CREATE TABLE log AS SELECT * FROM given")
    return f"duckdb:///{folder}/log.duckdb?table=log"


@pytest.mark.parametrize("source", [jsonl, table])
def test_of_rows_with_one_id_the_one_of_the_frame_is_reviewed(tmp_path: Path, source: Any) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    add_people(store)
    request = Request(week=WEEK, rate=1.0, raters=("ana",), source=source(tmp_path))
    assert open_week(store, project_of(store.path), request, by="lea").new_items == 2
    assert {one.id: one.question for one in store.find(Conversation)} == {"c1": "first?", "c2": "other?"}
