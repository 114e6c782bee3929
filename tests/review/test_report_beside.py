"""The parts of the report on pairs of answers and on calibration sessions."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from adjudicate_app import DISPUTED, RIGHT, WRONG, build_voted_store, vote
from annotate_app import WEEK
from pair_store import side_of, with_pairs

from review.annotating.submissions import receive
from review.closing.closing import close_week
from review.report.beside import WITHHELD
from review.report.gather import week_report
from review.report.markdown import report_markdown
from review.report.page import report_html
from review.settling.calibration_steps import Learned, answer, decide, start_session
from storage.queries.pairs import PREFERENCE
from storage.records_weeks import Assignment
from storage.store import Store

pytestmark = pytest.mark.usefixtures("few_replicates")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return build_voted_store(tmp_path / "s.db")


def prefer(store: Store, assignment: Assignment, answer: str) -> None:
    entry = {"submission_id": uuid4().hex, "kind": "annotation", "assignment": assignment.id}
    labels = {PREFERENCE: side_of(assignment, answer)}
    assert receive(store, assignment.rater_id, [{**entry, "labels": labels}]).rejected == ()


def test_a_week_without_pairs_has_no_part_for_them(store: Store) -> None:
    report = week_report(store, WEEK)
    assert report.to_json()["pairs"] is None and "Pairs of answers" not in report_html(report)
    assert "Practice" not in report_html(report) and "Practice" not in report_markdown(report)


def test_the_report_says_what_people_prefer(store: Store) -> None:
    dealt = with_pairs(store, 12)
    report = week_report(store, WEEK)
    assert "12 pairs of answers. Nobody has compared one yet." in report_html(report)
    for assignment in dealt:
        prefer(store, assignment, "a")
    report = week_report(store, WEEK)
    assert report.to_json()["pairs"]["report"]["preferences"][0]["wins_a"] == 24
    page, text = report_html(report), report_markdown(report)
    assert "model-x over model-y" in page and "12 pairs, counted in no share of production." in page
    for said in ("People prefer model-x to model-y: 100%", "of choices went to the first answer", "On pairs: "):
        assert said in page and said in text
    mine = dealt[0].rater_id
    seen = week_report(store, WEEK, viewer=mine).beside.pairs
    assert seen is not None and (seen.report, seen.why_not) == (None, WITHHELD)
    close_week(store, WEEK, by="lea", reason="early")
    seen = week_report(store, WEEK, viewer=mine).beside.pairs
    assert seen is not None and seen.report is not None and seen.report.votes == 24


def test_the_report_says_what_calibration_sessions_came_to(store: Store) -> None:
    items = DISPUTED[:2]
    store.add(*(vote(item, "noa", RIGHT) for item in items))
    session = start_session(store, WEEK, items, ["zelda", "noa"], by="lea")
    for rater in ("zelda", "noa"):
        answer(store, session.id, items[0], WRONG, by=rater)
    for kept in ("question", "guidance"):
        learned = Learned(dimension="correctness", value="wrong", sentence="A late parcel is wrong.", kept=kept)
        decide(store, session.id, items[0], WRONG, by="lea", rationale="Late.", learned=learned)
    report = week_report(store, WEEK)
    assert report.to_json()["calibration"] == {
        **{"sessions": 1, "people": 2, "items": 2, "decided": 1},
        **{"guidance": 1, "examples": 0, "asked": 1},
    }
    for said in (
        "1 calibration session: 2 people answered up to 2 items, 1 decided.",
        "The rubric got 1 sentence of guidance, 1 open question.",
    ):
        assert said in report_html(report) and said in report_markdown(report)
