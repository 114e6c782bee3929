"""The links of the four answers: each opens the view, or the form, that it names; the address keeps a choice."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from app_pages import answers, run
from streamlit.testing.v1 import AppTest

from review.closing.closing import close_week
from review.current.progress import progress
from review.report.gather import week_report
from review.week.dealing import take_back
from storage.queries.dealing import items_held_by_nobody
from storage.records_log import Stratum
from storage.records_weeks import Week
from storage.store import Store


@pytest.fixture
def demo(demo_in_place: Store) -> Store:
    """Tests here share what the pages have computed of the demonstration."""
    return demo_in_place


def weeks(store: Store) -> tuple[str, str]:
    closed, opened = sorted(w.name for w in store.find(Week))
    return closed, opened


def links(at: AppTest) -> dict[str, str]:
    """The address of each link on a page, by its words."""
    return {e.proto.label: f"{e.proto.page}?{e.proto.query_string}" for e in at.get("page_link")}


def test_the_page_and_the_report_of_one_reader_say_the_same(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    for rater in ("visitor", "tom"):
        tiles = " ".join(answers(run(demo, monkeypatch, "week", rater)).split())
        report = week_report(demo, week, viewer=rater)
        production, agreement, judges, _ = report.answers
        for told in (*production.lines, agreement, judges):
            assert told.sentence in tiles and told.certainty in tiles
        assert all(line.reason in tiles for line in production.lines) and agreement.reason in tiles


def test_a_reviewer_sees_first_what_is_next_and_no_action_of_a_lead(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = run(demo, monkeypatch, "week", "ben")
    left = {p.rater_id: p.left for p in progress(demo, weeks(demo)[1])}["ben"]
    first = [e.value for e in at.caption if e.value in ("How good is production?", "What is next?")]
    assert first == ["What is next?", "How good is production?"]
    assert f"Review your {left} items" in links(at) and not any(name.startswith("Settle") for name in links(at))


def test_the_links_of_the_answers_open_their_views(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = links(run(demo, monkeypatch, "week"))
    assert "dimension=correctness" in found["See who differs on what"]
    assert "judge=no-rude" in found["no-rude"] and "view=trust" in found["no-rude"]
    at = run(demo, monkeypatch, "agreement", dimension="politeness")
    assert at.segmented_control("agreement_dim").value == "politeness"
    at.segmented_control("agreement_dim").set_value("intent").run()
    assert at.query_params["dimension"] == "intent"
    at = run(demo, monkeypatch, "rubric", view="change", dimension="politeness")
    assert at.pills("rubric_dimension").value == "politeness"
    at.pills("rubric_dimension").set_value("correctness").run()
    assert at.query_params["dimension"] == "correctness"
    at = run(demo, monkeypatch, "judges", judge="no-rude", view="trust", dimension="politeness")
    assert at.segmented_control("judges_dim").value == "politeness"
    said = "\n".join(str(m.value) for m in at.markdown)
    assert "? Not known yet for 'rude'" in said and "'rude' items labelled so far; 10 are needed." in said
    assert run(demo, monkeypatch, "rubric", view="change").segmented_control("rubric_view").value == "change"
    assert run(demo, monkeypatch, "rubric", "ben", view="change").segmented_control("rubric_view").value == "form"


def test_the_address_keeps_a_week_that_is_not_the_latest(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, opened = weeks(demo)
    at = run(demo, monkeypatch, "week")
    assert "week" not in at.query_params
    at.selectbox("session_choose_week").set_value(closed).run()
    assert at.query_params["week"] == closed and at.title[0].value == f"Week {closed}"
    at.switch_page("agreement.py").run()
    assert at.query_params["week"] == closed
    at.query_params["week"] = opened
    at.switch_page("week.py").run()
    assert at.title[0].value == f"Week {opened}"


def test_the_address_opens_the_form_that_does_it(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "week", do="close")
    assert at.session_state["weekly_do_close"] is True and "do" not in at.query_params
    assert "weekly_do_x" not in run(demo, monkeypatch, "week", do="x").session_state


def test_drawing_more_of_the_rest_leaves_the_other_groups_as_they_are(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = weeks(demo)[1]
    at = run(demo, monkeypatch, "sampling", week=week, rate="0.031")
    assert (at.text_input("planning_week").value, at.number_input("planning_rate").value) == (week, pytest.approx(3.1))
    drawn = {s.name: s.sampled for s in demo.find(Stratum, week=week)}
    assert at.number_input("planning_failing_n").value == drawn["failing"]
    assert "more items" in "\n".join(m.value for m in at.markdown) and "rate" not in at.query_params


def test_late_items_can_be_dealt_from_the_tile(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    opened = demo.get(Week, week)
    assert opened is not None
    demo.db["weeks"].update(week, {"due": "2001-01-05"})
    for p in progress(demo, week):
        if p.rater_id == "ana":
            take_back(demo, week, rater="ana", by="visitor", reason="ill")
    assert items_held_by_nobody(demo, week)
    at = run(demo, monkeypatch, "week")
    assert not any(name.startswith("Deal") or re.match(r"Settle \d+ dis", name) for name in links(at)), "three at most"
    at.multiselect("weekly_step_again_takers").set_value(["tom", "mara"])
    at.button("weekly_step_again_go").click().run()
    assert not at.exception and not at.error and items_held_by_nobody(demo, week) == []
    at.selectbox("weekly_step_hand_over_giver").set_value("ben")
    at.multiselect("weekly_step_hand_over_takers").set_value(["mara"])
    next(b for b in at.button if b.label == "Hand over").click().run()
    assert not at.exception and {p.rater_id: p.left for p in progress(demo, week)}["ben"] == 0
    close_week(demo, week, by="visitor", reason="late")
    assert "Nothing: the week is closed." in answers(run(demo, monkeypatch, "week", week=week))
    assert replace(opened, due="2001-01-05") == demo.get(Week, week)
