"""The forecast of a planned draw: the minutes, and the widths of the intervals."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.current.progress import seconds_per_item
from review.evidence.forecast import forecast, sentences
from review.evidence.offers import assumed, offers
from review.people.people import Person, usual_reviewers
from review.sampling.allocate import Budget, DrawnStratum, Wishes
from review.sampling.draw import DrawResult
from review.sampling.strata import DEFAULT_GROUPS
from review.settings.project import project_of
from review.statistics.intervals import wilson
from review.statistics.quality.expected import PlannedGroup, expected_estimate, half_width
from review.statistics.quality.people import people
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from review.week.drawing import Request, preview
from storage.records_weeks import Week
from storage.store import Store

DUE = date(2026, 11, 27)


def test_one_group_gives_wilsons_width() -> None:
    # 40 of 4,000, a tenth positive: 4 of 40 in Wilson's interval
    low, high = wilson(4, 40)
    assert half_width(expected_estimate([PlannedGroup("rest", 4000, 40, 0.1)])) == pytest.approx((high - low) / 2)


def test_several_groups_are_joined_as_the_estimate_will_be() -> None:
    planned = [PlannedGroup("failing", 100, 50, 0.4), PlannedGroup("rest", 900, 30, 0.1)]
    labelled = [
        StratumCounts(name="failing", population=100, verdicts=Verdicts(missing=100), said_nothing=Cell(50, 20)),
        StratumCounts(name="rest", population=900, verdicts=Verdicts(missing=900), said_nothing=Cell(30, 3)),
    ]
    assert expected_estimate(planned) == people(labelled)


def test_a_group_that_is_drawn_whole_has_no_width() -> None:
    assert half_width(expected_estimate([PlannedGroup("failing", 10, 10, 0.5)])) == 0
    few = expected_estimate([PlannedGroup("failing", 100, 20, 0.4), PlannedGroup("rest", 900, 60)])
    whole = expected_estimate([PlannedGroup("failing", 100, 100, 0.4), PlannedGroup("rest", 900, 60)])
    assert (half_width(whole) or 0) < (half_width(few) or 0)


def test_a_large_group_without_a_draw_is_undefined() -> None:
    found = expected_estimate([PlannedGroup("failing", 100, 50), PlannedGroup("rest", 900, 0)])
    assert found.undefined is not None and half_width(found) is None


@given(st.integers(5, 200), st.floats(0.0, 1.0), st.integers(2, 4))
def test_more_items_never_widen_the_interval(n: int, share: float, times: int) -> None:
    few = half_width(expected_estimate([PlannedGroup("rest", 100_000, n, share)]))
    many = half_width(expected_estimate([PlannedGroup("rest", 100_000, n * times, share)]))
    assert few is not None and many is not None and many <= few + 1e-12


def test_minutes_are_ratings_times_seconds_over_people(demo: Store) -> None:
    week = sorted(w.name for w in demo.find(Week))[-1]
    result = preview(
        demo, project_of(demo.path), Request(week=week, rate=0.2, raters=("ana", "ben", "eva"), overlap=0.5)
    )
    found = forecast(demo, result, week="2099-W01", raters=3, due=DUE, overlap_raters=2)
    fresh = {i for ids in result.added.values() for i in ids}
    several = len(fresh & set(result.overlap_ids))
    assert several and found.items == len(fresh) and found.total == result.sampled and found.due == DUE
    # every new item once, the shared ones twice, at the measured median, by three people
    assert found.measured and found.seconds == seconds_per_item(demo)
    assert found.minutes == pytest.approx((len(fresh) + several) * found.seconds / 60 / 3)


def test_a_week_that_is_open_keeps_its_due_date(demo: Store) -> None:
    week = demo.find(Week, order_by="name")[-1]
    result = preview(demo, project_of(demo.path), Request(week=week.name, rate=0.2, raters=("ana",)))
    found = forecast(demo, result, week=week.name, raters=1, due=DUE)
    assert found.due.isoformat() == week.due
    assert f"more items ({result.sampled} in all)" in sentences(found)[0]


def test_shares_come_from_the_week_before_or_are_assumed(demo: Store) -> None:
    first, last = sorted(w.name for w in demo.find(Week))
    result = preview(demo, project_of(demo.path), Request(week=last, rate=0.2, raters=("ana",)))
    later = forecast(demo, result, week=last, raters=1, due=DUE)
    assert all(e.observed for e in later.expected)
    assert "based on the shares in the last reviewed week" in sentences(later)[1]
    none_before = forecast(demo, result, week=first, raters=1, due=DUE)
    assert not any(e.observed for e in none_before.expected)
    assert "no week is reviewed yet" in sentences(none_before)[1]


def test_sentences_say_what_is_assumed_and_what_is_unknown(demo: Store) -> None:
    week = demo.find(Week, order_by="name")[-1].name
    result = preview(demo, project_of(demo.path), Request(week=week, rate=0.2, raters=("ana",)))
    found = forecast(demo, result, week="2099-W01", raters=3, due=DUE)
    plain = dataclasses.replace(found, items=92, total=92, minutes=31.2, seconds=60.0, measured=False)
    assert sentences(plain)[0] == (
        "About 92 items, 3 reviewers, about 31 minutes each (60 s per item, assumed), due Friday 27 November."
    )
    assert "Choose reviewers" in sentences(dataclasses.replace(plain, raters=0))[0]
    unknown = dataclasses.replace(found.expected[0], estimate=expected_estimate([PlannedGroup("rest", 10, 0)]))
    precision = sentences(dataclasses.replace(plain, expected=(unknown,)))[1]
    assert precision == f"The precision for '{unknown.positive}' is unknown: no conversation is labelled."


def test_an_empty_store_has_no_measured_time_per_item(store: Store) -> None:
    assert seconds_per_item(store) is None


def test_more_minutes_are_more_items_and_narrower_intervals() -> None:
    populations = {"failing": 100, "low_confidence": 80, "rest": 3000}
    drawn = [DrawnStratum(name, n, 0.02, 0) for name, n in populations.items()]
    frame: Any = None  # offers look at the strata alone
    result = DrawResult(
        frame=frame, strata=tuple(drawn), ids={}, overlap_ids=(), added={}, digest="", seed="s", rate=0.01, overlap=0
    )
    wishes = [Wishes(0.01, budget=Budget(m, raters=3)) for m in (5, 15, 60, 120)]
    found = offers(result, wishes, DEFAULT_GROUPS, {"wrong": {}})
    assert [offer.minutes for offer in found] == [15, 60, 120], "5 minutes cannot hold the rate"
    assert [offer.items for offer in found] == [45, 180, 360]
    widths = [offer.expected[0].half_width or 0 for offer in found]
    assert widths[0] > widths[1] > widths[2] > 0


def test_minutes_are_those_of_the_new_items_and_equal_offers_are_one() -> None:
    populations = {"failing": 20, "low_confidence": 10, "rest": 90}
    drawn = [DrawnStratum(name, n, 0.25, 10) for name, n in populations.items()]
    frame: Any = None
    result = DrawResult(
        frame=frame, strata=tuple(drawn), ids={}, overlap_ids=(), added={}, digest="", seed="s", rate=0.01, overlap=0
    )
    wishes = [Wishes(0.01, budget=Budget(m, raters=1)) for m in (60, 500, 600)]
    found = offers(result, wishes, DEFAULT_GROUPS, assumed(populations))
    assert [offer.items for offer in found] == [60, 120], "all 120 are one offer, however much time there is"
    assert [offer.minutes for offer in found] == [30, 90], "30 items were drawn before"
    rare, *_, common = found[0].expected
    assert (rare.positive, common.positive) == ("a share of 2%", "a share of 30%")
    assert 0 < (rare.half_width or 0) < (common.half_width or 0)


def test_people_whose_role_it_is_are_the_usual_reviewers() -> None:
    people = [Person(id=name, name=name, role=role) for name, role in (("lea", "lead"), ("mia", "adjudicator"))]
    assert usual_reviewers(people) == ["lea", "mia"], "nobody else is there"
    assert usual_reviewers([*people, Person(id="ana", name="ana", role="annotator")]) == ["ana"]
    assert usual_reviewers([*people, Person(id="ben", name="ben", role="")]) == ["lea", "mia"]
