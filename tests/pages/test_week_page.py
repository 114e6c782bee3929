"""The week page and the sampling page through the router: lateness, handing over, differences, the cost of a draw."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from app_pages import answers, run
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from pages.parts.week import reasons, week_page
from review.annotating.feedback import differences
from review.annotating.submissions import receive
from review.basics.words import spoken
from review.closing.closing import close_week
from review.commands.cli import spotcheck
from review.current.progress import progress
from review.current.settled import annotations_of
from review.rubric.rubric import current_rubric, save_rubric
from review.week.dealing import take_back
from review.week.due_days import is_past_due
from storage.queries.assignments import OPEN_SQL
from storage.queries.dealing import items_held_by_nobody
from storage.records_log import Draw
from storage.records_people import AuditEntry
from storage.records_review import Withdrawal
from storage.records_weeks import Assignment, Week
from storage.store import Store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo(demo_in_place: Store) -> Store:
    """Tests here share what the pages have computed of the demonstration."""
    return demo_in_place


def texts(at: AppTest) -> str:
    kinds = (at.markdown, at.title, at.subheader, at.caption, at.info, at.warning, at.error, at.text)
    labels = [str(e.label) for e in at.expander] + [str(link.proto.label) for link in at.get("page_link")]
    return "\n".join([str(e.value) for kind in kinds for e in kind] + labels)


def weeks(store: Store) -> tuple[str, str]:
    closed, opened = sorted(w.name for w in store.find(Week))
    return closed, opened


def overdue(store: Store, week: str) -> None:
    """Move the due date into the past."""
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE weeks SET due = '2001-01-05' WHERE name = ?", (week,))


def test_late_reviewers_are_named_once_the_due_date_has_passed(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    assert "Past the due date" not in texts(run(demo, monkeypatch, "week"))
    overdue(demo, week)
    asked: list[str] = []
    monkeypatch.setattr(week_page, "is_past_due", lambda s, w: asked.append(w.name) or is_past_due(s, w))
    at = run(demo, monkeypatch, "week")
    said = texts(at)
    assert 0 < len(asked) <= 3, "the title, the list and one's own part ask once each, however many people are late"
    late = [p for p in progress(demo, week) if p.left]
    assert late and all(f"{p.name} ({p.left} left)" in said for p in late)
    assert "tom (" not in said and ":red-badge[overdue]" in said
    states = dict(zip(at.dataframe[0].value["reviewer"], at.dataframe[0].value["state"], strict=True))
    assert states["ben"] == "late" and states["tom"] == "done"


def test_a_figure_that_cannot_be_computed_says_why_and_the_page_goes_on(
    own_demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = weeks(own_demo)[1]
    with sqlite3.connect(own_demo.path) as db:
        db.execute("UPDATE strata SET population = 1 WHERE week = ?", (week,))
    at = run(own_demo, monkeypatch, "week", week=week)
    assert any("expected no more labelled than there are" in e.value for e in at.error), texts(at)
    assert "Agreement beyond chance" in texts(at) and "Which judges can be used?" in texts(at)
    assert any(re.fullmatch(r"Settle \d+ disagreements?", link.proto.label) for link in at.get("page_link"))


def test_a_closed_week_has_nobody_late(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    overdue(demo, weeks(demo)[1])
    close_week(demo, weeks(demo)[1], by="visitor", reason="late")
    assert "Past the due date" not in texts(run(demo, monkeypatch, "week"))


@pytest.mark.parametrize(("page", "key"), [("week", "weekly_hand_over"), ("settings", "managing_hand_over")])
def test_the_lead_hands_open_items_over(demo: Store, monkeypatch: pytest.MonkeyPatch, page: str, key: str) -> None:
    week = weeks(demo)[1]
    before = {p.name: p.left for p in progress(demo, week)}
    at = run(demo, monkeypatch, page)
    at.selectbox(f"{key}_giver").set_value("ben")
    at.multiselect(f"{key}_takers").set_value(["tom", "mara"])
    at.text_input(f"{key}_reason").input("on holiday")
    next(b for b in at.button if b.label == "Hand over").click().run()
    assert not at.exception and not at.error, texts(at)
    after = {p.name: p.left for p in progress(demo, week)}
    moved = demo.find(AuditEntry)[-1].detail["moved"]
    assert moved and after["ben"] == before["ben"] - moved
    assert after["tom"] + after["mara"] == before["tom"] + before["mara"] + moved


def test_a_week_that_took_seconds_takes_a_minute_each(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [replace(p, median_seconds=0.5) for p in progress(demo, weeks(demo)[1]) if p.dealt]
    monkeypatch.setattr("pages.parts.week.week_page.progress", lambda *_: quick)
    assert "about 1 minute each, " in texts(run(demo, monkeypatch, "week"))


def test_the_minutes_of_a_week_are_a_range_where_people_differ(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    rows = [p for p in progress(demo, week) if p.dealt]
    each = sorted(round(p.dealt * (p.median_seconds or 60) / 60) for p in rows)
    assert each[0] < each[-1]
    assert f"about {each[0]} to {each[-1]} minutes each" in texts(run(demo, monkeypatch, "week"))


def test_the_lead_hands_over_what_somebody_skipped(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    passed = demo.select(Assignment, OPEN_SQL, {"week": week, "rater": "ben"})
    skips = [
        {"kind": "skip", "submission_id": f"skip-{a.id}", "assignment": a.id, "reason": "not my field"} for a in passed
    ]
    assert passed and receive(demo, "ben", skips).rejected == ()
    at = run(demo, monkeypatch, "week")
    in_tile = "weekly_step_hand_over_skipped"
    assert at.checkbox(f"{in_tile}_skipped").value and at.selectbox(f"{in_tile}_giver").value == "ben"
    at.selectbox("weekly_hand_over_giver").set_value("ben")
    at.multiselect("weekly_hand_over_takers").set_value(["tom", "mara"])
    at.checkbox("weekly_hand_over_skipped").set_value(True)
    next(b for b in at.button if b.label == "Hand over" and b.form_id == "weekly_hand_over").click().run()
    assert not at.exception and not at.error, texts(at)
    assert demo.find(AuditEntry)[-1].detail["moved"] and demo.find(AuditEntry)[-1].detail["with_skipped"] is True


def test_handing_over_to_nobody_is_refused(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "week")
    next(b for b in at.button if b.label == "Hand over").click().run()
    assert "expected one or more other people" in texts(at)


def test_the_lead_takes_open_items_back_with_a_reason(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    left = {p.name: p.left for p in progress(demo, week)}["ben"]
    at = run(demo, monkeypatch, "week")
    at.selectbox("weekly_hand_over_giver").set_value("ben")
    next(b for b in at.button if b.label == "Take back").click().run()
    assert "Give a reason why nobody reviews these items." in texts(at)
    at.text_input("weekly_hand_over_reason").input("ill")
    next(b for b in at.button if b.label == "Take back").click().run()
    assert not at.exception and not at.error, texts(at)
    assert left and {p.name: p.left for p in progress(demo, week)}["ben"] == 0
    detail = dict(demo.find(AuditEntry)[-1].detail)
    assert detail.pop("signed") and detail == {"week": week, "taken": left, "reason": "ill"}


def test_the_lead_deals_again_what_was_taken_back(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    assert not [b for b in run(demo, monkeypatch, "week").button if b.key == "weekly_again_go"]
    for p in progress(demo, week):
        if p.left:
            take_back(demo, week, rater=p.rater_id, by="visitor", reason="ill")
    nobodys = len(items_held_by_nobody(demo, week))
    assert not [b for b in run(demo, monkeypatch, "week", "mara").button if b.key == "weekly_again_go"]
    at = run(demo, monkeypatch, "week")
    assert f"{nobodys} items of this week have no reviewer" in texts(at)
    at.button("weekly_again_go").click().run()
    assert "Choose at least one person" in texts(at)
    at.multiselect("weekly_again_takers").set_value(["tom", "mara"])
    at.button("weekly_again_go").click().run()
    assert not at.exception and not at.error, texts(at)
    assert nobodys and items_held_by_nobody(demo, week) == []
    last = demo.find(AuditEntry)[-1]
    assert (last.action, last.subject, last.detail["items"]) == ("deal again", week, nobodys)


def test_the_command_deals_again_what_was_taken_back(demo: Store) -> None:
    week = weeks(demo)[1]
    for p in progress(demo, week):
        if p.left:
            take_back(demo, week, rater=p.rater_id, by="visitor", reason="ill")
    nobodys = len(items_held_by_nobody(demo, week))
    command = ["week", "deal-again", week, "--to", "tom,mara", "--as", "visitor", "--store", str(demo.path)]
    done = CliRunner().invoke(spotcheck, command)
    assert done.exit_code == 0 and f"{nobodys} items dealt again" in done.output, done.output


def flag(store: Store, week: str, kind: str, **more: str) -> str:
    """Let Ana flag her first item. Returns the id of the submission."""
    held = store.find(Assignment, rater_id="ana", week=week)[0]
    sent = {"kind": "flag", "submission_id": f"flag-{kind}-0001", "assignment": held.id, "flag": kind, **more}
    assert receive(store, "ana", [sent]).rejected == ()
    return sent["submission_id"]


def test_adjudicators_read_flags_and_a_lead_takes_them_back(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    assert "to look at" not in texts(run(demo, monkeypatch, "week"))
    name = flag(demo, week, "unclear", comment="neither value fits")
    assert "neither value fits" not in texts(run(demo, monkeypatch, "week", "ben"))
    settles = run(demo, monkeypatch, "week", "mara")
    assert "The guidance does not cover this case" in texts(settles) and "neither value fits" in texts(settles)
    # Adjudicators see no names and cannot take flags back.
    assert not [c for c in settles.caption if c.value.startswith("ana,")]
    assert not [b for b in settles.button if b.label == "Take back" and b.key and b.key.startswith("flag_")]
    at = run(demo, monkeypatch, "week")
    assert [c for c in at.caption if c.value.startswith("ana,")]
    at.button(f"flag_back_{name}").click().run()
    assert not at.exception and not at.error and "neither value fits" not in texts(at)
    last = demo.find(AuditEntry)[-1]
    assert (last.actor, last.action, last.detail["flag"]) == ("visitor", "take back flag", name)


def test_the_commands_of_a_week_list_flags_and_take_items_back(demo: Store) -> None:
    week = weeks(demo)[1]
    name = flag(demo, week, "other", comment="twice the same")

    def said(*arguments: str) -> dict[str, Any]:
        where = ["--store", str(demo.path), "--json"]
        result = CliRunner().invoke(spotcheck, ["week", *arguments, *where], catch_exceptions=False)
        assert result.exit_code == 0
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    (found,) = said("flags", week, "--as", "visitor")["flags"]
    assert (found["flag"], found["comment"], found["by"]) == (name, "twice the same", "ana")
    assert said("flags", week, "--take-back", name, "--as", "visitor") == {"flags": []}
    left = {p.name: p.left for p in progress(demo, week)}["ben"]
    assert said("take-back", week, "--from", "ben", "--reason", "ill", "--as", "visitor") == {"taken": left}


def test_only_the_lead_hands_over(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "week", "ana")
    assert not [b for b in at.button if b.label == "Hand over"]


def test_after_the_week_a_reviewer_sees_which_labels_were_settled_differently(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = weeks(demo)[0]
    first = next(d for d in differences(demo, week, "tom") if isinstance(d.yours, str))
    said = texts(run(demo, monkeypatch, "week", "tom", week=week))
    assert "Where the settled label differs from yours" in said
    assert (
        f"{spoken(first.dimension).capitalize()}: yours **{spoken(first.yours)}**, settled **{spoken(first.settled)}**"
        in said
    )
    assert "your labels stay as you gave them" in said


def test_differences_are_hidden_until_all_own_items_are_reviewed(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "week", "eva", week=weeks(demo)[1])
    assert "Where the settled label differs" not in texts(at)


def test_changes_of_mind_and_the_report_are_on_the_page(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "week")
    assert "submitted items after they saw the judges' verdicts" in texts(at)
    at.segmented_control(key="weekly_view").set_value("report").run()
    assert not at.exception and "Page as a file" in [str(b.proto.label) for b in at.get("download_button")]
    assert "report" in at.query_params["view"] and "How good is production?" in answers(at)
    week = weeks(demo)[0]
    at = run(demo, monkeypatch, "week", view="report", week=week)
    assert f"Week {week}" in texts(at) and "First release" in answers(at), "the address opens the same report"


def test_the_sampling_page_shows_what_a_draw_costs_and_follows_the_form(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = run(demo, monkeypatch, "sampling")
    at.text_input("planning_week").set_value(weeks(demo)[1]).run()
    assert "reviewers, about" not in texts(at)
    at.number_input("planning_rate").set_value(20.0)
    at.button("planning_look").click().run()
    assert not at.exception and not at.error, texts(at)
    first = texts(at)
    assert "Your plan, about" in first and "time zone UTC" in first
    (chart,) = at.get("vega_lite_chart")
    assert "Your plan, about" in str(chart.proto)
    assert "reviewers, about" in first and "s per item, measured" in first and "labels alone give 'wrong'" in first
    monkeypatch.setattr("pages.parts.sampling.offers.shares_before", lambda store, week: {"wrong": {}})
    at.number_input("planning_rate").set_value(40.0).run()
    second = texts(at)
    assert "a share of 2% ±" in second and "nobody knows the shares" in second, "a first draw shows several shares"
    assert "reviewers, about" in second and second != first


def test_an_open_week_shows_only_fields_that_can_change_it(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "sampling")
    at.text_input("planning_week").set_value(weeks(demo)[0]).run()
    said = texts(at)
    assert f"{weeks(demo)[0]} is open, due " in said and "You can change the due date on the Week page" in said
    fixed = {"planning_overlap", "planning_due_2026-W30"}
    assert not any(str(e.key).startswith(("planning_overlap", "planning_due")) for e in (*at.slider, *at.date_input))
    at.text_input("planning_week").set_value("2026-W30").run()
    assert fixed <= {e.key for e in (*at.slider, *at.date_input)} and "is open. Its groups" not in texts(at)


def test_a_draw_shows_its_progress_and_its_end(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = len(demo.find(Draw))
    at = run(demo, monkeypatch, "sampling")
    at.text_input("planning_week").set_value(weeks(demo)[1]).run()
    at.number_input("planning_rate").set_value(20.0)
    at.button("planning_go").click().run()
    assert not at.exception and not at.error, texts(at)
    assert len(demo.find(Draw)) == draws + 1
    assert at.status[0].state == "complete" and "items drawn" in at.status[0].label


def test_a_draw_that_is_refused_says_why(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "sampling")
    at.text_input("planning_week").set_value(weeks(demo)[1]).run()
    at.number_input("planning_rate").set_value(0.5)
    at.button("planning_go").click().run()
    assert at.status[0].state == "error" and "can only raise" in texts(at)


def test_reviews_left_out_for_another_rubric_version_are_reported(
    own_demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = weeks(own_demo)[1]
    assert "leave out the reviews" not in texts(run(own_demo, monkeypatch, "week"))
    current = current_rubric(own_demo)
    changed = replace(current, dimensions=tuple(replace(d, guidance="new") for d in current.dimensions))
    save_rubric(own_demo, changed, by="visitor")
    (item, *_) = [n.item_id for n in annotations_of(own_demo, [week])]
    with sqlite3.connect(own_demo.path) as db:
        db.execute("UPDATE annotations SET rubric_version = 2 WHERE item_id = ?", (item,))
    # No verb changes a row in place. A withdrawal of nothing tells the page that something changed.
    own_demo.add(Withdrawal("of-nothing", "nothing", "visitor", "2026-11-28T08:00:00Z"))
    moved = sum(n.item_id == item for n in annotations_of(own_demo, [week]))
    said = f"leave out the reviews under other versions: {moved} under version 2."
    assert said in texts(run(own_demo, monkeypatch, "week", week=week))
    assert said in texts(run(own_demo, monkeypatch, "agreement", week=week))


def test_a_closed_week_shows_its_state_at_the_closing(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week = weeks(demo)[1]
    left, dealt = (sum(getattr(p, name) for p in progress(demo, week)) for name in ("left", "dealt"))
    assert "still to review" in texts(run(demo, monkeypatch, "week", week=week))
    close_week(demo, week, by="visitor", reason="holidays")
    said = texts(run(demo, monkeypatch, "week", week=week))
    assert f"{left} reviews of {dealt} were not done" in said and "How the week closed" in said
    assert "Results" in said and "So far" not in said


def test_what_has_no_label_names_its_share_where_shares_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = {"wrong": ["67% have one.", "2 are open."], "rude": ["65% have one.", "2 are open."]}
    monkeypatch.setattr(reasons, "unsettled_words", lambda report, positive: lines[positive])
    found: Any = [SimpleNamespace(report=None, positive=value) for value in lines]
    assert reasons._unsettled(found) == ["**wrong:** 67% have one.", "2 are open.", "**rude:** 65% have one."]
