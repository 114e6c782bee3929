"""A week from a table that Spotcheck does not reach: the page shows the statement and draws from its result."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from app_pages import run
from flow_store import add_people

from storage.opening import open_store
from storage.records_log import Draw
from storage.records_weeks import Item

WEEK = "2026-W46"
TABLE = """
CREATE TABLE log AS
SELECT 'c' || k AS id, TIMESTAMPTZ '2026-11-11 08:00:00+00:00' AS created_at, 'Where is ' || k || '?' AS question,
    'On its way.' AS answer, CASE WHEN k < 6 THEN 'error' ELSE 'ok' END AS status
FROM range(40) AS t(k)
"""


def test_a_lead_copies_the_statement_uploads_its_result_looks_and_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    add_people(store)
    at = run(store, monkeypatch, "sampling", "lea")
    at.text_input("planning_week").set_value(WEEK)
    at.number_input("planning_rate").set_value(100.0)
    at.segmented_control("planning_from").set_value("a table in your warehouse").run()
    assert not at.code and at.button("planning_go").disabled
    at.selectbox("planning_dialect").set_value("duckdb")
    at.text_input("planning_table").set_value("log")
    at.text_input("planning_columns").set_value("id, created_at, status").run()
    assert [c.value for c in at.caption if c.value.startswith("No group uses")] and at.button("planning_go").disabled
    with duckdb.connect() as base:
        base.execute("SET TimeZone = 'UTC'")
        base.execute(TABLE)
        base.execute(f"COPY ({at.code[0].value}) TO '{tmp_path / 'result.csv'}' (HEADER)")
    content = (tmp_path / "result.csv").read_bytes()

    at.file_uploader("planning_result").upload("cut.csv", content[: len(content) // 2], "text/csv").run()
    at.button("planning_look").click().run()
    assert ["cut.csv" in e.value and str(tmp_path) not in e.value for e in at.error] == [True], at.error
    at.file_uploader("planning_result").upload("result.csv", content, "text/csv").run()
    assert not at.error and not at.exception
    assert "40 rows in the week, 40 conversations" in " ".join(c.value for c in at.caption)
    assert not store.find(Draw)

    at.button("planning_go").click().run()
    assert not at.error and not at.exception
    assert store.find(Draw)[0].source == "duckdb:log"
    assert {i.conversation_id for i in store.find(Item, week=WEEK)} == {f"c{k}" for k in range(40)}
    # The result of another statement is refused, in words for a page.
    at.number_input("planning_rate").set_value(50.0).run()
    assert any("is the result of another draw" in e.value for e in at.error), at.error
