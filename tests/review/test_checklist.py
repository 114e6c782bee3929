"""The checklist of a week says apart what is done from what has not begun."""

from __future__ import annotations

from pathlib import Path

import pytest
from unsettled_store import THIS, add_week, deal, people_only

from review.closing.checklist_shown import shown_checklist
from review.closing.closing import Check, checklist, close_week
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return people_only(tmp_path / "s.db")


def settled(store: Store) -> Check:
    return next(check for check in checklist(store, THIS) if check.name == "settled")


def test_nothing_is_settled_before_a_label_is_given(store: Store) -> None:
    add_week(store, THIS, [()])
    deal(store, THIS, f"{THIS}-00", "ana", 0)
    found = settled(store)
    assert (found.open, found.total, found.idle) == (0, 0, True)
    assert found.todo == "no item has labels of two people yet"
    close_week(store, THIS, by="lea", reason="holidays")
    assert shown_checklist(store, THIS)[1] == Check("settled", 0, 0, "no item had labels of two people")


def test_labels_of_one_person_each_leave_nothing_to_settle(store: Store) -> None:
    add_week(store, THIS, [("wrong",), ("correct",)])
    assert settled(store).idle and settled(store).todo == "no item has labels of two people"


def test_labels_that_agree_are_settled(store: Store) -> None:
    add_week(store, THIS, [("wrong", "wrong")])
    assert not settled(store).idle and settled(store).done and settled(store).todo == "all are settled"
