"""Pages of a week with ties: the range and what to do about it, the random order, and what a viewer does not see."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_pages import answers, run
from streamlit.testing.v1 import AppTest
from unsettled_store import AT, THIS, add_split_week, add_week, deal, labels, people_only

from review.evidence.ties import settle_first
from review.report.gather import week_report
from review.report.page import report_html
from review.settling.adjudication import adjudicate
from review.settling.unsettled import unsettled
from storage.records_review import Annotation
from storage.records_weeks import Item
from storage.store import Store


@pytest.fixture
def split(tmp_path: Path) -> Store:
    return add_split_week(people_only(tmp_path / "s.db"))


def texts(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in (at.markdown, at.caption, at.info, at.warning) for e in kind)


def test_the_week_page_shows_a_range_and_asks_to_settle_ties(split: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(split, monkeypatch, "week", "mia")
    assert "The other estimates leave out" not in texts(at)
    at.session_state["weekly_how_quality"] = True
    said = texts(at.run()).replace("\\", "")
    assert "5.6% to 28% of conversations are 'wrong', depending on 8 open ties." in answers(at)
    assert "3 ties among them decide what the share is" in answers(at)
    assert "settle 3 of them" in said and "not that quality fell" in said and "2 skipped, 2 not answered" in said
    assert "The other estimates leave out 9 items with tied votes" in said
    assert "How this was computed" in [e.label for e in at.expander]
    for item in settle_first(split, THIS):
        adjudicate(split, item, by="mia", labels=labels("correct"), reason="slip")
    at = run(split, monkeypatch, "week", "mia")
    assert "open ties" not in answers(at) and "stand for them" in texts(at)


def test_the_same_parts_add_up_on_both_pages(split: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for page in ("week", "adjudicate"):
        at = run(split, monkeypatch, page, "mia")
        links = [str(link.proto.label) for link in at.get("page_link")]
        parts = ["3 ties that decide a share", "6 other ties", "1 disagreement with a majority"]
        assert [link for link in links if link in parts] == parts
        said = texts(at)
        assert "14 of 40 items are not settled." in said and "2 items skipped" in said and "2 items with nobody" in said
    links = [str(link.proto.label) for link in run(split, monkeypatch, "week", "lea").get("page_link")]
    assert "2 items with nobody" in links, "a lead can deal them"


def test_the_adjudicate_page_says_which_come_first_and_what_is_hidden(
    split: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = texts(run(split, monkeypatch, "adjudicate", "mia"))
    assert "3 random ties first: they stand for the others." in said and "hidden until" not in said
    for item in settle_first(split, THIS)[:2]:
        deal(split, THIS, item, "mia", 50)
    # Figures are computed once for each entry of the audit chain.
    first = settle_first(split, THIS)[2]
    adjudicate(split, first, by="lea", labels=labels("correct"), reason="slip")
    assert "2 more are hidden until you review them yourself" in texts(run(split, monkeypatch, "adjudicate", "mia"))


def test_where_hand_picked_items_count_is_what_the_figures_do(split: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run(split, monkeypatch, "agreement", "lea", dimension="correctness")
    shared = settled_of(split)
    assert "picked by hand" not in texts(before)
    split.add(Item(id="picked/1", conversation_id=f"{THIS}-00", week=THIS, at=AT, purposive=True, reason="a complaint"))
    for rater, value in (("ana", "wrong"), ("ben", "correct")):
        deal(split, THIS, "picked/1", rater, 70)
        split.add(
            Annotation(
                submission_id=f"p-{rater}", assignment_id=f"a-picked/1-{rater}", item_id="picked/1", rater_id=rater,
                rubric_version=1, labels=labels(value), at=AT,
            )
        )  # fmt: skip
    said = texts(run(split, monkeypatch, "agreement", "lea", dimension="correctness"))
    assert "1 of the 37 shared items was picked by hand" in said and "no share of production" in said
    assert unsettled(split, THIS, viewer="lea").total == 15, "its disagreement is settled like others"
    assert settled_of(split) == shared, "and it is in no share of production"
    assert "count in agreement and disagreements" in report_html(week_report(split, THIS, bootstrap=10))


def settled_of(store: Store) -> object:
    (found,) = (q for q in week_report(store, THIS, bootstrap=10).quality if q.positive == "wrong")
    return found.report.range, found.report.labelled, found.report.unsettled


def test_figures_that_leave_out_owed_items_say_so_on_both_pages(split: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for page in ("week", "agreement"):
        assert "that you still have to review" not in texts(run(split, monkeypatch, page, "cleo"))
    deal(split, THIS, f"{THIS}-00", "cleo", 60)
    adjudicate(split, settle_first(split, THIS)[0], by="mia", labels=labels("correct"), reason="slip")
    for page in ("week", "agreement"):
        assert "leave out 1 item that you still have to review" in texts(run(split, monkeypatch, page, "cleo"))


def test_the_change_over_eight_weeks_is_beside_the_estimate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = people_only(tmp_path / "s.db")
    for k, week in enumerate(f"2026-W{n}" for n in range(40, 48)):
        wrong = 2 if k < 4 else 12
        add_week(store, week, [("wrong", "wrong")] * wrong + [("correct", "correct")] * (40 - wrong))
    at = run(store, monkeypatch, "week", "mia", week=THIS)
    at.session_state["weekly_how_quality"] = True
    at.run()
    said = texts(at).replace("\\", "")
    assert "of conversations are 'wrong', rising over 8 weeks." in answers(at)
    assert "No change shown against 2026-W46" in said
    assert "Over 8 weeks: 25.0 points more 'wrong'" in said
    assert "later half against earlier" in said
