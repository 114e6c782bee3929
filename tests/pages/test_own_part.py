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
from storage.records_review import Annotation
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
    approve(store, DISPUTED[0], by="mia")
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
    assert "0 of 3 labels" in told(at) and "hardly known yet" in told(at)
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
