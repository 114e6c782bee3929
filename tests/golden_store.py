"""A small real store for tests of golden data: four people, one drawn week, items that people have reviewed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from review.annotating.submissions import receive
from review.basics.clock import now
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from storage.opening import open_store
from storage.records_log import Conversation, Draw, Stratum
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

WEEK = "2026-W47"
GOOD = {"correctness": "correct", "intent": "order_status", "politeness": "friendly"}
BAD = {"correctness": "wrong", "reasons": ["wrong_fact"], "intent": "order_status", "politeness": "neutral"}


def new_store(folder: Path, rubric: Mapping[str, Any] = DEFAULT_RUBRIC) -> Store:
    """An empty store with a rubric and four people: ana and ben annotate, eva adjudicates, lea leads."""
    store = open_store(folder / "spotcheck.db")
    for name, role in (("ana", "annotator"), ("ben", "annotator"), ("eva", "adjudicator"), ("lea", "lead")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from(rubric), by="lea")
    return store


def a_week(name: str = WEEK) -> Week:
    """An open week that ana and ben review."""
    return Week(
        name=name,
        opened_at=now(),
        opened_by="lea",
        due="2026-11-27",
        seed="s",
        unit="session",
        overlap=0.2,
        overlap_raters=0,
        raters=("ana", "ben"),
        rubric_version=1,
    )


def open_test_week(store: Store, week: str = WEEK) -> None:
    """A week with one draw: group rest, 2 of 100; group failing, 2 of 4."""
    store.add(
        a_week(week),
        Draw(
            id=f"d-{week}",
            week=week,
            at=now(),
            by="lea",
            source="log",
            seed="s",
            key_rule="md5",
            rate=0.01,
            frame={},
            digest="0",
        ),
        Stratum(
            id=f"s1-{week}", draw_id=f"d-{week}", week=week, name="rest", population=100, sampled=2, probability=0.02
        ),
        Stratum(
            id=f"s2-{week}", draw_id=f"d-{week}", week=week, name="failing", population=4, sampled=2, probability=0.5
        ),
    )


def add_item(store: Store, name: str, *, week: str = WEEK, stratum: str | None = "rest", **fields: Any) -> Item:
    """A conversation of three turns, drawn from ``stratum`` (None: hand-picked)."""
    fields = {
        "messages": (
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hello, how can I help?"},
            {"role": "user", "content": f"Where is my order {name}?"},
            {"role": "assistant", "content": f"Order {name} arrives on Friday."},
        ),
        "scenario": "orders",
        "context": (f"Order {name}: in transit",),
        **fields,
    }
    conversation = Conversation(
        id=name, source="production", source_id=name, created_at="2026-11-18T10:00:00.000+00:00", week=week, **fields
    )
    draw = f"d-{week}" if stratum else None
    item = Item(
        id=name, conversation_id=name, week=week, at=now(), draw_id=draw, stratum=stratum, purposive=stratum is None
    )
    store.add(conversation, item)
    return item


def vote(store: Store, item: str, rater: str, labels: Mapping[str, Any], *, week: str = WEEK, **more: Any) -> str:
    """Deal the item to the rater and submit labels as the browser does."""
    assignment = Assignment(
        id=uuid4().hex, item_id=item, rater_id=rater, week=week, position=1, rubric_version=1, at=now(), by="lea"
    )
    store.add(assignment)
    identity = uuid4().hex
    entry = {"kind": "annotation", "submission_id": identity, "assignment": assignment.id, "labels": labels, **more}
    receipt = receive(store, rater, [entry])
    assert receipt.rejected == ()
    return identity


def reviewed_store(folder: Path) -> Store:
    """Items u1 and h1 (hand-picked): both say correct; u2: both say wrong; d1: they differ; s1: ana alone, correct."""
    store = new_store(folder)
    open_test_week(store)
    sql = (
        "SELECT status, count(*) FROM orders o JOIN users u ON o.user_id = u.id WHERE o.day >= '2026-11-01' GROUP BY 1"
    )
    add_item(store, "u1", sql=sql)
    add_item(store, "u2", stratum="failing")
    add_item(store, "d1", stratum="failing")
    add_item(store, "s1")
    add_item(store, "h1", stratum=None)
    for item, first, second in (("u1", GOOD, GOOD), ("u2", BAD, BAD), ("d1", GOOD, BAD), ("h1", GOOD, GOOD)):
        vote(store, item, "ana", first)
        vote(store, item, "ben", second)
    vote(store, "s1", "ana", GOOD)
    return store


def store_of_two(tmp_path: Path) -> Store:
    """A store with an open week of two items, u1 and u2."""
    store = new_store(tmp_path)
    open_test_week(store)
    for name in ("u1", "u2"):
        add_item(store, name)
    return store
