"""Calibration sessions: blind answers, votes that appear together, decisions, and what they leave in the rubric."""

from __future__ import annotations

from pathlib import Path

import pytest
from adjudicate_app import DISPUTED, OWED, RIGHT, UNANIMOUS, WRONG, build_voted_store, vote
from annotate_app import WEEK

from review.annotating.submissions import receive
from review.audit.verifying import check_store
from review.basics.errors import InputError, NothingToDo, Refused, ReviewError, UnknownError
from review.closing.closing import close_week
from review.current.assignments import owed_items
from review.current.settled import annotations_of, settled_labels
from review.evidence.evidence import ratings_by_dimension
from review.people.people import add_person
from review.privacy.hidden_spans import hide_span
from review.rubric.rubric import current_rubric
from review.settling.adjudication import cases
from review.settling.calibration import session_item, session_of, sessions
from review.settling.calibration_steps import Learned, answer, decide, end_session, reveal, start_session
from review.settling.discussion import discussion
from review.settling.questions import answer_question, questions
from storage.records_calibration import CalibrationReveal, CalibrationSession, CalibrationVote
from storage.records_review import Adjudication, Annotation
from storage.store import Store

ITEM, OTHER = DISPUTED[0], DISPUTED[1]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Noa has reviewed two items too, so nobody still has to review these."""
    store = build_voted_store(tmp_path / "s.db")
    store.add(vote(ITEM, "noa", RIGHT), vote(OTHER, "noa", RIGHT))
    return store


@pytest.fixture
def session(store: Store) -> CalibrationSession:
    return start_session(store, WEEK, [ITEM, OTHER, ITEM], ["zelda", "quentin", "noa"], by="lea")


def test_only_a_lead_starts_a_session_with_items_that_nobody_owes(store: Store) -> None:
    with pytest.raises(Refused, match="role lead"):
        start_session(store, WEEK, [ITEM], ["zelda", "noa"], by="mia")
    with pytest.raises(Refused, match="still waits for a review"):
        start_session(store, WEEK, [OWED], ["zelda", "noa"], by="lea")
    for items, people in (([], ["zelda", "noa"]), ([ITEM], ["zelda"]), (["nothing"], ["zelda", "noa"])):
        with pytest.raises(InputError):
            start_session(store, WEEK, items, people, by="lea")
    with pytest.raises(Refused):
        start_session(store, WEEK, [ITEM], ["zelda", "nobody"], by="lea")
    assert store.find(CalibrationSession) == []
    close_week(store, WEEK, by="lea", reason="early")
    assert start_session(store, WEEK, [OWED, *UNANIMOUS], ["zelda", "noa"], by="lea").items == (OWED, *UNANIMOUS)


def test_votes_are_blind_until_everybody_has_voted(store: Store, session: CalibrationSession) -> None:
    answer(store, session.id, ITEM, WRONG, by="zelda", comment="Late.")
    answer(store, session.id, ITEM, RIGHT, by="zelda")
    for viewer in ("quentin", "noa", "lea"):
        seen = session_item(store, session.id, ITEM, viewer=viewer)
        assert (seen.voted, seen.votes, seen.own, seen.revealed) == (("Zelda",), (), None, False)
        assert seen.waiting == ("Quentin", "Noa")
    own = session_item(store, session.id, ITEM, viewer="zelda").own
    assert own is not None and own.labels == RIGHT
    answer(store, session.id, ITEM, WRONG, by="quentin")
    answer(store, session.id, ITEM, WRONG, by="noa")
    seen = session_item(store, session.id, ITEM, viewer="zelda")
    assert seen.revealed and [v.who for v in seen.votes] == ["Reviewer A", "Reviewer B", "Reviewer C"]
    assert sorted(v.said.labels["correctness"] for v in seen.votes) == ["correct", "wrong", "wrong"]
    with pytest.raises(Refused, match="visible already"):
        answer(store, session.id, ITEM, WRONG, by="zelda")
    assert not session_item(store, session.id, OTHER, viewer="zelda").revealed


def test_a_lead_shows_the_votes_earlier_and_only_a_lead(store: Store, session: CalibrationSession) -> None:
    answer(store, session.id, ITEM, WRONG, by="zelda")
    with pytest.raises(Refused, match="role lead"):
        reveal(store, session.id, ITEM, by="zelda")
    reveal(store, session.id, ITEM, by="lea")
    assert len(session_item(store, session.id, ITEM, viewer="noa").votes) == 1
    with pytest.raises(NothingToDo):
        reveal(store, session.id, ITEM, by="lea")


def test_a_lead_writes_down_answers_on_a_shared_screen(store: Store, session: CalibrationSession) -> None:
    for rater in session.raters:
        answer(store, session.id, ITEM, RIGHT, by="lea", rater=rater)
    assert {v.by for v in store.find(CalibrationVote)} == {"lea"}
    assert session_item(store, session.id, ITEM, viewer="lea").revealed
    with pytest.raises(Refused, match="role lead"):
        answer(store, session.id, OTHER, RIGHT, by="zelda", rater="noa")
    with pytest.raises(Refused, match="do not take part"):
        answer(store, session.id, OTHER, RIGHT, by="lea")


def test_strangers_and_wrong_answers_are_refused(store: Store, session: CalibrationSession) -> None:
    add_person(store, "Kim", role="annotator", by="lea")
    assert sessions(store, WEEK, viewer="kim") == []
    for verb in (
        lambda: session_item(store, session.id, ITEM, viewer="kim"),
        lambda: answer(store, session.id, ITEM, RIGHT, by="kim"),
        lambda: session_of(store, session.id, viewer="nobody"),
    ):
        with pytest.raises(Refused):
            verb()
    with pytest.raises(UnknownError):
        session_item(store, "nothing", ITEM, viewer="lea")
    with pytest.raises(UnknownError):
        session_item(store, session.id, OWED, viewer="lea")
    for item, labels in ((ITEM, {"correctness": "green"}), (ITEM, {}), (OWED, RIGHT)):
        with pytest.raises(InputError):
            answer(store, session.id, item, labels, by="zelda")
    assert store.find(CalibrationVote) == []


def test_a_vote_that_is_sent_twice_is_written_once(store: Store, session: CalibrationSession) -> None:
    for _ in range(2):
        answer(store, session.id, ITEM, RIGHT, by="zelda", vote_id="vote-1")
    assert len(store.find(CalibrationVote)) == 1
    with pytest.raises(Refused, match="somebody else used it"):
        answer(store, session.id, ITEM, RIGHT, by="noa", vote_id="vote-1")


def test_items_of_a_session_are_hidden_everywhere_until_their_votes_appear(
    store: Store, session: CalibrationSession
) -> None:
    assert {ITEM, OTHER} <= owed_items(store, "zelda") and not owed_items(store, "mia") & {ITEM, OTHER}
    assert ITEM not in {c.item.id for c in cases(store, WEEK, viewer="noa")}
    with pytest.raises(Refused, match="in a calibration session"):
        discussion(store, ITEM, viewer="zelda")
    reveal(store, session.id, ITEM, by="lea")
    assert discussion(store, ITEM, viewer="zelda").votes and OTHER in owed_items(store, "zelda")
    end_session(store, session.id, by="lea")
    assert not owed_items(store, "zelda") & {ITEM, OTHER}


def test_a_session_counts_in_no_figure(store: Store, session: CalibrationSession) -> None:
    def figures() -> tuple[object, ...]:
        ratings = ratings_by_dimension(store, [WEEK], viewer=None)
        return annotations_of(store, [WEEK]), settled_labels(store, [WEEK]), {n: len(r) for n, r in ratings.items()}

    before = figures()
    for rater in session.raters:
        answer(store, session.id, ITEM, WRONG, by=rater)
    decide(store, session.id, ITEM, WRONG, by="lea", rationale="It was late.")
    assert figures() == before and store.find(Adjudication) == []
    assert check_store(store).holds


def test_after_a_reveal_no_vote_of_the_week_changes(store: Store, session: CalibrationSession) -> None:
    reveal(store, session.id, ITEM, by="lea")
    entry = {"kind": "annotation", "submission_id": "again-001", "assignment": "zelda-0000", "labels": RIGHT}
    ((_, why),) = receive(store, "zelda", [entry]).rejected
    assert "its votes stay as they are" in why
    undo = {"kind": "withdraw", "submission_id": "undo-0001", "withdraws": "00000-ballot"}
    assert receive(store, "zelda", [undo]).rejected
    assert len(store.find(Annotation, item_id=ITEM, rater_id="zelda")) == 1


def test_a_decision_comes_after_the_votes_and_settles_only_when_asked(
    store: Store, session: CalibrationSession
) -> None:
    with pytest.raises(Refused, match="are hidden"):
        decide(store, session.id, ITEM, RIGHT, by="lea")
    reveal(store, session.id, ITEM, by="lea")
    with pytest.raises(Refused, match="role lead"):
        decide(store, session.id, ITEM, RIGHT, by="mia")
    made = decide(store, session.id, ITEM, RIGHT, by="lea", rationale="On time.", settles=True)
    (final,) = store.find(Adjudication)
    assert (final.id, final.labels, final.rationale) == (made.adjudication_id, RIGHT, "On time.")
    again = decide(store, session.id, ITEM, WRONG, by="lea")
    seen = session_item(store, session.id, ITEM, viewer="noa").decision
    assert seen == again and seen is not None and seen.adjudication_id is None


def test_a_sentence_becomes_an_open_question(store: Store, session: CalibrationSession) -> None:
    reveal(store, session.id, ITEM, by="lea")
    learned = Learned(dimension="correctness", value="partly", sentence="Is late partly?", kept="question")
    made = decide(store, session.id, ITEM, RIGHT, by="lea", learned=learned)
    (found,) = questions(store, viewer="lea")
    assert (found.id, found.source, found.text, found.value) == (made.id, "calibration", "Is late partly?", "partly")
    assert current_rubric(store).version == 1
    answer_question(store, made.id, "Yes.", by="lea")
    assert questions(store, viewer="lea") == []


def test_guidance_and_an_example_make_a_new_version_at_once(store: Store, session: CalibrationSession) -> None:
    reveal(store, session.id, ITEM, by="lea")
    learned = Learned(
        dimension="correctness",
        value="partly",
        sentence="An answer that is late\nis partly correct.",
        kept="guidance",
        example="Where is my order? It was sent on Tuesday.",
    )
    made = decide(store, session.id, ITEM, RIGHT, by="lea", learned=learned)
    rubric = current_rubric(store)
    assert made.rubric_version == rubric.version == 2
    assert rubric["correctness"].value_guidance["partly"] == (
        "An answer that is late is partly correct. For example: Where is my order? It was sent on Tuesday."
    )
    whole = Learned(dimension="correctness", sentence="Judge the whole answer.", kept="guidance")
    decide(store, session.id, ITEM, RIGHT, by="lea", learned=whole)
    assert current_rubric(store)["correctness"].guidance == "Judge the whole answer."
    assert answer(store, session.id, OTHER, WRONG, by="zelda").labels == WRONG, "still under the version of the session"


@pytest.mark.parametrize(
    "learned",
    [
        Learned(sentence="Which passage?", kept="guidance"),
        Learned(dimension="tone", sentence="Which passage?", kept="question"),
        Learned(dimension="correctness", value="rude", sentence="Which passage?", kept="guidance"),
        Learned(dimension="correctness", example="An example of what?"),
        Learned(dimension="correctness", sentence="What?", kept="nowhere"),
    ],
)
def test_a_sentence_needs_a_passage_and_nothing_is_saved_without(
    store: Store, session: CalibrationSession, learned: Learned
) -> None:
    reveal(store, session.id, ITEM, by="lea")
    with pytest.raises(ReviewError):
        decide(store, session.id, ITEM, RIGHT, by="lea", learned=learned, settles=True)
    assert current_rubric(store).version == 1 and store.find(Adjudication) == []
    assert session_item(store, session.id, ITEM, viewer="lea").decision is None


def test_an_ended_session_takes_nothing_more(store: Store, session: CalibrationSession) -> None:
    with pytest.raises(Refused, match="role lead"):
        end_session(store, session.id, by="zelda")
    end_session(store, session.id, by="lea")
    assert sessions(store, WEEK, viewer="lea") == []
    with pytest.raises(Refused, match="has ended"):
        answer(store, session.id, ITEM, RIGHT, by="zelda")
    with pytest.raises(Refused, match="has ended"):
        end_session(store, session.id, by="lea")
    assert store.find(CalibrationReveal) == [] and check_store(store).holds


def test_hidden_words_stay_hidden_in_a_session(store: Store, session: CalibrationSession) -> None:
    for rater in session.raters:
        answer(store, session.id, ITEM, RIGHT, by=rater, comment="The depot.")
    decide(
        store,
        session.id,
        ITEM,
        RIGHT,
        by="lea",
        rationale="The depot again.",
        learned=Learned(dimension="correctness", sentence="A depot is no address.", kept="question"),
    )
    hide_span(store, "conversation-000", "depot", by="lea")
    seen = session_item(store, session.id, ITEM, viewer="noa")
    assert seen.decision is not None
    assert "depot" not in " ".join(
        [seen.decision.rationale, seen.decision.sentence, *(v.said.comment for v in seen.votes)]
    )
