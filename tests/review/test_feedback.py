"""What a reviewer sees after the week: only their own items, only what is settled, never what they still owe."""

from __future__ import annotations

import pytest

from review.annotating.feedback import differences
from review.annotating.submissions import receive
from review.basics.errors import UnknownError
from review.closing.closing import close_week
from review.current.assignments import owed_items
from review.current.settled import annotations_of, current_adjudications
from review.people.people import add_person
from review.privacy.hidden_spans import hide_span
from review.rubric.rubric import rubric_from, save_rubric
from review.settling.adjudication import adjudicate
from review.week.requeue import requeue
from storage.records_log import Conversation
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store


@pytest.fixture
def weeks(demo: Store) -> tuple[str, str]:
    """The closed week and the open one."""
    closed, opened = sorted(w.name for w in demo.find(Week))
    return closed, opened


def test_each_reviewer_sees_exactly_where_the_settled_label_is_another(demo: Store, weeks: tuple[str, str]) -> None:
    finals = current_adjudications(demo, [weeks[0]])
    mine = {n.item_id: n for n in annotations_of(demo, [weeks[0]]) if n.rater_id == "tom"}
    expected = {
        (item, dimension)
        for item, n in mine.items()
        if item in finals
        for dimension, value in finals[item].labels.items()
        if n.labels.get(dimension) != value
    }
    found = [d for d in differences(demo, weeks[0], "tom") if d.rule == "adjudicated"]
    assert expected and {(d.item, d.dimension) for d in found} == expected
    assert all(finals[d.item].rationale in d.rationale and finals[d.item].reason in d.rationale for d in found)
    assert {d.conversation for d in found} == {i.conversation_id for i in demo.find(Item, id=[d.item for d in found])}


def test_a_person_who_reviewed_nothing_differs_nowhere(demo: Store, weeks: tuple[str, str]) -> None:
    assert differences(demo, weeks[0], "mara") == []


def test_a_majority_that_nobody_settled_waits_for_the_end_of_the_week(demo: Store, weeks: tuple[str, str]) -> None:
    assert differences(demo, weeks[1], "tom") == []
    close_week(demo, weeks[1], by="visitor", reason="early")
    found = differences(demo, weeks[1], "tom")
    assert {d.rule for d in found} <= {"plurality"}
    for d in found:
        assert d.votes[d.settled] == max(d.votes.values()) and d.settled != d.yours


def test_nothing_is_told_of_items_that_are_still_owed(demo: Store, weeks: tuple[str, str]) -> None:
    close_week(demo, weeks[1], by="visitor", reason="early")
    for rater in ("ana", "ben", "eva", "visitor"):
        owed = owed_items(demo, rater)
        assert not owed & {d.item for d in differences(demo, weeks[1], rater)}


def test_the_rationale_keeps_hidden_spans_hidden(demo: Store, weeks: tuple[str, str]) -> None:
    first = next(d for d in differences(demo, weeks[0], "tom") if d.rule == "adjudicated")
    conversation = demo.get(Conversation, first.conversation)
    assert conversation is not None
    word = max(conversation.question.split(), key=len)
    labels = current_adjudications(demo, [weeks[0]])[first.item].labels
    adjudicate(demo, first.item, by="mara", labels=labels, rationale=f"They wrote {word}.")
    before = next(d for d in differences(demo, weeks[0], "tom") if d.item == first.item)
    assert before.rationale == f"They wrote {word}."
    hide_span(demo, first.conversation, word, by="visitor")
    again = next(d for d in differences(demo, weeks[0], "tom") if d.item == first.item)
    assert again.rationale == "They wrote [HIDDEN_1]."


def test_a_reason_given_under_an_older_rubric_version_is_not_told_of_what_was_asked_again(
    demo: Store, weeks: tuple[str, str]
) -> None:
    week = weeks[1]
    rows = annotations_of(demo, [week])
    voters = {item: [n.rater_id for n in rows if n.item_id == item] for item in {n.item_id for n in rows}}
    item = next(i for i, names in sorted(voters.items()) if len(names) >= 3)
    labels = next(n for n in rows if n.item_id == item).labels
    adjudicate(demo, item, by="mara", labels=labels, rationale="An OLD reason.")
    version = save_rubric(demo, rubric_from({"dimensions": [{"name": "good", "values": ["no", "yes"]}]}), by="visitor")
    requeue(demo, week, by="visitor", items=[item])
    again = demo.find(Assignment, item_id=item, rubric_version=version.version)
    for a, value in zip(again, ("no", *["yes"] * len(again)), strict=False):
        sent = {"kind": "annotation", "submission_id": f"again-{a.rater_id}-1", "assignment": a.id}
        assert receive(demo, a.rater_id, [{**sent, "labels": {"good": value}}]).rejected == ()
    close_week(demo, week, by="visitor", reason="early")
    (told,) = [d for d in differences(demo, week, again[0].rater_id) if d.item == item]
    assert (told.yours, told.settled, told.rule, told.rationale) == ("no", "yes", "plurality", "")


def test_an_unknown_person_is_named(demo: Store, weeks: tuple[str, str]) -> None:
    with pytest.raises(UnknownError, match="nobody called 'zoe'"):
        differences(demo, weeks[0], "zoe")
    add_person(demo, "zoe", role="annotator", by="visitor")
    assert differences(demo, weeks[0], "zoe") == []
