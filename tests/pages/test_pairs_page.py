"""Pairs on the pages: the upload that deals them, and the section of Agreement that says what people prefer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from annotate_app import THREE, WEEK, build_store
from app_pages import run
from pair_store import side_of, with_pairs
from streamlit.testing.v1 import AppTest

from pages.parts.agreement.pair_view import chance
from review.annotating.submissions import receive
from review.closing.closing import close_week
from review.people.people import add_person, person
from review.serving.finding import find
from review.statistics.quantity import Quantity
from storage.queries.pairs import PREFERENCE
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

FILE = "\n".join(
    json.dumps(row)
    for row in (
        {"prompt": "Mail jane.doe@example.com?", "chosen": "**Yes.**", "rejected": "No.", "id": "d1"},
        {"prompt": "Why?", "chosen": "So.", "rejected": "So."},
    )
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = build_store(tmp_path / "s.db", items=1, raters=("ana", "ben"), rubric=THREE)
    yield found
    found.close()


def said(at: AppTest) -> str:
    return "\n".join(e.value for e in (*at.markdown, *at.caption, *at.success, *at.info, *at.error))


def vote(store: Store, assignment: Assignment, choice: str) -> None:
    entry = {"submission_id": uuid4().hex, "kind": "annotation", "assignment": assignment.id}
    assert receive(store, assignment.rater_id, [{**entry, "labels": {PREFERENCE: choice}}]).rejected == ()


def test_a_dropped_file_is_shown_masked_and_dealt(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(store, monkeypatch, "conversations", "lea", week=WEEK)
    at.segmented_control("conversations_view").set_value("pairs").run()
    assert not at.exception and "without names" in said(at)
    at.file_uploader[0].upload("dpo.jsonl", FILE.encode(), "application/jsonl").run()
    assert not at.exception, at.exception
    text = said(at)
    assert "jane.doe" not in text and "EMAIL" in text and "Record 2 is left out" in text
    assert [m.value for m in at.metric[-3:]] == ["1", "2", "2"]
    at.button("pairs_go").click().run()
    assert not at.exception and "1 pair added to 2026-W47, 2 assignments dealt." in said(at)
    (item,) = store.find(Item, kind="pair")
    assert {a.rater_id for a in store.find(Assignment, item_id=item.id)} == {"ana", "ben"}
    assert list(Path(f"{store.path}.uploads").rglob("*.jsonl")) == []


def test_a_file_of_pairs_dropped_as_conversations_leads_to_the_comparison(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = run(store, monkeypatch, "conversations", "lea", week=WEEK)
    at.file_uploader[0].upload("dpo.jsonl", FILE.encode(), "application/jsonl").run()
    at.button("arrive_compare").click().run()
    assert not at.exception and at.segmented_control("conversations_view").value == "pairs"
    assert at.button("pairs_go") and "dpo.jsonl" in [s.value for s in at.subheader]


def test_another_file_is_refused_in_words(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(store, monkeypatch, "conversations", "lea", week=WEEK)
    at.segmented_control("conversations_view").set_value("pairs").run()
    at.file_uploader[0].upload("log.jsonl", b'{"id": "1", "question": "Why?", "answer": "So."}\n', "text/plain").run()
    assert "log.jsonl: found jsonl" in said(at) and ".uploads" not in said(at)


def test_agreement_says_what_people_prefer_once_there_are_pairs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(store, monkeypatch, "agreement", "lea", week=WEEK)
    assert "Pairs of answers" not in [s.value for s in at.subheader]
    dealt = with_pairs(store, 12)
    at = run(store, monkeypatch, "agreement", "lea", week=WEEK)
    assert "Pairs of answers" in [s.value for s in at.subheader] and "No pair has a vote" in said(at)
    for k, assignment in enumerate(dealt):
        vote(store, assignment, "both_bad" if k == 0 else side_of(assignment, "a"))
    at = run(store, monkeypatch, "agreement", "lea", week=WEEK)
    text = said(at)
    assert "People prefer model-x to model-y: 100%" in text and "1 vote that found both bad counts apart" in text
    assert "of choices went to the first answer" in text
    assert store.get(Week, WEEK) is not None


def test_a_pair_that_the_search_finds_has_a_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = with_pairs(store, 1)
    lea, rater = person(store, "lea"), person(store, first.rater_id)
    (hit,) = find(store, "order 0 take", lea).hits["Items"]
    assert (hit.page, hit.query, hit.detail) == ("agreement", {"pair": first.item_id}, f"{WEEK} · pair of answers")
    text = said(run(store, monkeypatch, "agreement", "lea", pair=first.item_id))
    assert "Seven days for order 0" in text and "model-x" in text and "Nobody has compared them yet" in text
    vote(store, first, side_of(first, "a"))
    assert "People chose: model-x 1" in said(run(store, monkeypatch, "agreement", "lea", pair=first.item_id))
    assert "Items" not in find(store, "order 0 take", rater).hits, "a reviewer of an open week finds no pair"
    assert "is shown once week" in said(run(store, monkeypatch, "agreement", rater.id, pair=first.item_id))
    assert "still have to compare" in said(run(store, monkeypatch, "agreement", second.rater_id, pair=first.item_id))
    add_person(store, rater.id, role="adjudicator", by="lea")
    text = said(run(store, monkeypatch, "agreement", rater.id, pair=first.item_id))
    assert "One answer" in text and "model-x" not in text and "shown once the week is closed" in text
    close_week(store, WEEK, by="lea", reason="early")
    assert find(store, "order 0 take", rater).hits["Items"][0].page == "agreement"
    assert "People chose: model-x 1" in said(run(store, monkeypatch, "agreement", rater.id, pair=first.item_id))
    assert "no pair of this store" in said(run(store, monkeypatch, "agreement", "lea", pair="nothing"))


def test_the_week_page_leads_to_its_pairs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with_pairs(store, 2)
    links = {
        link.proto.label: link.proto.page for link in run(store, monkeypatch, "week", "lea", week=WEEK).get("page_link")
    }
    assert links["See what people prefer in 2 pairs"] == "agreement"


def test_the_pairs_of_a_week_are_listed_and_open(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (assignment,) = with_pairs(store, 1, each=1)
    vote(store, assignment, "tie")
    at = run(store, monkeypatch, "agreement", "lea", week=WEEK)
    assert [e.label for e in at.expander if e.label == "See 1 pair"]


def test_a_strength_is_shown_as_the_chance_against_the_average() -> None:
    found = chance(Quantity(value=0.0, ci=(-1.0, 1.0), n=3))
    assert found.value == 0.5 and found.ci == pytest.approx((0.2689, 0.7311), abs=1e-4)
    assert chance(Quantity.missing("why")).undefined == "why"


def test_a_flag_on_a_pair_shows_both_answers_without_names(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = with_pairs(store, 1)[0]
    flag = {"submission_id": uuid4().hex, "kind": "flag", "assignment": assignment.id, "flag": "unclear"}
    assert receive(store, assignment.rater_id, [flag]).rejected == ()
    text = said(run(store, monkeypatch, "week", "lea", week=WEEK))
    assert (
        "1 item, 1 pair of answers, 2 reviewers" in text
        and "One answer" in text
        and "Seven days for order 0" in text
        and "Eight days for order 0" in text
    )
    assert "model-x" not in text
