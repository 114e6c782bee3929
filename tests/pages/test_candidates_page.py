"""Candidates: filters, rows that open, and approval that only offers what works."""

from __future__ import annotations

from pathlib import Path

import pytest
from adjudicate_app import OWED, UNANIMOUS, WRONG, build_voted_store, vote
from app_pages import run
from streamlit.testing.v1 import AppTest

from review.evidence.chosen_weeks import weeks_between
from review.golden.approve import bulk_approve, why_not_together
from review.golden.candidates import candidates
from review.golden.coverage import worth_a_look
from review.golden.examples import current_examples
from review.log.searching import REASONS
from review.people.people import people
from review.week.second_vote import second_vote_of
from storage.records_golden import EXAMPLE_KINDS, GoldenExample
from storage.records_weeks import Assignment, Item
from storage.store import Store


def test_what_would_be_refused_is_known_before_it_is_asked(demo: Store) -> None:
    found = [c.item_id for c in candidates(demo, weeks_between(demo, None), viewer="mara")][:40]
    refused = why_not_together(demo, found, by="mara")
    assert set(refused) == set(found) and any(refused.values()) and not all(refused.values())
    done = bulk_approve(demo, found, by="mara")
    assert dict(done.refused) == {item: why for item, why in refused.items() if why}
    assert {e.item_id for e in done.examples} == {item for item, why in refused.items() if not why}


def test_filters_narrow_the_candidates_and_boxes_stand_only_where_they_work(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = candidates(demo, weeks_between(demo, None), viewer="mara")
    single = [c for c in every if c.rule == "single"]
    refused = why_not_together(demo, [c.item_id for c in every], by="mara")
    able = {item for item, why in refused.items() if not why}
    assert single and len(single) < len(every) and able
    at = run(demo, monkeypatch, "golden", "mara")
    assert f"**{len(every)} candidates**" in [m.value for m in at.markdown]
    assert set(at.dataframe[0].value["item"]) == able and modes(at) == {"multi-row", "single-cell"}
    columns = list(at.dataframe[0].value.columns)
    assert columns[0] == "question" and columns[-1] == "item", "a long id pushes nothing out"
    at.multiselect("candidates_why").set_value(["single"]).run()
    at.segmented_control("candidates_group").set_value("alone").run()
    assert not at.exception and f"**{len(single)} candidates**" in [m.value for m in at.markdown]
    assert len(at.dataframe[0].value) == len(single) and modes(at) == {"single-cell"}, "no box"


def modes(at: AppTest) -> set[str]:
    names = {1: "multi-row", 4: "single-cell"}
    return {names[int(mode)] for mode in at.dataframe[0].proto.selection_mode}


def test_a_row_opens_and_another_person_is_asked_for_a_vote(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    every = candidates(demo, weeks_between(demo, None), viewer="mara")
    one = next(
        c
        for c in every
        if c.rule == "single" and second_vote_of(demo, demo.find(Item, id=c.item_id)[0], viewer="mara")[0]
    )
    at = run(demo, monkeypatch, "golden", "mara", item=one.item_id)
    assert any(one.question[:20] in m.value for m in at.markdown)
    dealt = len(demo.find(Assignment, item_id=one.item_id))
    at.button(f"vote_go_{one.item_id}").click().run()
    assert not at.exception and not at.error
    new = demo.find(Assignment, item_id=one.item_id)
    assert len(new) == dealt + 1 and new[-1].by == "mara"
    name = next(p.name for p in people(demo) if p.id == new[-1].rater_id)
    assert f"Waits for a vote of {name}." in [c.value for c in at.caption], "nobody is asked twice"
    assert f"candidates_open_{one.item_id}" in [b.key for b in at.button]


def test_a_single_answer_is_approved_from_its_row(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    every = candidates(demo, weeks_between(demo, None), viewer="mara")
    one = next(c for c in every if c.rule == "single" and c.labels.get("correctness") == "correct")
    at = run(demo, monkeypatch, "golden", "mara", item=one.item_id)
    next(b for b in at.button if b.label == "Approve as golden").click().run()
    assert not at.exception and not at.error
    assert [e.item_id for e in demo.find(GoldenExample)][-1] == one.item_id
    assert any("no candidate any more" in c.value for c in at.caption)


def test_a_unanimous_item_can_be_settled_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = build_voted_store(tmp_path / "s.db")
    at = run(store, monkeypatch, "adjudicate", "mia", item=UNANIMOUS[0])
    assert any(UNANIMOUS[0] in str(desk.proto) for desk in at.get("bidi_component"))
    at.button("settling_back").click().run()
    assert not at.exception
    assert set(at.dataframe[0].value["item"]) == set(UNANIMOUS)
    assert "scenario" in at.dataframe[0].value, "the filter of the table finds a scenario"


def test_the_matrix_holds_the_scenarios_of_the_log_without_an_example(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = run(demo, monkeypatch, "golden", "mara", view="coverage")
    frame = at.dataframe[0].value
    held = {e.scenario for e in current_examples(demo)}
    empty = frame[frame["all"] == 0]
    assert len(empty) and held <= set(frame["scenario"]) and not held & set(empty["scenario"])
    assert set(empty["missing"]) == {25} and list(frame.columns[1:4]) == list(EXAMPLE_KINDS)
    assert all(set(worth_a_look(kind)) <= set(REASONS) for kind in EXAMPLE_KINDS)


def test_a_wrong_answer_is_approved_with_the_expected_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = build_voted_store(tmp_path / "s.db")
    with store.transaction():
        store.add(vote(OWED, "zelda", WRONG), vote(OWED, "quentin", WRONG))
    assert why_not_together(store, [OWED, UNANIMOUS[0]], by="mia")[UNANIMOUS[0]] == ""
    at = run(store, monkeypatch, "adjudicate", "mia")
    at.segmented_control("settling_view").set_value("unanimous").run()
    assert any(e.label == "1 item needs an expected answer" for e in at.expander)
    at.text_area(f"approve_answer_{OWED}").set_value("It left on Monday.")
    next(b for b in at.button if b.label == "Approve as golden").click().run()
    assert not at.exception and not at.error
    (example,) = store.find(GoldenExample)
    assert (example.item_id, example.content["expected_answer"]) == (OWED, "It left on Monday.")
