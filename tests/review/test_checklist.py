"""The checklist of a week says apart what is done from what has not begun."""

from __future__ import annotations

from pathlib import Path

import pytest
from unsettled_store import AT, THIS, add_week, deal, people_only

from review.closing.checklist_shown import shown_checklist
from review.closing.closing import Check, checklist, close_week
from review.closing.doing import doing
from review.people.people import find_person
from review.settling.unsettled import unsettled
from review.statistics.answers.next_steps import next_steps
from storage.records_review import Skip
from storage.records_weeks import Item
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


def skip(store: Store, item: str, rater: str) -> None:
    deal(store, THIS, item, rater, 9)
    store.add(
        Skip(
            submission_id=f"k-{item}-{rater}", assignment_id=f"a-{item}-{rater}", item_id=item, rater_id=rater, at=AT,
            reason="hard",
        )
    )  # fmt: skip


def test_a_skipped_item_that_nobody_else_has_keeps_the_week_from_closing(store: Store) -> None:
    add_week(store, THIS, [("wrong", "wrong"), ()])
    skip(store, f"{THIS}-01", "ana")
    checks = checklist(store, THIS)
    assert checks[0].open == 1
    found = doing(store, THIS, viewer=find_person(store, "lea"), checks=checks)
    assert (found.left, found.nobodys, found.skipped) == (0, 0, 1)
    assert [line.name for line in next_steps(found).lines] == ["hand_over_skipped"]


@pytest.mark.parametrize(("kind", "counts"), [("pair", 1), ("anchor", 0)])
def test_pairs_count_on_both_lists_and_known_answers_on_neither(store: Store, kind: str, counts: int) -> None:
    add_week(store, THIS, [("wrong", "wrong")])
    name = f"{kind}-1"
    store.add(Item(id=name, conversation_id=f"{THIS}-00", week=THIS, at=AT, kind=kind))
    skip(store, name, "ana")
    assert checklist(store, THIS)[0].open == unsettled(store, THIS, viewer="lea").total == counts
    deal(store, THIS, name, "ben", 9)
    found = unsettled(store, THIS, viewer="lea")
    assert found.by_cause["waiting"] == (name,) * counts and found.items == 1 + counts
