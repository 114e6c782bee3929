"""Items that people have not settled: how the estimates of a week count them, and which are settled first."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from command_line import spotcheck
from unsettled_store import AT, BEFORE, THIS, add_split_week, add_week, deal, labels, people_only

from review.evidence.production import production_quality
from review.evidence.ties import settle_first
from review.evidence.weekly_change import weekly_changes
from review.evidence.withheld import withheld_items
from review.report.gather import week_report
from review.report.model import Quality
from review.report.page import report_html
from review.report.quality_words import changed, quality_lines
from review.rubric.rubric import current_rubric
from review.settling.adjudication import adjudicate
from review.settling.case_batch import case_batch
from review.settling.unsettled import deciding_shown, unsettled
from review.statistics.quality.change import PAIRED, change_over_weeks
from review.statistics.quality.report import QualityReport
from storage.records_review import Verdict
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return people_only(tmp_path / "s.db")


@pytest.fixture
def split(store: Store) -> Store:
    return add_split_week(store)


def report_of(store: Store, week: str = THIS) -> QualityReport:
    return production_quality(store, [week], current_rubric(store)["correctness"], positive="wrong")


def test_what_is_unsettled_is_counted_apart_and_ties_make_a_range(split: Store) -> None:
    found = report_of(split)
    assert dict(found.unsettled) == {"ties": 9, "open_disagreements": 1, "skipped": 2, "not_answered": 2}
    # 27 with a label, 8 tied on wrong and one tie that nobody called wrong: 2 of 36 to 10 of 36.
    assert found.headline.value is None and found.range == pytest.approx((2 / 36, 10 / 36))
    assert found.ties_needed == 3 and found.open_ties == 8
    assert found.headline.ci[0] <= 2 / 36 and found.headline.ci[1] >= 10 / 36
    assert found.people.n == 27


def test_each_item_that_is_not_settled_has_one_cause_and_the_parts_add_up(split: Store) -> None:
    def counts() -> dict[str, int]:
        found = unsettled(split, THIS, viewer="mia")
        assert found.items == 40 and found.total == sum(map(len, found.by_cause.values()))
        assert len({item for items in found.by_cause.values() for item in items}) == found.total
        return {cause: len(items) for cause, items in found.by_cause.items() if items}

    assert counts() == {"deciding": 3, "tie": 6, "majority": 1, "skipped": 2, "nobody": 2}
    deal(split, THIS, f"{THIS}-38", "ben", 50)
    first = settle_first(split, THIS)[0]
    adjudicate(split, first, by="mia", labels=labels("wrong"), reason="slip")
    assert counts() == {"deciding": 2, "tie": 6, "majority": 1, "waiting": 1, "skipped": 2, "nobody": 1}
    tied = settle_first(split, THIS)[0]
    deal(split, THIS, tied, "mia", 60)
    found = unsettled(split, THIS, viewer="mia")
    assert found.total == 13 and found.hidden == 1, "counted, and not listed for who still has to review it"
    assert tied in found.by_cause["deciding"] and tied not in found.shown("deciding")
    for viewer in ("mia", "lea"):
        assert deciding_shown(split, THIS, viewer=viewer) == unsettled(split, THIS, viewer=viewer).shown("deciding")
    assert unsettled(split, THIS, viewer="lea").hidden == 0


def test_the_random_third_comes_first_and_then_stands_for_the_rest(split: Store) -> None:
    tied = [f"{THIS}-{k}" for k in range(26, 34)]
    keyed = sorted(tied, key=lambda i: hashlib.md5(f"{THIS}:settle:{i}".encode()).hexdigest())
    assert settle_first(split, THIS) == keyed[:3]
    assert case_batch(split, "mia", week=THIS, ahead=settle_first(split, THIS))["order"][:3] == keyed[:3]

    adjudicate(split, keyed[5], by="mia", labels=labels("wrong"), reason="slip")
    assert report_of(split).headline.value is None and settle_first(split, THIS) == keyed[:3]
    for item, value in zip(keyed[:3], ("wrong", "correct", "correct"), strict=True):
        adjudicate(split, item, by="mia", labels=labels(value), reason="slip")
    found = report_of(split)
    # a third of the 5 others is 5/3, one of which is known: 2 + 1 + 1 + 2/3 wrong of 36
    assert settle_first(split, THIS) == [] and found.ties_needed == 0
    assert found.headline.value == pytest.approx((4 + 2 / 3) / 36)
    assert found.range == pytest.approx((4 / 36, 8 / 36))
    assert "The ties settled in random order stand for them." in " ".join(quality_lines(week_quality_of(split)))


def week_quality_of(store: Store, week: str = THIS) -> Quality:
    return next(q for q in week_report(store, week, bootstrap=10).quality if q.positive == "wrong")


def test_the_report_shows_the_range_and_what_to_do(split: Store) -> None:
    page = report_html(week_report(split, THIS, bootstrap=10))
    assert "5.6% to 28%" in page and "Settle the ties first: the votes on 8 items are tied" in page
    assert "settle 3 of them" in page and "not that quality fell" in page
    assert "<summary>How this was computed</summary>" in page and "people alone, without 9 ties" in page


def test_a_change_inside_its_interval_is_not_called_a_change(store: Store) -> None:
    add_week(store, BEFORE, [("wrong", "wrong")] * 2 + [("correct", "correct")] * 38)
    add_week(store, THIS, [("wrong", "wrong")] * 3 + [("correct", "correct")] * 37)
    found = week_quality_of(store)
    assert found.change is not None and found.change.before == BEFORE
    assert found.change.quantity.value == pytest.approx(0.025)
    assert any(f"No change shown against {BEFORE}" in line for line in quality_lines(found))
    assert week_quality_of(store, BEFORE).change is None
    assert found.change.over.undefined is not None and found.to_json()["change_over_weeks"]["weeks"] == [BEFORE, THIS]
    assert weekly_changes(store, BEFORE, [], []) == []


def test_conversations_of_both_weeks_are_compared_in_pairs(store: Store) -> None:
    add_week(store, BEFORE, [("wrong", "wrong")] * 10 + [("correct", "correct")] * 30)
    now = [("correct", "correct")] * 9 + [("wrong", "wrong")] + [("correct", "correct")] * 30
    add_week(store, THIS, now, again=BEFORE)
    found = week_quality_of(store)
    assert found.change is not None and found.change.quantity.method == PAIRED
    assert found.change.quantity.value == pytest.approx(-9 / 40) and found.change.quantity.n == 40
    assert "22.5 points fewer 'wrong' than in 2026-W46" in changed(found)
    assert "40 conversations labelled in both weeks" in changed(found)


def test_the_change_over_eight_weeks_uses_the_figures_that_the_weeks_show(store: Store, tmp_path: Path) -> None:
    weeks = [f"2026-W{n}" for n in range(38, 48)]
    for k, week in enumerate(weeks):
        wrong = 2 if k < 6 else 12
        add_week(store, week, [("wrong", "wrong")] * wrong + [("correct", "correct")] * (40 - wrong))
    found = week_quality_of(store, weeks[-1])
    assert found.change is not None and found.change.weeks == tuple(weeks[-8:])
    shown = [week_quality_of(store, week).best for week in weeks[-8:]]
    assert found.change.over == change_over_weeks(shown)
    assert found.change.over.value == pytest.approx(10 / 40)
    assert "Over 8 weeks: 25.0 points more" in changed(found)
    spoken = spotcheck(tmp_path, "quality", "--store", str(store.path), "--weeks", weeks[-1], "--json")
    one = json.loads(spoken.stdout)["dimensions"]["correctness"]
    assert one["change"]["before"] == weeks[-2] and one["change_over_weeks"]["value"] == pytest.approx(10 / 40)


def test_a_rare_verdict_is_weighed_by_the_labels_of_earlier_weeks(store: Store) -> None:
    said = {"verdicts": {"rest": {"j": {"correctness": {"wrong": 8, "correct": 392}}}}}
    add_week(store, BEFORE, [("wrong",)] * 8 + [("correct",)] * 32, frame=said)
    add_week(store, THIS, [("wrong",)] * 2 + [("correct",)] * 38, frame=said)
    for week, flagged in ((BEFORE, 8), (THIS, 1)):
        for k in range(40):
            name = f"{week}-{k:02}"
            value = "wrong" if k < flagged else "correct"
            store.add(
                Verdict(
                    id=f"v-{name}", item_id=name, judge="j", version="log", dimension="correctness", value=value, at=AT
                )
            )  # fmt: skip
    found = production_quality(store, [THIS], current_rubric(store)["correctness"], positive="wrong", judge="j")
    # 8 flagged of 400 are .8 expected labels, so a difference; earlier flags were right in all of 8: L is nearly 1.
    assert "weight from other labels" in found.basis
    people_alone = 2 / 40
    assert found.headline.value == pytest.approx((2 - 1) / 40 + 8 / 400, abs=0.01)
    assert found.headline.value < people_alone and not found.uses_history


def test_the_overlap_on_page_and_report_is_that_of_the_items(split: Store) -> None:
    report = week_report(split, THIS, bootstrap=10)
    assert report.overlap == pytest.approx(36 / 40) and report.week.overlap == 1.0
    assert "90% overlap" in report_html(report)


def test_what_a_viewer_still_owes_is_counted_to_be_said_beside_the_figures(split: Store) -> None:
    assert withheld_items(split, [THIS], viewer="mia") == 0
    deal(split, THIS, f"{THIS}-00", "cleo", 90)
    assert withheld_items(split, [THIS], viewer="cleo") == 1
