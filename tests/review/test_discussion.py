"""Discussions of items that everybody has reviewed, and the questions about the rubric that they leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from adjudicate_app import DISPUTED, OWED, RIGHT, SINGLE, WRONG, build_voted_store, vote
from annotate_app import THREE, WEEK

from review.annotating import submissions
from review.annotating.submissions import receive
from review.audit.verifying import check_store
from review.basics.errors import InputError, NothingToDo, Refused, ReviewError
from review.closing.closing import close_week
from review.people.people import add_person
from review.privacy.hidden_spans import hide_span
from review.rubric.as_toml import rubric_from_toml, rubric_toml
from review.rubric.diff import rubric_diff
from review.rubric.rubric import rubric_document, rubric_from, save_rubric
from review.settling.adjudication import adjudicate
from review.settling.discussion import add_comment, discussable, discussion
from review.settling.questions import answer_question, questions
from storage.records_comments import Comment
from storage.records_review import Annotation, Flag
from storage.store import Store

ITEM, OTHER = DISPUTED[0], DISPUTED[1]
NAMED = {**THREE, "discussion_names": True}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Noa is dealt everything: she has reviewed two items, so only these can be discussed."""
    store = build_voted_store(tmp_path / "s.db")
    store.add(vote(ITEM, "noa", RIGHT), vote(OTHER, "noa", RIGHT))
    return store


def test_an_item_is_open_once_everybody_has_reviewed_it(store: Store) -> None:
    assert [one.item_id for one in discussable(store, WEEK, viewer="zelda")] == [ITEM, OTHER]
    with pytest.raises(Refused, match="not everybody who has it has reviewed it"):
        discussion(store, DISPUTED[2], viewer="zelda")
    with pytest.raises(Refused, match="still waits for your own review"):
        discussion(store, OWED, viewer="noa")


def test_a_single_vote_is_not_discussed_and_a_closed_week_opens_the_rest(store: Store) -> None:
    close_week(store, WEEK, by="lea", reason="holidays")
    open_ = {one.item_id for one in discussable(store, WEEK, viewer="mia")}
    assert set(DISPUTED) <= open_ and not open_ & {*SINGLE, OWED}


def test_those_who_voted_and_those_who_settle_take_part(store: Store) -> None:
    for name in ("zelda", "quentin", "noa", "mia", "lea"):
        assert discussion(store, ITEM, viewer=name).item.id == ITEM
    add_person(store, "Kim", role="annotator", by="lea")
    assert discussable(store, WEEK, viewer="kim") == []
    with pytest.raises(Refused, match="by those who reviewed it"):
        add_comment(store, ITEM, "Hello", by="kim")
    with pytest.raises(Refused, match="needs the role annotator"):
        add_comment(store, ITEM, "Hello", by="nobody")
    assert store.find(Comment) == []


def test_comments_have_no_names_unless_the_rubric_shows_them(store: Store) -> None:
    add_comment(store, ITEM, "The date is right.", by="zelda")
    add_comment(store, ITEM, "I checked it.", by="mia")
    found = discussion(store, ITEM, viewer="quentin")
    words = [(one.who, one.text, one.by_you) for one in found.comments]
    (letter,) = (v.who for v in found.votes if v.said.rater_id == "zelda")
    assert words == [(letter, "The date is right.", False), ("Adjudicator", "I checked it.", False)]
    assert letter.startswith("Reviewer ")
    save_rubric(store, rubric_from(NAMED), by="lea")
    found = discussion(store, ITEM, viewer="zelda")
    assert [(one.who, one.by_you) for one in found.comments] == [("Zelda", True), ("Mia", False)]


def test_a_passage_of_the_rubric_is_named_and_checked(store: Store) -> None:
    add_comment(store, ITEM, "Only partly.", by="zelda", dimension="correctness", value="partly")
    assert discussion(store, ITEM, viewer="noa").comments[0].passage == "correctness: partly"
    for wrong in ({"dimension": "tone"}, {"dimension": "correctness", "value": "rude"}, {"value": "partly"}):
        with pytest.raises(InputError):
            add_comment(store, ITEM, "Only partly.", by="zelda", **wrong)
    for text in ("", "   ", "x" * 100_000):
        with pytest.raises(InputError, match="comment: found"):
            add_comment(store, ITEM, text, by="zelda")


def test_a_comment_that_is_sent_twice_is_written_once(store: Store) -> None:
    for _ in range(2):
        add_comment(store, ITEM, "Twice", by="zelda", comment_id="c-1")
    assert len(store.find(Comment)) == 1
    with pytest.raises(Refused, match="somebody else used it"):
        add_comment(store, ITEM, "Mine", by="noa", comment_id="c-1")


