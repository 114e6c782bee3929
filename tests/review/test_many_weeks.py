"""Figures of closed weeks stay known while people work elsewhere, and change when anything of theirs does."""

from __future__ import annotations

from pathlib import Path

import many_weeks
import pytest

from review.annotating.submissions import receive
from review.audit.verifying import check_store, in_words
from review.current.counting import annotations_that_count, state_of_weeks
from review.current.settled import settled_labels
from storage.queries.annotations import current_annotations
from storage.records_review import Skip, Withdrawal
from storage.records_weeks import Assignment
from storage.store import Store

NEW, SKIPPED = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder: Path = tmp_path_factory.mktemp("many")
    return many_weeks.build(folder / "s.db", many_weeks.Size(2, 40))


def test_an_answer_in_the_open_week_leaves_the_figures_of_a_closed_one(store: Store) -> None:
    closed, running = many_weeks.week_names(2)
    before = state_of_weeks(store, [closed]), state_of_weeks(store, [running])
    known = len(annotations_that_count(store, running))
    mine = store.find(Assignment, week=running)[-1]
    labels = {"correctness": "correct", "intent": "return", "politeness": "neutral"}
    entry = {"submission_id": NEW, "kind": "annotation", "assignment": mine.id, "labels": labels, "seconds": 9}
    receipt = receive(store, mine.rater_id, [entry])
    assert (receipt.acknowledged, receipt.rejected) == ((NEW,), ())
    assert state_of_weeks(store, [closed]) == before[0]
    assert state_of_weeks(store, [running]) != before[1]
    assert len(annotations_that_count(store, running)) == known + 1
    before_skip = state_of_weeks(store, [running]), state_of_weeks(store, [closed])
    store.add(
        Skip(
            submission_id=SKIPPED,
            assignment_id=mine.id,
            item_id=mine.item_id,
            rater_id=mine.rater_id,
            at="2027-01-05T07:00:00Z",
            reason="unclear",
        )
    )
    assert state_of_weeks(store, [running])[1:] != before_skip[0][1:]
    assert state_of_weeks(store, [closed])[1:] == before_skip[1][1:]
    store.add(Withdrawal("undo", NEW, mine.rater_id, "2027-01-05T08:00:00Z"))
    assert len(annotations_that_count(store, running)) == known


def test_what_is_remembered_is_what_the_store_holds(store: Store) -> None:
    week = many_weeks.week_names(2)[0]
    first, again = settled_labels(store, [week]), settled_labels(store, [week])
    assert first == again and first is not again
    assert list(annotations_that_count(store, week)) == current_annotations(store, week)


def test_the_chain_covers_every_row(tmp_path: Path) -> None:
    store = many_weeks.build(tmp_path / "s.db", many_weeks.Size(2, 40))
    check = check_store(store)
    assert check.holds and check.rows > 500, in_words(check)
