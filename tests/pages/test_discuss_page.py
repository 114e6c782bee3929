"""The Discuss page and the open questions of the Rubric page, as people use them."""

from __future__ import annotations

from pathlib import Path

import pytest
from adjudicate_app import DISPUTED, RIGHT, build_voted_store, vote
from app_pages import run

from storage.records_comments import Comment, QuestionAnswer
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = build_voted_store(tmp_path / "s.db")
    store.add(vote(DISPUTED[0], "noa", RIGHT), vote(DISPUTED[1], "noa", RIGHT))
    return store


def test_a_comment_becomes_an_open_question_that_a_lead_closes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    page = run(store, monkeypatch, "discuss", rater="zelda", item=DISPUTED[1])
    assert page.selectbox(key="discuss_item").value == DISPUTED[1]
    votes = " ".join(m.value for m in page.markdown)
    assert "wrong" in votes and "(A" in votes and "Quentin" not in votes
    page.text_area(key=f"discuss_text_{DISPUTED[1]}").input("Is a **late** answer wrong?")
    page.checkbox(key=f"discuss_unclear_{DISPUTED[1]}").check()
    page.button(key=f"FormSubmitter:discuss_form_{DISPUTED[1]}-Say it").click().run()
    (said,) = store.find(Comment)
    assert (said.item_id, said.rater_id, said.unclear) == (DISPUTED[1], "zelda", True)
    assert not page.error
    lead = run(store, monkeypatch, "rubric", rater="lea")
    lead.segmented_control(key="rubric_view").set_value("questions").run()
    assert any("late" in m.value for m in lead.markdown)
    lead.text_input(key=f"question_answer_{said.id}").input("Yes, if it comes after the due date.")
    lead.button(key=f"question_close_{said.id}").click().run()
    assert [row.question for row in store.find(QuestionAnswer)] == [said.id]
    assert "No question about the rubric is open" in lead.info[0].value


def test_nothing_to_discuss_says_when_something_will_be(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    page = run(store, monkeypatch, "discuss", rater="noa")
    assert page.selectbox(key="discuss_item").options
    empty = run(store, monkeypatch, "discuss", rater="lea", week="2026-W47")
    assert empty.selectbox(key="discuss_item").value in DISPUTED
