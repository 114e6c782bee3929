"""One more vote for an item that somebody picks by hand: who is asked, and who never is."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden_store import GOOD, WEEK, reviewed_store

from review.annotating.submissions import receive
from review.basics.errors import NothingToDo, Refused, UnknownError
from review.closing.closing import close_week
from review.current.assignments import owed_items
from review.golden.candidates import Candidate, Narrowing, candidates, narrowed
from review.people.people import Person
from review.week.second_vote import ask_for_a_vote, in_order, second_vote_of
from storage.records_people import AuditEntry
from storage.records_review import Assignment, Item
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return reviewed_store(tmp_path)


def item(store: Store, name: str) -> Item:
    return store.find(Item, id=name)[0]


def test_the_reviewer_who_never_had_the_item_gets_it_blind(store: Store) -> None:
    free, why = second_vote_of(store, item(store, "s1"))
    assert ([p.id for p in free], why) == (["ben"], "")
    assert ask_for_a_vote(store, "s1", by="eva").id == "ben"
    assert "s1" in owed_items(store, "ben"), "so no page shows ben what ana said"
    assert [e.subject for e in store.find(AuditEntry, action="ask for a vote")] == ["s1"]
    assert second_vote_of(store, item(store, "s1")) == ([], "Waits for a vote of ben.")
    with pytest.raises(NothingToDo, match="already waits for a vote of ben"):
        ask_for_a_vote(store, "s1", by="eva")
    (new,) = store.find(Assignment, item_id="s1", rater_id="ben")
    sent = {"kind": "annotation", "submission_id": "0" * 32, "assignment": new.id, "labels": GOOD}
    assert receive(store, "ben", [sent]).rejected == ()
    (one,) = [c for c in candidates(store, [WEEK]) if c.item_id == "s1"]
    assert (one.rule, one.votes) == ("unanimous", 2)


def test_nobody_is_asked_twice_nor_after_the_end(store: Store) -> None:
    with pytest.raises(NothingToDo, match="everybody who reviews"):
        ask_for_a_vote(store, "u1", by="eva")
    with pytest.raises(Refused, match="ana holds, reviewed or skipped"):
        ask_for_a_vote(store, "s1", by="eva", to="ana")
    assert ask_for_a_vote(store, "u1", by="eva", to="lea").id == "lea", "somebody else of the house, if named"
    with pytest.raises(UnknownError):
        ask_for_a_vote(store, "none", by="eva")
    close_week(store, WEEK, by="lea", reason="holidays")
    assert second_vote_of(store, item(store, "s1"))[1] == f"{WEEK} is closed, so nobody can be asked for another vote."
    with pytest.raises(Refused, match="closed"):
        ask_for_a_vote(store, "s1", by="eva")


def test_their_field_comes_first_then_who_has_least_to_do() -> None:
    everybody = [Person(id=n, name=n, role=role) for n, role in (("a", "annotator"), ("b", "lead"), ("c", "annotator"))]
    order = in_order(everybody, had={"c"}, able={"b"}, dealt={"b": 9})
    assert [p.id for p in order] == ["b", "a"]
    assert [p.id for p in in_order(everybody, set(), {"a", "b", "c"}, {"a": 2, "c": 1})] == ["b", "c", "a"]


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
