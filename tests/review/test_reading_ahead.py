"""What a server reads of a big store before anybody asks."""

from __future__ import annotations

import many_weeks
import pytest
from flow_store import vote

import review.evidence.gathered
import review.report.quality
import review.serving.reading_ahead
import review.settling.adjudication
import review.settling.case_batch
from review.basics.remembered import forget_everything
from review.current.verdicts import judges
from review.evidence import gathered
from review.evidence.chosen_weeks import weeks_up_to
from review.evidence.production_data import production_data
from review.evidence.weekly_change import weeks_before
from review.report.quality import known_quality
from review.serving.reading_ahead import read_ahead
from review.settling.adjudication import cases
from review.settling.case_batch import ranking
from storage.opening import open_store
from storage.queries.assignments import OPEN_SQL
from storage.records_weeks import Assignment
from storage.store import Store


def test_the_weeks_of_a_big_store_are_known_before_anybody_asks(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review.serving.reading_ahead, "BIG", 1)
    path = tmp_path / "s.db"
    many_weeks.build(path, many_weeks.size_of(2_000))
    store = open_store(path)
    closed, running = many_weeks.week_names(2)
    forget_everything()
    assert read_ahead(store) == [running, closed]
    asked: list[str] = []
    stream = Store.stream
    monkeypatch.setattr(Store, "stream", lambda self, sql, *values: asked.append(sql) or stream(self, sql, *values))
    assert production_data(store, (*weeks_before(store, closed, 11), closed)).judges
    state = "FROM erasure_events"
    assert not [sql for sql in asked if state not in sql], "only whether something was erased is asked again"


@pytest.mark.usefixtures("few_replicates")
def test_figures_of_the_week_page_and_the_order_of_cases_are_computed_ahead(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review.serving.reading_ahead, "BIG", 1)
    path = tmp_path / "s.db"
    many_weeks.build(path, many_weeks.size_of(2_000))
    store = open_store(path)
    closed = many_weeks.week_names(2)[0]
    forget_everything()
    read_ahead(store)
    again: list[str] = []
    for module, name in (
        (review.report.quality, "week_quality"),
        (review.settling.case_batch, "disagreement"),
        (review.settling.adjudication, "settle"),
        (review.evidence.gathered, "ratings_by_dimension"),
        (review.evidence.gathered, "paired_labels"),
    ):
        monkeypatch.setattr(module, name, lambda *_, name=name, **__: again.append(name))
    weeks = weeks_up_to(store, closed)
    assert known_quality(store, closed)
    assert ranking(store, closed)
    assert cases(store, closed, viewer=many_weeks.LEAD)
    assert gathered.ratings(store, many_weeks.LEAD, weeks)
    assert all(gathered.pairs(store, many_weeks.LEAD, weeks, judge) for judge in judges(store, weeks))
    assert not again


def test_a_small_store_is_not_read_ahead(demo: Store) -> None:
    assert read_ahead(demo) == []


@pytest.mark.usefixtures("few_replicates")
def test_the_kept_change_follows_answers_in_every_week_that_it_rests_on(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first of the eight weeks borrows from four before it, and one of those is still open.
    make, late = many_weeks._week, many_weeks.week_names(13)[2]
    monkeypatch.setattr(
        many_weeks,
        "_week",
        lambda bulk, name, size, rng, *, is_open: make(bulk, name, size, rng, is_open=is_open or name == late),
    )
    store = many_weeks.build(tmp_path / "s.db", many_weeks.Size(12, 60))
    last = many_weeks.week_names(13)[-1]
    before = known_quality(store, last)
    bad = {"correctness": "wrong", "reasons": ["wrong_fact"], "intent": "return", "politeness": "rude"}
    for rater in many_weeks.RATERS:
        for held in store.select(Assignment, OPEN_SQL, {"week": late, "rater": rater}):
            vote(store, held.item_id, rater, bad)
    after = known_quality(store, last)
    forget_everything()
    assert repr(after) == repr(known_quality(store, last)) != repr(before)
