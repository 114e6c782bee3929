"""Weeks that open themselves, on the pages: what a lead sets on Sampling, and what failed at night on Week."""

from __future__ import annotations

import re

import pytest
from app_pages import answers, run
from streamlit.testing.v1 import AppTest

from review.serving.last_night import Night, note_night, opened_last_night
from storage.queries.schedules import latest_schedule
from storage.records_weeks import Week
from storage.store import Store

SHORT = {"status": "failed", "detail": "2026-W48 was not opened: Sunday is short."}


def said(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in (at.markdown, at.caption, at.info) for e in kind)


def test_a_lead_sets_once_that_weeks_open_by_themselves(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "sampling")
    assert "Weeks open by hand" in said(at) and "No night has run" in said(at)
    at.selectbox(key="every_week_day").set_value(2)
    at.number_input(key="every_week_rate").set_value(2.0)
    at.multiselect(key="every_week_raters").set_value(["ana", "ben"])
    at.button(key="every_week_save").click().run()
    assert not at.exception
    found = latest_schedule(demo)
    assert found is not None
    assert (found.on, found.weekday, found.rate, found.raters, found.by) == (True, 2, 0.02, ("ana", "ben"), "visitor")
    assert "Every Tuesday the week before opens by itself: 2.00% of its conversations" in said(at)


def test_what_failed_at_night_is_the_first_thing_a_lead_sees(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {"pull": {"status": "done", "detail": "shop: 3 conversations added"}, "week": SHORT}
    note_night(demo.path, Night("2999-01-01T03:30:00Z", steps))
    at = run(demo, monkeypatch, "week")
    tile = answers(at)
    assert "2026-W48 was not opened: Sunday is short." in tile
    links = [link.proto.label for link in at.get("page_link")]
    review = next(at for at, label in enumerate(links) if re.fullmatch(r"Review your \d+ items", label))
    assert links.index("Mend what failed last night") < review
    assert "2026-W48 was not opened" not in answers(run(demo, monkeypatch, "week", rater="ana"))
    assert "shop: 3 conversations added" in said(run(demo, monkeypatch, "sampling"))


def test_a_week_that_was_opened_since_is_no_failure_any_more(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    note_night(demo.path, Night("2001-01-01T03:30:00Z", {"week": SHORT}))
    assert "2026-W48 was not opened" not in answers(run(demo, monkeypatch, "week"))


def test_a_lead_reads_on_the_week_that_the_night_opened_it(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = max(one.name for one in demo.find(Week))
    detail = (
        f"2026-W01 is open: 3 items drawn, 6 assignments dealt; {week} is open: 40 items drawn, 80 assignments dealt"
    )
    note_night(demo.path, Night("2999-01-01T03:30:00Z", {"week": {"status": "done", "detail": detail}}))
    told = "This week opened by itself last night: 40 items drawn, 80 assignments dealt."
    assert told in said(run(demo, monkeypatch, "week"))
    assert told not in said(run(demo, monkeypatch, "week", rater="ana"))
    nothing = {"week": {"status": "nothing", "detail": "no week is due"}}
    note_night(demo.path, Night("2999-01-02T03:30:00Z", nothing))
    assert opened_last_night(demo, week) == ""