def test_votes_stay_as_they_are_once_somebody_has_spoken(store: Store) -> None:
    number = ITEM.removeprefix("item-")
    change = {
        "submission_id": "00000000-0000-4000-8000-000000000001",
        "kind": "annotation",
        "assignment": f"zelda-{number}",
        "labels": RIGHT,
        "rubric_version": 1,
    }
    undo = {
        "submission_id": "00000000-0000-4000-8000-000000000002",
        "kind": "withdraw",
        "withdraws": f"0{number}-ballot",
    }
    add_comment(store, ITEM, "I would say correct.", by="quentin")
    receipt = receive(store, "zelda", [change, undo])
    assert receipt.acknowledged == ()
    assert all("people have discussed this item" in why for _, why in receipt.rejected)
    other = {**change, "assignment": "zelda-0001"}
    assert receive(store, "zelda", [other]).acknowledged, "nobody has spoken about that one"
    assert store.find(Annotation, item_id=ITEM, rater_id="zelda")[-1].labels == WRONG


@pytest.mark.parametrize("undone", [False, True])
def test_a_vote_that_changes_when_the_others_can_be_read_is_not_blind(
    store: Store, undone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = replace(rubric_from(THREE), version=1, reveal=False)
    monkeypatch.setattr(submissions, "rubric_version", lambda store, version: silent)
    number = ITEM.removeprefix("item-")
    change = {
        "submission_id": "00000000-0000-4000-8000-000000000003",
        "kind": "annotation",
        "assignment": f"zelda-{number}",
        "labels": RIGHT,
        "rubric_version": 1,
    }
    undo = {
        "submission_id": "00000000-0000-4000-8000-000000000004",
        "kind": "withdraw",
        "withdraws": f"0{number}-ballot",
    }
    assert not receive(store, "zelda", [undo, change] if undone else [change]).rejected
    assert store.find(Annotation, item_id=ITEM, rater_id="zelda")[-1].revealed


def test_hidden_words_are_hidden_in_comments_and_questions(store: Store) -> None:
    add_comment(store, ITEM, "The depot again?", by="zelda", unclear=True)
    hide_span(store, "conversation-000", "depot", by="lea")
    assert "depot" not in discussion(store, ITEM, viewer="noa").comments[0].text
    assert "depot" not in questions(store, viewer="lea")[0].text


def test_open_questions_come_from_comments_flags_and_decisions(store: Store) -> None:
    add_comment(store, ITEM, "Is this partly?", by="zelda", dimension="correctness", value="partly", unclear=True)
    add_comment(store, ITEM, "I do not mind.", by="zelda")
    flagged = {"item_id": OTHER, "rater_id": "zelda", "at": "2026-11-17T08:00:00Z", "comment": "And this?"}
    store.add(Flag(submission_id="f-1", kind="unclear", **flagged), Flag(submission_id="f-2", kind="other", **flagged))
    adjudicate(store, DISPUTED[2], by="mia", labels=RIGHT, reason="rubric unclear", rationale="Nothing on dates.")
    adjudicate(store, DISPUTED[3], by="mia", labels=RIGHT, reason="slip")
    found = {one.source: (one.text, one.dimension, one.value) for one in questions(store, viewer="lea")}
    assert found == {
        "comment": ("Is this partly?", "correctness", "partly"),
        "flag": ("And this?", "", ""),
        "adjudication": ("Nothing on dates.", "", ""),
    }
    assert {one.source for one in questions(store, viewer="noa")} == {"comment", "flag"}, "she owes the third item"


def test_a_viewer_who_owes_the_item_sees_no_question_about_it(store: Store) -> None:
    adjudicate(store, DISPUTED[2], by="mia", labels=RIGHT, reason="rubric unclear", rationale="Nothing on dates.")
    assert questions(store, viewer="noa") == []


def test_a_lead_closes_a_question_and_it_leaves_the_list(store: Store) -> None:
    comment = add_comment(store, ITEM, "Is this partly?", by="zelda", unclear=True)
    for by, answer in (("mia", "Yes"), ("lea", " ")):
        with pytest.raises(ReviewError):
            answer_question(store, comment.id, answer, by=by)
    answer_question(store, comment.id, "Yes: see the guidance of partly.", by="lea")
    assert questions(store, viewer="lea") == []
    with pytest.raises(NothingToDo, match="is not open"):
        answer_question(store, comment.id, "Again", by="lea")
    assert check_store(store).holds


def test_the_setting_is_part_of_the_rubric_and_changes_no_hash_of_an_old_one() -> None:
    old, named = rubric_from(THREE), rubric_from(NAMED)
    assert "discussion_names" not in rubric_document(old)
    assert rubric_from(rubric_document(named)) == named == rubric_from_toml(rubric_toml(named))
    (change,) = rubric_diff(old, named)
    assert (change.what, change.before, change.after) == ("names in discussions", "hidden", "shown")
    with pytest.raises(InputError, match="discussion_names"):
        rubric_from({**THREE, "discussion_names": "yes"})
