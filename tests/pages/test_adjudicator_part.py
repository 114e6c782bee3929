"""What the server does with whatever an adjudicator's browser sends, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from adjudicate_app import DISPUTED, RIGHT, build_voted_store
from annotate_app import WEEK

from pages.parts.desk import adjudicator
from pages.parts.desk.outbox import Answer, read_outbox
from review.golden.examples import current_examples
from review.settling.case_batch import case_batch
from storage.records_people import Role
from storage.records_review import Adjudication
from storage.store import Store


@pytest.fixture
def voted(tmp_path: Path) -> Store:
    return build_voted_store(tmp_path / "s.db")


def outbox(*entries: Any, rater: str | None = "mia") -> dict[str, Any]:
    return {"rater": rater, "sequence": 1, "have": [], "entries": list(entries)}


def decision(number: int, item: str = DISPUTED[0], **fields: Any) -> dict[str, Any]:
    identity = f"00000000-0000-4000-8000-{number:012d}"
    return {"submission_id": identity, "kind": "decision", "assignment": item, "labels": RIGHT} | fields


def handle(store: Store, rater: str, state: Any) -> Answer:
    """What the server answers to a component's state."""
    return adjudicator.handle(store, rater, read_outbox(state, rater).entries)


def test_a_disagreement_is_settled_and_approved_in_one_step(voted: Store) -> None:
    sent = outbox(decision(1, rationale="The policy says so.", approve=True))
    answer = handle(voted, "mia", sent)
    assert (answer["ack"], answer["rejected"], answer["trouble"]) == ([decision(1)["submission_id"]], [], None)
    (made,) = voted.find(Adjudication)
    assert (made.labels, made.adjudicator, made.rationale) == (RIGHT, "mia", "The policy says so.")
    (example,) = current_examples(voted)
    assert example.adjudication_id == made.id
    assert handle(voted, "mia", sent) == answer
    assert len(voted.find(Adjudication)) == 1


def test_a_disagreement_without_a_reason_is_refused(voted: Store) -> None:
    answer = handle(voted, "mia", outbox(decision(1)))
    ((submission, why),) = answer["rejected"]
    assert submission == decision(1)["submission_id"]
    assert "rationale" in why
    assert voted.find(Adjudication) == []


def test_the_role_is_read_on_every_write(voted: Store) -> None:
    assert handle(voted, "mia", outbox(decision(1, reason="slip")))["ack"]
    voted.add(Role(id="taken-mia", rater_id="mia", role="annotator", at="2026-11-17T08:00:00Z", by="lea"))
    answer = handle(voted, "mia", outbox(decision(2, DISPUTED[1], reason="slip")))
    assert answer["ack"] == []
    assert "needs the role adjudicator" in answer["trouble"]


def test_an_outbox_made_for_another_person_is_ignored(voted: Store) -> None:
    answer = handle(voted, "olaf", outbox(decision(1, reason="slip")))
    assert answer == {"ack": [], "rejected": [], "trouble": None}


def test_a_store_that_cannot_be_written_keeps_the_browser_waiting(voted: Store) -> None:
    voted.db.conn.execute("PRAGMA query_only = ON")
    answer = handle(voted, "mia", outbox(decision(1, reason="slip")))
    assert (answer["ack"], answer["rejected"]) == ([], [])
    assert answer["trouble"]


@pytest.mark.parametrize("sent", [None, 3, [], {"entries": 3}, {"entries": [None, [], {}]}])
def test_nothing_that_a_browser_can_send_raises(voted: Store, sent: Any) -> None:
    assert handle(voted, "mia", sent)["ack"] == []


def test_the_answer_and_the_batch_can_be_sent_as_json(voted: Store) -> None:
    payload = case_batch(voted, "mia", week=WEEK)
    data = {**payload, **handle(voted, "mia", outbox())}
    assert orjson.loads(orjson.dumps(data)).keys() == data.keys()
    assert not {"ack", "rejected", "trouble", "open"} & payload.keys()
