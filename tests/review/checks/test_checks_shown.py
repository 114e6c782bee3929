"""Reviewers see the findings of the checks, with the evidence, after they submit and never before."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from review.annotating.batch import batch
from review.annotating.findings import AROUND, LONGEST, findings_by_item, shown_findings, text_at
from review.annotating.submissions import receive
from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.checks.catalogue import CHEAP, CHECKS
from review.checks.politeness import JUDGE
from review.people.people import add_person
from review.privacy.hidden_spans import hide_span
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import Project
from review.sources.importing import import_file
from review.week.drawing import Request
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_log import Conversation
from storage.records_review import Verdict
from storage.records_weeks import Assignment, Item
from storage.store import Store

WEEK = "2026-W45"
GOOD = {"correctness": "correct", "intent": "order_status", "politeness": "friendly"}
SORRY = "I am sorry, but I cannot help you with that question."


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "spotcheck.db")
    for name, role in (("lea", "lead"), ("ana", "annotator"), ("ben", "annotator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from({**DEFAULT_RUBRIC, "reveal": True}), by="lea")
    said = [SORRY, "Please wait for it. " * 5, "Your order arrives on Friday, by the evening."]
    rows = [
        {"id": f"c{k}", "created_at": "2026-11-03T10:00:00Z", "question": f"Where is my order {k}?", "answer": answer}
        for k, answer in enumerate(said)
    ]
    file = tmp_path / "log.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    store.add(import_file(file, log=log_of(store.path), key=hmac_key(store), by="lea"))
    request = Request(week=WEEK, rate=1.0, raters=("ana", "ben"), overlap=1.0)
    open_week(store, Project(path=store.path), request, by="lea")
    return store


def submit(store: Store, rater: str, item: str) -> str:
    """Submit one annotation; return its assignment."""
    (mine,) = store.find(Assignment, rater_id=rater, item_id=item)
    entry = {"kind": "annotation", "submission_id": uuid4().hex, "assignment": mine.id, "labels": GOOD}
    assert receive(store, rater, [entry]).rejected == ()
    return mine.id


def test_findings_are_sent_only_for_items_that_the_reviewer_has_submitted(opened: Store) -> None:
    for rater in ("ana", "ben"):
        before = batch(opened, rater, week=WEEK)
        assert before["findings"] == {} and "declines" not in json.dumps(before)
    mine = submit(opened, "ana", "c0")
    after = batch(opened, "ana", week=WEEK)
    assert set(after["findings"]) == {mine}
    first = after["findings"][mine][0]
    assert (first["check"], first["flagged"], first["said"]) == ("refusal", True, "the answer declines")
    (excerpt,) = first["evidence"]
    assert excerpt["marked"] in SORRY and "cannot help" in excerpt["marked"]
    assert excerpt["before"] + excerpt["marked"] + excerpt["after"] == SORRY
    assert orjson.dumps(after) and batch(opened, "ben", week=WEEK)["findings"] == {}


def test_an_undo_withdraws_the_findings(opened: Store) -> None:
    (mine,) = opened.find(Assignment, rater_id="ana", item_id="c0")
    sent = {"kind": "annotation", "submission_id": "sent-1234", "assignment": mine.id, "labels": GOOD}
    receive(opened, "ana", [sent, {"kind": "withdraw", "submission_id": "undo-1234", "withdraws": "sent-1234"}])
    assert batch(opened, "ana", week=WEEK)["findings"] == {}


def test_a_finding_loses_its_evidence_where_words_were_hidden(opened: Store) -> None:
    hide_span(opened, "c0", "cannot help", by="ana")
    first = findings_by_item(opened, ["c0"])["c0"][0]
    assert (first["check"], first["flagged"], first["evidence"]) == ("refusal", True, [])
    assert "cannot help" not in json.dumps(findings_by_item(opened, ["c0"]))


def test_flagged_findings_come_first_and_the_others_show_their_value(opened: Store) -> None:
    shown = {one["check"]: one for one in findings_by_item(opened, ["c2"])["c2"]}
    assert not any(one["flagged"] or one["evidence"] for one in shown.values())
    assert list(shown) == [CHECKS[name].title for name in CHEAP]
    expected = {
        "personal data": "nothing left unmasked",
        "language": "en",
        "length": "45 characters",
        "repetition": "none",
        "refusal": "answered",
    }
    assert {title: shown[title]["said"] for title in expected} == expected
    assert findings_by_item(opened, ["c1"])["c1"][0]["check"] == "repetition"


def test_long_evidence_is_cut_and_a_path_leads_to_its_text() -> None:
    text = "x" * 100 + "y" * 300 + "z" * 100
    spans = [{"field": "messages.0.content", "start": 100, "end": 400, "kind": "far"}]
    found = {"flagged": True, "value": 1, "spans": spans, "note": "far"}
    talk = Conversation(
        id="c",
        source="p",
        source_id="c",
        created_at=None,
        week=WEEK,
        messages=({"role": "assistant", "content": text},),
        checks={"similarity": found},
    )
    (one,) = shown_findings(talk)
    (excerpt,) = one["evidence"]
    assert excerpt["marked"] == "y" * LONGEST + "…"
    assert excerpt["before"] == "…" + "x" * AROUND and excerpt["after"] == "z" * AROUND + "…"
    assert shown_findings(talk, quoting=False)[0]["evidence"] == []
    assert (text_at(talk, "messages.0.content"), text_at(talk, "messages.7.content"), text_at(talk, "sql.x")) == (
        text,
        "",
        "",
    )


def test_the_baseline_judge_judges_every_drawn_item_and_no_other(opened: Store) -> None:
    said = {v.item_id: (v.version, v.dimension, v.value) for v in opened.find(Verdict, judge=JUDGE)}
    assert said == {
        "c0": ("1", "politeness", "neutral"),
        "c1": ("1", "politeness", "neutral"),
        "c2": ("1", "politeness", "neutral"),
    }


def test_a_rubric_without_its_three_values_has_no_baseline(tmp_path: Path) -> None:
    from review.week.items_from_draw import verdicts_in

    talk = Conversation(
        id="c",
        source="p",
        source_id="c",
        created_at=None,
        week=WEEK,
        messages=({"role": "assistant", "content": "That's not my problem."},),
    )
    item = Item(id="c", conversation_id="c", week=WEEK, at="2026-11-09T00:00:00+00:00")
    assert [v.value for v in verdicts_in(talk, item, rubric_from(DEFAULT_RUBRIC))] == ["rude"]
    other = {"name": "politeness", "scale": "ordinal", "values": ["cold", "warm"], "positive": "cold"}
    assert verdicts_in(talk, item, rubric_from({"dimensions": [other]})) == []


def test_one_answer_under_review_has_findings_of_its_own(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    for name, role in (("lea", "lead"), ("ana", "annotator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    turns = [("user", "Where is it?"), ("assistant", SORRY), ("user", "And now?"), ("assistant", "It comes on Friday.")]
    rows = [
        {"id": f"c{k}", "created_at": "2026-11-03", "messages": [{"role": r, "content": t} for r, t in turns]}
        for k in range(12)
    ]
    file = tmp_path / "log.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    store.add(import_file(file, log=log_of(store.path), key=hmac_key(store), by="lea"))
    open_week(store, Project(path=store.path), Request(week=WEEK, rate=1.0, raters=("ana",), unit="turn"), by="lea")
    kept = {c.id: c.checks["refusal"]["flagged"] for c in store.find(Conversation)}
    turn = {i.conversation_id: i.target_turn for i in store.find(Item)}
    assert set(turn.values()) == {1, 3}
    assert kept == {name: turn[name] == 1 for name in kept}
