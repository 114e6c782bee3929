"""Earlier decisions on similar cases, which an adjudicator sees beside a case."""

from __future__ import annotations

from pathlib import Path

import pytest
from adjudicate_app import DISPUTED, OWED, RIGHT, SINGLE, WRONG, build_voted_store, vote
from annotate_app import WEEK

from review.privacy.hidden_spans import conversations, hide_span
from review.settling.adjudication import adjudicate, cases
from review.settling.case_batch import case_batch
from review.settling.similar import SimilarPayload, similar_cases
from storage.records_weeks import Assignment
from storage.store import Store

QUESTIONS = {
    0: ("orders", "Where is my parcel? It should have come on Monday."),
    1: ("orders", "My parcel should have come on Monday, where is it?"),
    2: ("refunds", "Where is my parcel? It should have come on Monday."),
    3: ("orders", "Can I pay by invoice next time?"),
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = build_voted_store(tmp_path / "s.db")
    for k, (scenario, question) in QUESTIONS.items():
        write(store, k, scenario, question)
    return store


def write(store: Store, k: int, scenario: str, question: str) -> None:
    """Give the k-th conversation another scenario and question, before anybody decides anything."""
    said = f'[{{"role": "user", "content": "{question}"}}, {{"role": "assistant", "content": "We look into it."}}]'
    with store.db.conn:
        store.db.conn.execute(
            "UPDATE conversations SET scenario = ?, messages = ? WHERE id = ?",
            [scenario, said, f"conversation-{k:03d}"],
        )


def similar(store: Store, item: str, viewer: str = "mia") -> list[SimilarPayload]:
    (case,) = (c for c in cases(store, WEEK, viewer=viewer) if c.item.id == item)
    talks = conversations(store, [case.item.conversation_id])
    return similar_cases(store, [case], talks, viewer=viewer)[item]


def settled(store: Store, item: str, **fields: str) -> None:
    adjudicate(store, item, by="olaf", labels=RIGHT, **({"reason": "slip"} | fields))


def test_nothing_is_similar_before_anything_is_settled(store: Store) -> None:
    assert similar(store, DISPUTED[0]) == []


def test_the_same_scenario_and_a_near_text_are_similar(store: Store) -> None:
    for item in DISPUTED[1:4]:
        settled(store, item, rationale="The parcel is on time.")
    (found,) = similar(store, DISPUTED[0])
    assert found == {
        "item": DISPUTED[1],
        "week": WEEK,
        "question": QUESTIONS[1][1],
        "labels": {"correctness": "correct"},
        "reason": "slip",
        "rationale": "The parcel is on time.",
    }, "another scenario, and another question in the same one, are not"


def test_a_later_decision_takes_the_place_of_the_earlier_one(store: Store) -> None:
    settled(store, DISPUTED[1])
    settled(store, DISPUTED[1], reason="hard case")
    assert [one["reason"] for one in similar(store, DISPUTED[0])] == ["hard case"]


def test_at_most_three_are_shown_the_nearest_first(store: Store) -> None:
    for k in range(4, 9):
        write(store, k, "orders", QUESTIONS[0][1] + " Please." * (k - 3))
        settled(store, DISPUTED[k])
    assert [one["item"] for one in similar(store, DISPUTED[0])] == [*DISPUTED[4:7]]


def test_an_item_that_the_viewer_owes_is_not_shown(store: Store) -> None:
    write(store, int(OWED[-4:]), "orders", QUESTIONS[0][1])
    store.add(vote(OWED, "zelda", WRONG), vote(OWED, "quentin", RIGHT))
    settled(store, OWED)
    assert [one["item"] for one in similar(store, DISPUTED[0])] == [OWED]
    store.add(
        Assignment(
            id="mia-owes",
            item_id=OWED,
            rater_id="mia",
            week=WEEK,
            rubric_version=1,
            position=1,
            at="2026-11-16T08:00:00Z",
            by="lea",
        )
    )
    assert similar(store, DISPUTED[0]) == []


def test_words_that_were_hidden_are_hidden_here_too(store: Store) -> None:
    settled(store, DISPUTED[1], rationale="He meant Monday.")
    hide_span(store, "conversation-001", "Monday", by="lea")
    (found,) = similar(store, DISPUTED[0])
    assert "Monday" not in str(found)


def test_the_browser_receives_them_with_the_case_and_without_names(store: Store) -> None:
    settled(store, DISPUTED[1])
    (sent,) = (one for one in case_batch(store, "mia", week=WEEK)["items"] if one["assignment"] == DISPUTED[0])
    assert [one["item"] for one in sent["similar"]] == [DISPUTED[1]]
    assert "olaf" not in str(sent["similar"])
    (single,) = (o for o in case_batch(store, "mia", week=WEEK, kind="single")["items"] if o["assignment"] == SINGLE[0])
    assert single["similar"] == []
