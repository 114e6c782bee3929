"""What execution found reaches a browser only after submission, and never with the answer to one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sql_week import BY_COUNTRY, WEEK, said, sql_week

from pages.parts.shared.executed import as_html
from review.annotating.batch import batch
from review.annotating.executed import Executed, executed_by_item, shown
from review.annotating.guess import Guess, Lists
from review.basics import sql_text
from review.judges.runs.sql_execution import execute_week
from review.privacy.hidden_spans import hide_span
from review.settling.case_batch import case_batch
from storage.records_weeks import Item
from storage.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store, project = sql_week(tmp_path_factory.mktemp("shown"))
    execute_week(store, project, WEEK, by="lea")
    with store.transaction():
        store.add(said("wrong", "yes"), said("wrong", "no", rater="ben"), said("alone", "yes"), said("talk", "yes"))
    yield store


def test_a_reviewer_sees_both_results_of_submitted_items_alone(store: Store) -> None:
    items = {i["item"]: i for i in batch(store, "ana", week=WEEK, dialect="sqlite")["items"]}
    assert {name for name, item in items.items() if "executed" in item} == {"wrong", "alone"}
    assert items["alone"]["executed"] is False
    shown = items["wrong"]["executed"]
    assert shown and shown["outcome"] == "different" and shown["answer"]["marks"] == [[0, 1]]
    for name in ("right", "writes"):
        assert "equal" not in str(items[name]) and "reference" not in str(items[name])


def test_the_answer_to_a_submission_holds_no_result(store: Store) -> None:
    first = batch(store, "ana", week=WEEK)
    lists = Lists(first["order"], first["done"], first["skipped"])
    held = len([*first["order"], *first["done"]])
    told = batch(store, "ana", week=WEEK, guess=Guess(lists.check, ((0, held),), frozenset({"wrong-ana"})))
    assert told["same"] and told["items"] == []
    assert told["reveals"]["wrong-ana"]["sql-execution"] == {"semantic_accuracy": "no"}
    assert "DE" not in str(told)


def test_nothing_is_shown_where_the_rubric_reveals_no_verdicts(tmp_path: Path) -> None:
    store, project = sql_week(tmp_path, reveal=False)
    execute_week(store, project, WEEK, by="lea")
    with store.transaction():
        store.add(said("wrong", "yes"))
    (item,) = [i for i in batch(store, "ana", week=WEEK)["items"] if i["item"] == "wrong"]
    assert item["mine"] and "executed" not in item


def test_an_adjudicator_sees_it_beside_the_votes(store: Store) -> None:
    (case,) = case_batch(store, "eva", week=WEEK, dialect="sqlite")["items"]
    assert case["item"] == "wrong" and case["executed"] is not None
    assert case["executed"]["reference_sql"] == sql_text.formatted(BY_COUNTRY, "sqlite")
    assert case["sql_written"] == BY_COUNTRY.replace("sum(", "max(") and "\n" in str(case["sql"])


def test_words_hidden_in_the_conversation_are_hidden_in_the_results(store: Store) -> None:
    item = store.get(Item, "wrong")
    assert item is not None and executed_by_item(store, [item])["wrong"]["answer"]["columns"] == ["country", "total"]
    hide_span(store, item.conversation_id, "country", by="lea")
    hidden = executed_by_item(store, [item])["wrong"]
    assert "country" not in str(hidden) and hidden["answer"]["columns"][1] == "total"


def test_a_page_marks_the_cells_and_escapes_every_text() -> None:
    side = {"columns": ["<b>"], "rows": [["<i>1</i>"], [None]], "numbers": [1, 7], "total": 9, "truncated": False,
            "marks": [[0, 0]], "alone": [0], "error": ""}  # fmt: skip
    found = Executed(outcome="different", reason="<u>", reference_sql="", reference_from="<s>", answer=side,  # type: ignore[typeddict-item]
                     reference={**side, "error": "<p>"}, findings=[{"severity": "error", "message": "<q>"}])  # type: ignore[typeddict-item]  # fmt: skip
    html = as_html(found)
    assert '<mark title="differs">&lt;i&gt;1&lt;/i&gt;</mark>' in html and "2 of 9 rows" in html
    for tag in ("<u>", "<s>", "<p>", "<q>", "<b><b>"):
        assert tag not in html


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("no such column: town", ""),
        ("The query failed: no such column: town.", ""),
        ("The reference has 3 rows more.", "The reference has 3 rows more."),
    ],
)
def test_the_message_of_an_engine_is_shown_once(reason: str, expected: str) -> None:
    side = {"columns": [], "rows": [], "numbers": [], "total": 0, "truncated": False, "marks": [], "alone": []}
    evidence = {
        "outcome": "failed", "reason": reason, "reference_sql": "", "reference_from": "", "findings": [],
        "answer": {**side, "error": "no such column: town"}, "reference": {**side, "error": ""},
    }  # fmt: skip
    found = shown(evidence)
    assert (found["reason"], found["answer"]["error"]) == (expected, "no such column: town")


@pytest.mark.parametrize("sql", ["SELECT FROM WHERE (", "x" * 30_000, "SELECT 1; SELECT 2", ""])
def test_what_the_parser_cannot_lay_out_stays_as_it_is(sql: str) -> None:
    assert sql_text.formatted(sql) == sql
