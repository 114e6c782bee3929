"""One more vote for an item that somebody picks by hand: who is asked, and who never is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from golden_store import GOOD, WEEK, add_item, reviewed_store

from review.annotating.submissions import receive
from review.basics.clock import new_id, now
from review.basics.errors import NothingToDo, Refused, UnknownError
from review.closing.closing import close_week
from review.current.assignments import owed_items
from review.golden.candidates import Candidate, Narrowing, candidates, narrowed
from review.people.people import Person, add_person
from review.rubric.rubric import current_rubric, save_rubric
from review.week.dealing import redistribute, take_back
from review.week.dealing_again import deal_again
from review.week.fields import NOT_MY_FIELD
from review.week.requeue import requeue
from review.week.second_vote import ask_for_a_vote, in_order, second_vote_of
from storage.records_people import AuditEntry
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return reviewed_store(tmp_path)


def item(store: Store, name: str) -> Item:
    return store.find(Item, id=name)[0]


def test_the_reviewer_who_never_had_the_item_gets_it_blind(store: Store) -> None:
    free, why = second_vote_of(store, item(store, "s1"), viewer="eva")
    assert ([p.id for p in free], why) == (["ben"], "")
    assert ask_for_a_vote(store, "s1", by="eva").id == "ben"
    assert "s1" in owed_items(store, "ben"), "so no page shows ben what ana said"
    assert [e.subject for e in store.find(AuditEntry, action="ask for a vote")] == ["s1"]
    assert second_vote_of(store, item(store, "s1"), viewer="eva") == ([], "Waits for a vote of ben.")
    with pytest.raises(NothingToDo, match="already waits for a vote of ben"):
        ask_for_a_vote(store, "s1", by="eva")
    (new,) = store.find(Assignment, item_id="s1", rater_id="ben")
    sent = {"kind": "annotation", "submission_id": "0" * 32, "assignment": new.id, "labels": GOOD}
    assert receive(store, "ben", [sent]).rejected == ()
    (one,) = [c for c in candidates(store, [WEEK]) if c.item_id == "s1"]
    assert (one.rule, one.votes) == ("unanimous", 2)


def test_nobody_is_asked_twice_nor_after_the_end(store: Store) -> None:
    with pytest.raises(NothingToDo, match="everybody else who reviews"):
        ask_for_a_vote(store, "u1", by="eva")
    with pytest.raises(Refused, match="ana holds, reviewed or skipped"):
        ask_for_a_vote(store, "s1", by="eva", to="ana")
    assert ask_for_a_vote(store, "u1", by="eva", to="lea").id == "lea", "somebody else of the house, if named"
    with pytest.raises(UnknownError):
        ask_for_a_vote(store, "none", by="eva")
    close_week(store, WEEK, by="lea", reason="holidays")
    assert (
        second_vote_of(store, item(store, "s1"), viewer="eva")[1]
        == f"{WEEK} is closed, so nobody can be asked for another vote."
    )
    with pytest.raises(Refused, match="closed"):
        ask_for_a_vote(store, "s1", by="eva")


def deal(store: Store, name: str, rater: str) -> Assignment:
    new = Assignment(
        id=new_id(), item_id=name, rater_id=rater, week=WEEK, position=1, rubric_version=1, at=now(), by="lea"
    )
    store.add(new)
    return new


def later() -> None:
    """Wait for the next millisecond of the clock: what happens within one has no order."""
    at = now()
    while now() == at:
        pass


def revealed(store: Store, name: str, rater: str) -> bool:
    """Submit the assignment that the rater got last, and return whether the vote is marked."""
    held = store.find(Assignment, item_id=name, rater_id=rater)[-1]
    sent = {"kind": "annotation", "submission_id": new_id(), "assignment": held.id, "labels": GOOD}
    assert receive(store, rater, [sent]).rejected == ()
    return store.find(Annotation, assignment_id=held.id)[0].revealed


def test_nobody_asks_themselves_and_a_vote_after_the_first_was_readable_is_marked(store: Store) -> None:
    with pytest.raises(Refused, match="would not be blind"):
        ask_for_a_vote(store, "s1", by="eva", to="eva")
    ask_for_a_vote(store, "s1", by="eva", to="lea")
    assert revealed(store, "s1", "lea"), "she may settle, so she could read what ana said"
    ask_for_a_vote(store, "u1", by="lea", to=add_person(store, "cem", role="annotator", by="lea").id)
    assert not revealed(store, "u1", "cem"), "an annotator could read nothing"


def test_it_is_marked_however_the_item_came_to_somebody_who_settles(store: Store) -> None:
    for name in ("n1", "n2", "n3", "n4"):
        add_item(store, name)
    add_person(store, "cem", role="annotator", by="lea")
    add_person(store, "eva", role="adjudicator", by="lea", scope="orders")
    for rater in ("ana", "eva"):
        deal(store, "n1", rater)
    later()
    assert not revealed(store, "n1", "ana") and not revealed(store, "n1", "eva"), "both got it before anybody voted"
    deal(store, "u2", "cem")
    later()
    redistribute(store, WEEK, rater="cem", to=["eva"], by="lea")
    later()
    assert revealed(store, "u2", "eva")
    skip = {"kind": "skip", "submission_id": new_id(), "assignment": deal(store, "d1", "cem").id}
    assert receive(store, "cem", [{**skip, "reason": NOT_MY_FIELD}]).rejected == ()
    later()
    assert revealed(store, "d1", "eva"), "handed on"
    deal(store, "n2", "ana")
    later()
    assert not revealed(store, "n2", "ana")
    undo = {"kind": "withdraw", "submission_id": new_id(), "withdraws": store.find(Annotation)[-1].submission_id}
    assert receive(store, "ana", [undo]).rejected == ()
    later()
    take_back(store, WEEK, rater="ana", by="lea", reason="ill")
    later()
    deal_again(store, WEEK, to=["eva"], by="lea")
    later()
    assert revealed(store, "n2", "eva"), "dealt again after a vote that was undone"
    for rater in ("ana", "eva"):
        deal(store, "n3", rater)
    later()
    redistribute(store, WEEK, rater="eva", to=["ben"], by="lea")
    later()
    assert not revealed(store, "n3", "ana")
    later()
    redistribute(store, WEEK, rater="ben", to=["eva"], by="lea")
    later()
    assert revealed(store, "n3", "eva"), "she could read it until she got it back"
    for rater in ("ana", "eva"):
        deal(store, "n4", rater)
    later()
    assert not revealed(store, "n4", "ana")
    rubric = current_rubric(store)
    later()
    save_rubric(store, replace(rubric, discussion_names=not rubric.discussion_names), by="lea")
    later()
    requeue(store, WEEK, by="lea", rubric_version=2, items=["n4"])
    later()
    assert not revealed(store, "n4", "eva"), "she had it all the time"


def test_their_field_comes_first_then_who_has_least_to_do() -> None:
    everybody = [Person(id=n, name=n, role=role) for n, role in (("a", "annotator"), ("b", "lead"), ("c", "annotator"))]
    order = in_order(everybody, had={"c"}, able={"b"}, dealt={"b": 9})
    assert [p.id for p in order] == ["b", "a"]
    assert [p.id for p in in_order(everybody, set(), {"a", "b", "c"}, {"a": 2, "c": 1})] == ["c", "a", "b"]


def test_each_filter_narrows_and_a_value_of_a_set_stands_alone() -> None:
    common = {"conversation_id": "c", "question": "?", "votes": 1, "reason": ""}
    one = Candidate(item_id="1", week="W1", labels={"reasons": ("slow", "rude")}, rule="single", **common)  # type: ignore[arg-type]
    two = Candidate(item_id="2", week="W2", labels={"tone": "rude"}, rule="unanimous", scenario="orders", **common)  # type: ignore[arg-type]
    assert narrowed([one, two], Narrowing()) == [one, two]
    assert narrowed([one, two], Narrowing(labels=["reasons: rude"])) == [one]
    assert narrowed([one, two], Narrowing(weeks=["W2"])) == [two]
    assert narrowed([one, two], Narrowing(scenarios=["none"])) == [one]
    assert narrowed([one, two], Narrowing(rules=["unanimous"], scenarios=["orders"])) == [two]
    assert narrowed([one, two], Narrowing(rules=["unanimous"], weeks=["W1"])) == []
