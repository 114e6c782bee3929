"""A small real week for tests of the review flow: a log of 400 conversations, four people, one open week."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from review.annotating.submissions import Receipt, receive
from review.audit.store_secrets import hmac_key
from review.basics.clock import now
from review.basics.log_paths import log_of
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import project_of
from review.sources.importing import import_file
from review.week.drawing import Request
from review.week.opening import open_week
from storage.queries.assignments import OPEN_SQL
from storage.records_people import Role
from storage.records_weeks import Assignment
from storage.store import Store

WEEK = "2026-W45"
BEFORE = "2026-W44"
SIZE = 400
RATERS = ("ana", "ben", "eva")
REQUEST = Request(week=WEEK, rate=0.05, raters=RATERS, overlap=0.3, failing=8, low_confidence=5)
GOOD = {"correctness": "correct", "intent": "order_status", "politeness": "friendly"}
BAD = {"correctness": "wrong", "reasons": ["wrong_fact"], "intent": "order_status", "politeness": "neutral"}

FAILING = {f"c{i:03d}" for i in range(0, SIZE, 40)}
"""Ten: every fortieth has status error."""
DOUBTFUL = {f"c{i:03d}" for i in range(7, SIZE, 25)}
"""Sixteen: confidence .3, and none of them fails."""

MARKS = ("JUDGE-MARK", "MODEL-MARK", "PROMPT-MARK", "VARIANT-MARK", "TAG-MARK", "SCENARIO-MARK", "META-MARK")
"""Texts in fields of every conversation that no reviewer may receive."""


def conversation(i: int) -> dict[str, Any]:
    """One record of the log: two questions and answers, a query with its result, and what the judge said."""
    verdicts: dict[str, Any] = {"correctness": "wrong" if i % 5 == 0 else "correct", "politeness": "friendly"}
    if i % 3 == 1:
        verdicts = {"correctness": "terrible", "politeness": None, "reasons": "wrong_fact|incomplete"}
    found = {
        "id": f"c{i:03d}",
        "created_at": f"2026-11-{2 + i % 7:02d}T10:{i % 60:02d}:00Z",
        "messages": [
            {"role": "user", "content": f"Hello, this is about order {i}"},
            {"role": "assistant", "content": f"FIRST-ANSWER {i}"},
            {"role": "user", "content": f"Where is order {i}?"},
            {"role": "assistant", "content": f"LAST-ANSWER {i}: it arrives on Friday."},
        ],
        "context": [f"Order {i}: in transit"],
        "steps": [{"tool": "lookup", "output": f"order {i}"}],
        "sql": f"SELECT status FROM orders WHERE id = {i}",
        "result": [{"status": "in transit"}],
        "confidence": 0.3 if i % 25 == 7 else 0.9,
        "model": "MODEL-MARK",
        "prompt_version": "PROMPT-MARK",
        "variant": "VARIANT-MARK",
        "scenario": "SCENARIO-MARK",
        "tags": ["TAG-MARK"],
        "metadata": {"note": "META-MARK"},
        "feedback": "up",
        "latency_ms": 987.5,
        "verdicts": {"JUDGE-MARK": verdicts},
    }
    if i % 40 == 0:
        found |= {"status": "error", "error_type": "Timeout", "error_message": "the tool did not answer"}
    return found


def records() -> list[dict[str, Any]]:
    """The week's 400, and twenty of the week before."""
    earlier = [{**conversation(i), "id": f"b{i}", "created_at": "2026-10-28T08:00:00Z"} for i in range(1, 21)]
    return [conversation(i) for i in range(SIZE)] + earlier


def write_log(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Rows as JSON Lines."""
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return path


def add_people(store: Store) -> None:
    """lea leads, eva adjudicates, ana and ben annotate; the default rubric."""
    for name, role in (("lea", "lead"), ("ana", "annotator"), ("ben", "annotator"), ("eva", "adjudicator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")


def import_rows(store: Store, rows: list[dict[str, Any]], name: str = "log.jsonl") -> None:
    """Import rows into the embedded log of the store."""
    path = write_log(store.path.parent / name, rows)
    store.add(import_file(path, log=log_of(store.path), key=hmac_key(store), by="lea"))


def open_the_week(store: Store, request: Request = REQUEST) -> Any:
    """Open a week as the lead."""
    return open_week(store, project_of(store.path), request, by="lea")


def assignments(store: Store, rater: str, week: str = WEEK) -> list[Assignment]:
    """A rater's assignments in order."""
    return store.find(Assignment, rater_id=rater, week=week, order_by="position")


def open_of(store: Store, rater: str, week: str = WEEK) -> list[Assignment]:
    """What a rater still has to review, in order."""
    return store.select(Assignment, OPEN_SQL, {"week": week, "rater": rater})


def entry(assignment: Assignment | str, labels: Any = None, **more: Any) -> dict[str, Any]:
    """An annotation as the browser sends it."""
    wanted = assignment if isinstance(assignment, str) else assignment.id
    return {
        "kind": "annotation",
        "submission_id": uuid4().hex,
        "assignment": wanted,
        "labels": GOOD if labels is None else labels,
        "seconds": 40,
        **more,
    }


def send(store: Store, rater: str, *entries: Any) -> Receipt:
    """Submit, and expect that everything is taken."""
    receipt = receive(store, rater, list(entries))
    assert receipt.rejected == ()
    return receipt


def refusal(store: Store, rater: str, sent: Any) -> str:
    """Submit one entry that must be refused; returns the sentence."""
    receipt = receive(store, rater, [sent])
    assert receipt.acknowledged == ()
    ((_, sentence),) = receipt.rejected
    return sentence


def take_role(store: Store, rater: str) -> None:
    """Take somebody's role away."""
    store.add(Role(id=uuid4().hex, rater_id=rater, role="", at=now(), by="lea"))


def deal_item(store: Store, item: str, rater: str, *, week: str = WEEK, rubric: int = 1) -> Assignment:
    """One more assignment of an item, to a rater who may not hold it yet."""
    dealt = Assignment(
        id=uuid4().hex, item_id=item, rater_id=rater, week=week, position=999, rubric_version=rubric, at=now(), by="lea"
    )
    store.add(dealt)
    return dealt


def vote(store: Store, item: str, rater: str, labels: Any, *, rubric: int = 1, **more: Any) -> str:
    """Deal the item to the rater where they do not hold it, and submit; returns the submission's id."""
    held = store.find(Assignment, item_id=item, rater_id=rater, rubric_version=rubric)
    sent = entry(held[0] if held else deal_item(store, item, rater, rubric=rubric), labels, **more)
    send(store, rater, sent)
    return sent["submission_id"]
