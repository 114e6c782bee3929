"""A store of two real weeks in whose every text stands what a test chooses: markup that would run, or words to find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from review.annotating.submissions import receive
from review.audit.store_secrets import hmac_key
from review.basics.clock import now
from review.basics.log_paths import log_of
from review.closing.closing import close_week
from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.releases import release
from review.people.people import add_person
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import project_of
from review.settling.adjudication import adjudicate
from review.sources.importing import import_file
from review.week.drawing import Request
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_log import Import
from storage.records_review import Verdict
from storage.records_weeks import Assignment, Item
from storage.store import Store

CLOSED, OPEN = "2026-W45", "2026-W46"
DAYS = {CLOSED: "2026-11-04", OPEN: "2026-11-11"}
ORIGINAL = "seven.canaries@hidden.example.org"
"""What was masked on import; the original is kept apart."""
SIZE = 6
SCORES = {CLOSED: 0.25, OPEN: 0.7531902468}
"""What judges give every item of a week."""

Plant = Callable[[str], str]
"""Gives the text for one field, by its name."""


def attacked_store(folder: Path, plant: Plant) -> Store:
    """Two weeks of six conversations each, one closed and settled, one open.

    Lea leads, Eva adjudicates, Ana and Ben and somebody with a planted name annotate. In the open week Ben has
    reviewed everything and Ana owes everything; the closed one is Ben's and the third one's.
    """
    store = open_store(folder / "spotcheck.db")
    for name, role in (("lea", "lead"), ("eva", "adjudicator"), ("ana", "annotator"), ("ben", "annotator")):
        add_person(store, name, role=role, by="test")
    third = add_person(store, plant("rater name")[:78], role="annotator", by="lea").id
    save_rubric(store, rubric_from(rubric(plant)), by="lea", note=plant("rubric note"))
    log = folder / "log.jsonl"
    rows = [record(plant, week, k) for week in DAYS for k in range(SIZE)]
    log.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    project = project_of(store.path)
    store.add(import_file(log, log=log_of(store.path), key=hmac_key(store), by="lea"))
    rejections = ({"line": 1, "reason": plant("rejection"), "value": plant("rejected value")},)
    store.add(
        Import(
            id="i",
            at=now(),
            by="lea",
            file=plant("file name"),
            format="jsonl",
            source="production",
            read=1,
            added=0,
            duplicate=0,
            changed=0,
            rejected=1,
            undated=0,
            rejections=rejections,
        )
    )
    for week, raters in ((CLOSED, ("ben", third)), (OPEN, ("ana", "ben"))):
        open_week(store, project, Request(week=week, rate=1.0, raters=raters, overlap=1.0), by="lea")
        judged(store, plant, week)
    for rater in ("ben", third):
        reviewed(store, plant, CLOSED, rater, differ=rater != "ben")
    reviewed(store, plant, OPEN, "ben")
    settled(store, plant)
    return store


def rubric(plant: Plant) -> dict[str, Any]:
    """Two scales of words, one of numbers; titles, guidance and values are planted."""
    return {
        "reveal": False,
        "dimensions": [
            {
                "name": "correctness",
                "title": plant("title"),
                "scale": "ordinal",
                "values": ["wrong", "partly", "correct"],
                "positive": "wrong",
                "guidance": plant("guidance"),
                "value_guidance": {"wrong": plant("value guidance")},
            },
            {"name": "topic", "scale": "nominal", "values": ["plain", plant("value")], "required": False},
            {"name": "effort", "scale": "interval", "required": False},
            {"name": plant("dimension"), "scale": "nominal", "values": ["a", "b"], "required": False, "positive": "a"},
        ],
    }


def record(plant: Plant, week: str, k: int) -> dict[str, Any]:
    """One conversation as a product logs it."""
    text = f"Conversation {k} of {week}. Write to {ORIGINAL}. "
    return {
        "id": f"{week}-{k} {plant('id')}"[:200],
        "created_at": f"{DAYS[week]}T10:0{k}:00Z",
        "messages": [
            {"role": "user", "content": text + plant("question")},
            {"role": "assistant", "content": plant("earlier answer")},
            {"role": "tool", "name": plant("tool name"), "content": plant("tool")},
            {"role": "user", "content": plant("second question")},
            {"role": "assistant", "content": plant("answer")},
        ],
        "context": [plant("context")],
        "steps": [{"name": plant("step name"), "output": plant("step")}],
        "sql": f"SELECT '{plant('sql')}' -- {plant('sql comment')}",
        "result": [{plant("column"): plant("cell")}],
        "status": "error" if k == 0 else "ok",
        "error_type": plant("error type"),
        "error_message": plant("error"),
        "scenario": plant("scenario"),
        "model": plant("model"),
        "prompt_version": plant("prompt version"),
        "tags": [plant("tag")],
        "feedback": "down",
        "confidence": 0.2,
    }


def judged(store: Store, plant: Plant, week: str) -> None:
    """Two judges on every item of a week, one with a planted name."""
    for item in store.find(Item, week=week):
        for judge, value in ((plant("judge")[:60], "wrong"), ("plain-judge", "correct")):
            store.add(
                Verdict(
                    id=uuid4().hex,
                    item_id=item.id,
                    judge=judge,
                    version="v1",
                    dimension="correctness",
                    value=value,
                    at=now(),
                    score=SCORES[week],
                    rationale=plant("rationale"),
                    raw=plant("raw"),
                    error=plant("verdict error"),
                )
            )


def reviewed(store: Store, plant: Plant, week: str, rater: str, *, differ: bool = False) -> None:
    """Everything that a rater holds, with words beside the labels; every other label differs on demand."""
    for k, held in enumerate(store.find(Assignment, week=week, rater_id=rater, order_by="position")):
        value = "correct" if differ and k % 2 else "wrong"
        entry = {
            "kind": "annotation",
            "submission_id": uuid4().hex,
            "assignment": held.id,
            "labels": {"correctness": value, "topic": plant("value"), "effort": "4815162342"},
            "comment": plant("comment"),
            "corrected_answer": plant("corrected answer"),
            "seconds": 20,
        }
        flag = {"kind": "flag", "submission_id": uuid4().hex, "assignment": held.id, "flag": "other"}
        receipt = receive(store, rater, [entry, {**flag, "comment": plant("flag")}])
        assert receipt.rejected == (), receipt.rejected


def settled(store: Store, plant: Plant) -> None:
    """The closed week's items are settled, some approved and released; the week closes with a planted reason."""
    items = [i.id for i in store.find(Item, week=CLOSED)]
    for item in items:
        adjudicate(
            store,
            item,
            by="eva",
            labels={"correctness": "correct", "topic": plant("value"), "effort": "1"},
            rationale=plant("adjudication"),
            reason="slip",
            corrected_answer=plant("settled answer"),
            reference_sql=f"SELECT '{plant('reference sql')}'",
        )
    for item in items[:3]:
        approve(store, item, Wish(tags=(plant("golden tag"),), must_pass=True), by="eva", note=plant("golden note"))
    release(store, "first", by="eva", notes=plant("release notes"))
    approve(
        store, items[0], Wish(expected_answer=f"{plant('expected answer')} again"), by="eva", note=plant("golden note")
    )
    release(store, "second", by="eva", notes=plant("release notes"))
    close_week(store, CLOSED, by="lea", reason=plant("closing reason"))
