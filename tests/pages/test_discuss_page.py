"""The Discuss page and the open questions of the Rubric page, as people use them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from adjudicate_app import DISPUTED, RIGHT, WRONG, build_voted_store, vote
from annotate_app import conversation
from app_pages import run

from pages.parts.shared.conversation import highlighted
from review.annotating.submissions import receive
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
    assert DISPUTED[1] in page.query_params["item"], "the address keeps it"
    votes = " ".join(m.value for m in page.markdown)
    assert "wrong" in votes and "(A" in votes and "Quentin" not in votes
    page.button(key=f"discuss_send_{DISPUTED[1]}").click().run()
    assert len(page.error) == 1 and not page.warning and not store.find(Comment), "nothing was said"
    page.text_area(key=f"discuss_text_{DISPUTED[1]}_1").input("Is a **late** answer wrong?")
    page.checkbox(key=f"discuss_unclear_{DISPUTED[1]}_1").check()
    page.button(key=f"discuss_send_{DISPUTED[1]}").click().run()
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


def test_marks_stand_with_the_votes_and_in_the_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = conversation(1).answer
    marks = [{"start": 0, "end": 9, "quote": answer[:9], "proof": "<b>sent</b> on Monday", "passage": 0}]
    sent = {"kind": "annotation", "submission_id": "marked-01", "assignment": "zelda-0001", "labels": WRONG}
    assert receive(store, "zelda", [{**sent, "marks": marks}]).rejected == ()
    page = run(store, monkeypatch, "discuss", rater="quentin", item=DISPUTED[1])
    lines = " ".join(m.value for m in page.markdown)
    assert f"marked: *{answer[:9]}* · proof: “\\<b\\>sent\\</b\\> on Monday”, passage 1" in lines
    shown = next(e.proto.body for e in page.get("html") if "sc-mark" in e.proto.body and "sc-user" in e.proto.body)
    assert re.search(rf'<mark class="sc-mark" data-by="[ABC]">{answer[:9]}</mark>', shown)


def test_overlapping_marks_are_cut_and_nothing_in_them_is_markup() -> None:
    shown = highlighted("a<b>cd", [(0, 4, "A"), (3, 99, "B"), (3, 5, "B")])
    assert shown == (
        '<mark class="sc-mark" data-by="A">a&lt;b</mark><mark class="sc-mark" data-by="AB">&gt;</mark>'
        '<mark class="sc-mark" data-by="B">c</mark><mark class="sc-mark" data-by="B">d</mark>'
    )
    assert highlighted("", []) == "" and highlighted("<i>", []) == "&lt;i&gt;"
