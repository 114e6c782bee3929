"""A reviewer's own part of the Week page, and that no page tells anybody but a lead how long colleagues take."""

from __future__ import annotations

import pytest
from adjudicate_app import DISPUTED, RIGHT, WRONG, build_voted_store
from annotate_app import AT, WEEK
from app_pages import pages, run
from streamlit.testing.v1 import AppTest

from review.closing.closing import close_week
from review.golden.approve import approve
from review.settling.adjudication import adjudicate
from storage.records_calibration import Anchor
from storage.records_gate import GateDecision
from storage.records_golden import GoldenExample
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item
from storage.store import Store

PACE = 431.75
SHOWN = ("431.75", "431.8", "7.2 min", "s per item")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Quentin took his time; one correction of Zelda's became golden, one waits; the week is closed."""
    store = build_voted_store(tmp_path_factory.mktemp("own") / "s.db")
    for name, item, labels, seconds in (
        *(("quentin", item, RIGHT, PACE) for item in DISPUTED),
        *(("zelda", item, WRONG, 12.5) for item in DISPUTED),
    ):
        said = {"corrected_answer": "It was sent on Tuesday."} if item in DISPUTED[:2] and name == "zelda" else {}
        number = item.removeprefix("item-")
        store.add(
            Annotation(
                submission_id=f"{name}-{number}-again",
                assignment_id=f"{name}-{number}",
                item_id=item,
                rater_id=name,
                rubric_version=1,
                labels=labels,
                at=AT,
                seconds=seconds,
                supersedes=f"{('zelda', 'quentin').index(name)}{number}-ballot",
                **said,
            )
        )
    adjudicate(store, DISPUTED[0], by="mia", labels=WRONG, reason="slip", corrected_answer="It was sent on Tuesday.")
    example = approve(store, DISPUTED[0], by="mia").example_id
    store.add(
        Item(id="anchor", conversation_id="conversation-000", week=WEEK, at=AT, purposive=True, kind="anchor"),
        Anchor(item_id="anchor", example_id=example, original=DISPUTED[0], week=WEEK, at=AT, by="lea"),
        Assignment(
            id="anchor-noa", item_id="anchor", rater_id="noa", week=WEEK, position=3, rubric_version=1, at=AT, by="lea"
        ),
        Annotation(
            submission_id="anchored", assignment_id="anchor-noa", item_id="anchor", rater_id="noa", rubric_version=1,
            labels={**WRONG, "politeness": "rude"}, at=AT,
        ),
    )  # fmt: skip
    close_week(store, WEEK, by="lea", reason="early")
    return store


def told(at: AppTest) -> str:
    return " ".join(m.value for kind in (at.markdown, at.caption, at.text, at.subheader) for m in kind)


def test_reviewers_see_what_their_corrections_led_to(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(store, monkeypatch, "week", rater="zelda")
    assert "**2 corrected answers**: 1 became golden, 1 waits." in told(at)
    at.session_state["own_corrections"] = at.session_state["own_figures"] = True
    at.session_state[f"own_correction_{DISPUTED[0]}"] = True
    at.run()
    assert not at.exception
    assert "It was sent on Tuesday." in told(at) and "What you wrote" in told(at)
    assert "0 of 12 labels settled otherwise; 9 labels differ from others" in told(at) and "hardly known yet" in told(
        at
    )
    quentin = told(run(store, monkeypatch, "week", rater="quentin"))
    assert "No corrected answers yet" in quentin and "became golden" not in quentin


def test_a_lead_sees_those_of_each_person(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(store, monkeypatch, "week", rater="lea")
    at.selectbox(key="own_person").set_value("zelda").run()
    assert "1 became golden, 1 waits" in told(at)
    assert not [box for box in run(store, monkeypatch, "week", rater="mia").selectbox if box.key == "own_person"]


@pytest.mark.parametrize("page", sorted(pages()))
def test_no_page_tells_a_colleague_how_long_somebody_takes(
    store: Store, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    for rater in ("zelda", "mia"):
        at = run(store, monkeypatch, page, rater=rater)
        everything = str([block.proto for block in at.main]) + told(at)
        assert not [word for word in SHOWN if word in everything], (rater, page)
        for frame in at.dataframe:
            assert not {"minutes", "s per item", "seconds"} & set(frame.value.columns)


def test_a_lead_sees_how_long_each_takes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(store, monkeypatch, "week", rater="lea")
    assert PACE in list(at.dataframe[0].value["s per item"])


def test_the_accuracy_on_known_answers_is_ones_own_and_a_lead_sees_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rater, own in (("noa", True), ("zelda", False)):
        at = run(store, monkeypatch, "week", rater=rater)
        at.session_state["own_figures"] = True
        at.run()
        assert ("Items with known answers" in told(at)) is own and "Everybody, on" not in told(at)
    at = run(store, monkeypatch, "week", rater="noa")
    at.session_state["own_figures"] = True
    at.run()
    assert "1 of 1 label as known (hardly known yet)." in told(at)
    lead = run(store, monkeypatch, "week", rater="lea")
    lead.session_state["own_figures"] = True
    lead.run()
    assert "Everybody, on items with known answers" in told(lead)
    names = [list(frame.value["figure"]) for frame in lead.dataframe if "figure" in frame.value]
    assert any("Noa: Politeness" in row or "Noa: politeness" in row for row in names)


def test_a_correction_says_which_version_it_helped_to_stop(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = store.find(GoldenExample, item_id=DISPUTED[0])
    broke = {"open": ["fail"], "flipped": [{"case": example.example_id, "change": "broke"}]}
    versions = {"baseline": "v3", "candidate": "v_4", "release": "r1", "release_digest": ""}
    store.add(GateDecision(id="gate-1", decision="fail", report=broke, at=AT, by="mia", **versions))
    at = run(store, monkeypatch, "week", rater="zelda")
    assert "1 became golden, 1 waits; 1 helped to stop v_4." in told(at).replace("\\", "")
    at.session_state["own_corrections"] = at.session_state[f"own_correction_{DISPUTED[0]}"] = True
    at.run()
    assert not at.exception and "which got this question wrong" in told(at)
