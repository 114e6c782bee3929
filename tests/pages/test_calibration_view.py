"""A calibration session on the Discuss page, as a lead and two reviewers use it."""

from __future__ import annotations

from pathlib import Path

import pytest
from adjudicate_app import DISPUTED, RIGHT, WRONG, build_voted_store, vote
from annotate_app import WEEK
from app_pages import run
from streamlit.testing.v1 import AppTest

from review.rubric.rubric import current_rubric
from review.settling.calibration_steps import answer, start_session
from storage.records_calibration import CalibrationDecision, CalibrationEnd, CalibrationSession, CalibrationVote
from storage.records_review import Adjudication
from storage.store import Store

ITEM = DISPUTED[0]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = build_voted_store(tmp_path / "s.db")
    store.add(vote(ITEM, "noa", RIGHT), vote(DISPUTED[1], "noa", RIGHT))
    return store


def opened(store: Store, monkeypatch: pytest.MonkeyPatch, rater: str) -> AppTest:
    return run(store, monkeypatch, "discuss", rater=rater, view="calibration")


def told(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in (at.markdown, at.caption, at.info, at.text, at.error) for e in kind)


def test_a_lead_starts_a_session_with_the_contested_items(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No calibration session runs" in told(opened(store, monkeypatch, "zelda"))
    at = opened(store, monkeypatch, "lea")
    assert set(at.multiselect(key="calibration_items").value) == {ITEM, DISPUTED[1]}
    assert len(at.multiselect(key="calibration_items").options) == 2, "the others still wait for a review"
    at.multiselect(key="calibration_people").set_value(["zelda"])
    at.button(key="calibration_start").click().run()
    assert "expected two or more" in told(at)
    at.multiselect(key="calibration_people").set_value(["zelda", "quentin"])
    at.button(key="calibration_start").click().run()
    (made,) = store.find(CalibrationSession)
    assert made.raters == ("zelda", "quentin") and not at.error


def test_people_answer_blind_then_see_all_votes_and_the_decision(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    session = start_session(store, WEEK, [ITEM], ["zelda", "quentin"], by="lea")
    key = f"calibration_{session.id}_{ITEM}"
    zelda = opened(store, monkeypatch, "zelda")
    zelda.button(key=f"{key}_send").click().run()
    assert "has no value" in told(zelda) and not store.find(CalibrationVote)
    for name, value in WRONG.items():
        zelda.pills(key=f"{key}_{name}").set_value(value)
    zelda.text_area(key=f"{key}_comment").input("SECRET-OF-ZELDA")
    zelda.button(key=f"{key}_send").click().run()
    (said,) = store.find(CalibrationVote)
    assert (said.labels, said.by) == (WRONG, "zelda")
    assert "Answered: Zelda. Waiting for Quentin." in told(zelda) and "Your answer is saved" in told(zelda)
    for rater in ("quentin", "lea"):
        assert "SECRET-OF-ZELDA" not in told(opened(store, monkeypatch, rater))
    answer(store, session.id, ITEM, RIGHT, by="quentin")
    quentin = opened(store, monkeypatch, "quentin")
    assert "SECRET-OF-ZELDA" in told(quentin) and "Correctness ≠" in told(quentin)
    assert not [b for b in quentin.button if "_send" in b.key or "_decide" in b.key or "_end_" in b.key]

    lead, deciding = opened(store, monkeypatch, "lea"), f"calibration_lead_{session.id}_{ITEM}"
    lead.pills(key=f"{deciding}_correctness").set_value("wrong")
    lead.text_area(key=f"{deciding}_why").input("It was late.")
    lead.text_area(key=f"{deciding}_sentence").input("Late is wrong.")
    lead.radio(key=f"{deciding}_kept").set_value("guidance")
    lead.selectbox(key=f"{deciding}_passage").set_value(("correctness", "wrong"))
    lead.checkbox(key=f"{deciding}_keeps").check().run()
    lead.checkbox(key=f"{deciding}_settles").check()
    lead.button(key=f"{deciding}_decide").click().run()
    assert not lead.error and not lead.exception, told(lead)
    (made,) = store.find(CalibrationDecision)
    assert made.labels == WRONG and made.adjudication_id == store.find(Adjudication)[0].id
    guidance = current_rubric(store)["correctness"].value_guidance["wrong"]
    assert guidance.startswith("Late is wrong. For example: Good morning") or "For example:" in guidance
    assert "“Late is wrong.” (guidance)" in told(opened(store, monkeypatch, "zelda"))


def test_a_lead_writes_down_answers_shows_the_votes_and_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    session = start_session(store, WEEK, [ITEM], ["zelda", "quentin"], by="lea")
    at, key = opened(store, monkeypatch, "lea"), f"calibration_lead_{session.id}_{ITEM}"
    for name, value in RIGHT.items():
        at.pills(key=f"{key}_zelda_{name}").set_value(value)
    at.button(key=f"{key}_zelda_send").click().run()
    assert [(v.rater_id, v.by) for v in store.find(CalibrationVote)] == [("zelda", "lea")]
    at.button(key=f"{key}_reveal").click().run()
    assert "The votes are visible." in told(at)
    at.button(key=f"calibration_end_{session.id}").click().run()
    assert store.find(CalibrationEnd) and not at.exception
