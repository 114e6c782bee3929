"""Marks: what a reviewer says is wrong in an answer. They are checked, kept, and shown to those who settle."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest
from adjudicate_app import DISPUTED, RIGHT, WRONG, build_voted_store
from annotate_app import THREE, WEEK, build_store
from click.testing import CliRunner

from review.annotating.batch import batch
from review.annotating.entries import LIMITS
from review.annotating.marks import answer_of, may_mark, placed, read_marks, source_words
from review.annotating.submissions import receive
from review.audit.verifying import check_store
from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.exchange.label_export import export_labels, marks_left_out
from review.exchange.labels import import_labels, read_labels
from review.golden.approve import approve
from review.golden.provenance import provenance
from review.privacy.hidden_spans import conversations, hide_span
from review.rubric.rubric import rubric_from
from review.settling.adjudication import adjudicate
from review.settling.case_batch import case_batch
from review.settling.discussion import discussion
from storage.records_log import Conversation
from storage.records_review import Annotation
from storage.records_weeks import Item
from storage.store import Store

MESSAGES = (
    {"role": "user", "content": "Where is order 38?"},
    {"role": "assistant", "content": "Sent 📦 on Tuesday. It left the depot, ask jo. It left the depot."},
)
ANSWER = MESSAGES[1]["content"]
ASKED = ANSWER.index("ask jo")


def mark(quote: str, *, at: int = 0, **fields: Any) -> dict[str, Any]:
    start = ANSWER.index(quote, at)
    return {"start": start, "end": start + len(quote), "quote": quote, **fields}


PROVED = mark("It left the depot", at=30, proof="Two to four days.", source="https://example.org/faq", passage=0)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return build_store(
        tmp_path / "s.db", items=3, raters=("ana", "ben"), rubric=THREE, special={0: {"messages": MESSAGES}}
    )


def sent(marks: Any, *, labels: Any = WRONG, name: str = "mark-0001", **fields: Any) -> dict[str, Any]:
    entry = {"kind": "annotation", "submission_id": name, "assignment": "ana-0000", "labels": labels, "seconds": 3}
    return {**entry, "marks": marks, **fields}


def refused(store: Store, entry: Any) -> str:
    receipt = receive(store, "ana", [entry])
    assert not receipt.acknowledged and not store.find(Annotation)
    return receipt.rejected[0][1]


def test_marks_are_kept_with_the_submission_by_place(store: Store) -> None:
    assert receive(store, "ana", [sent([PROVED, mark("📦 on Tuesday")])]).rejected == ()
    (said,) = store.find(Annotation)
    assert said.marks == ({"turn": 1, **mark("📦 on Tuesday")}, {"turn": 1, **PROVED})
    assert said.marks[0]["start"] == 5, "code points, not the two units that JavaScript counts"
    assert check_store(store).holds


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ("all", "expected a list"),
        (["all"], r"marks\[0\]: found str"),
        ([{**PROVED, "start": True}], r"marks\[0\].start"),
        ([{**PROVED, "start": -1}], r"marks\[0\].start"),
        ([{**PROVED, "start": 10**40}], r"marks\[0\].start"),
        ([{**PROVED, "end": PROVED["start"]}], "a start before its end"),
        ([{"quote": "It"}], "a start before its end"),
        ([{**PROVED, "quote": 7}], r"marks\[0\].quote: found int"),
        ([{**PROVED, "quote": "It left the shop."}], "does not stand in the answer"),
        ([{**PROVED, "start": PROVED["start"] + 1, "end": PROVED["end"] + 1}], "does not stand in the answer"),
        ([{**PROVED, "start": 5000, "end": 5017}], "does not stand in the answer"),
        ([{**PROVED, "passage": 1}], "found passage 2, but 1 were retrieved"),
        ([{**PROVED, "proof": "x" * 2001}], r"marks\[0\].proof: found 2,001"),
        ([{**PROVED, "source": "x" * 501}], r"marks\[0\].source: found 501"),
        ([{**PROVED, "proof": "\ud800"}], "not text"),
        ([mark("Sent")] * 11, "found 11, expected at most 10"),
    ],
)
def test_a_mark_that_does_not_fit_is_refused_in_words(store: Store, marks: Any, why: str) -> None:
    assert re.search(why, refused(store, sent(marks)))


def test_an_answer_that_is_fine_has_no_marks(store: Store) -> None:
    assert "say that it is fine" in refused(store, sent([PROVED], labels=RIGHT))
    free = rubric_from({"dimensions": [{"name": "tone", "values": ["warm", "cold"]}]})
    assert may_mark({"tone": "warm"}, free)


def test_a_resubmission_brings_its_own_marks_and_an_undo_the_earlier_ones(store: Store) -> None:
    receive(store, "ana", [sent([PROVED])])
    again = sent([mark("Sent")], name="mark-0002", supersedes="mark-0001")
    assert receive(store, "ana", [again, again]).rejected == ()
    assert [len(n.marks or ()) for n in store.find(Annotation)] == [1, 1]

    def own() -> list[dict[str, Any]]:
        items = batch(store, "ana", week=WEEK, back=["ana-0000"])["items"]
        return next(i for i in items if i["assignment"] == "ana-0000")["mine"]["marks"]  # type: ignore[index, typeddict-item]

    assert [m["quote"] for m in own()] == ["Sent"]
    receive(store, "ana", [{"kind": "withdraw", "submission_id": "undo-0001", "withdraws": "mark-0002"}])
    assert own() == [{k: v for k, v in PROVED.items() if k != "turn"}]


def test_the_payload_does_not_grow_without_marks_and_says_the_limits_once(store: Store) -> None:
    receive(store, "ana", [sent(None)])
    first = batch(store, "ana", week=WEEK, back=["ana-0000"])
    assert '"marks"' not in json.dumps(first["items"])
    assert first["limits"] == LIMITS and {"marks", "mark_quote", "mark_proof", "mark_source"} <= set(LIMITS)


def test_a_mark_is_found_again_when_words_before_it_are_hidden(store: Store) -> None:
    receive(store, "ana", [sent([PROVED])])
    hide_span(store, "conversation-000", "Tuesday", by="lea")
    item = store.get(Item, "item-0000")
    assert item is not None
    shown = conversations(store, ["conversation-000"])["conversation-000"]
    (found,) = placed(store.find(Annotation)[0].marks, item, shown)
    _, text = answer_of(item, shown.messages)
    assert found["start"] == text.rindex("It left") and found["quote"] == "It left the depot"
    old = {**mark("Sent"), "quote": "Sent 📦 on Tuesday"}
    assert placed([{"turn": 1, **old}], item, shown)[0]["start"] is None
    # A browser that has not heard of it yet sends the old place.
    moved = sent([{**PROVED, "start": 41, "end": 58}], name="mark-0003")
    assert receive(store, "ana", [moved]).rejected == ()
    assert (store.find(Annotation)[-1].marks or ({},))[0]["start"] == text.rindex("It left")


def test_hidden_words_are_hidden_in_marks_but_no_place_is(store: Store) -> None:
    receive(store, "ana", [sent([mark("ask jo", proof="jo left")])])
    hide_span(store, "conversation-000", "jo", by="lea")
    assert str(ASKED) in MESSAGES[0]["content"], "a number that is hidden is also the place of a mark"
    hide_span(store, "conversation-000", str(ASKED), by="lea")
    mine = batch(store, "ana", week=WEEK, back=["ana-0000"])["items"]
    text = json.dumps(next(i for i in mine if i["assignment"] == "ana-0000")["mine"])
    assert "jo" not in text.replace("HIDDEN", "") and "[HIDDEN_1] left" in text


def test_no_part_of_a_hidden_word_stays_in_what_a_mark_quotes(tmp_path: Path) -> None:
    store = build_voted_store(tmp_path / "s.db")
    talk = store.get(Conversation, "conversation-000")
    assert talk is not None
    text = conversations(store, [talk.id])[talk.id].answer
    whole = {"start": 0, "end": 5, "quote": text[:5]}
    cut = {"start": 7, "end": 13, "quote": text[7:13], "proof": text[9:14]}
    again = {"kind": "annotation", "submission_id": "marked-01", "assignment": "zelda-0000", "labels": WRONG}
    assert receive(store, "zelda", [{**again, "marks": [whole, cut]}]).rejected == ()
    hide_span(store, talk.id, text[8:20], by="lea")
    hidden = {"quote": "[HIDDEN_1]", "proof": "[HIDDEN_1]"}

    def kept(marks: Any) -> list[dict[str, str]]:
        return [{k: m[k] for k in ("quote", "proof") if k in m} for m in marks]

    expected = [{"quote": text[:5]}, hidden]
    mine = batch(store, "zelda", week=WEEK, back=["zelda-0000"])["items"]
    own = kept(next(i for i in mine if i["assignment"] == "zelda-0000")["mine"]["marks"])  # type: ignore[index, typeddict-item]
    assert own[1]["quote"] == "[HIDDEN_1]"
    votes = next(c for c in case_batch(store, "mia", week=WEEK, kind="disputed")["items"] if c["item"] == DISPUTED[0])
    assert [kept(v["marks"]) for v in votes["votes"] if "marks" in v] == [expected]
    export_labels(store, tmp_path / "labels.jsonl", by="mia")
    rows = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert [kept(r["marks"]) for r in rows if r["marks"]] == [expected] * len(WRONG)
    receive(store, "noa", [{**again, "submission_id": "marked-02", "assignment": "noa-0000", "marks": []}])
    said = [v.said.marks for v in discussion(store, DISPUTED[0], viewer="mia").votes if v.said.marks]
    assert [kept(marks) for marks in said] == [expected]
    adjudicate(store, DISPUTED[0], by="mia", labels=WRONG, reason="slip", corrected_answer="Sent on Monday.")
    found = provenance(store, approve(store, DISPUTED[0], by="mia").example_id)
    assert [kept(v.marks) for v in found.votes if v.marks] == [expected]


def test_what_is_no_mark_reads_as_none() -> None:
    assert read_marks(None) == () == read_marks([])
    with pytest.raises(InputError):
        read_marks({})
    assert source_words({"passage": 1, "source": "the manual"}) == "passage 2, the manual"
    assert source_words({}) == ""


def test_those_who_settle_and_discuss_see_the_marks_and_exports_keep_them(tmp_path: Path) -> None:
    store = build_voted_store(tmp_path / "s.db")
    text = store.find(Item, id=DISPUTED[0]) and conversations(store, ["conversation-000"])["conversation-000"].answer
    quote = text[:9]
    entry = {"start": 0, "end": 9, "quote": quote, "proof": "sent on Monday", "passage": 0}
    again = {
        "kind": "annotation",
        "submission_id": "marked-01",
        "assignment": "zelda-0000",
        "labels": WRONG,
        "marks": [entry],
    }
    assert receive(store, "zelda", [again]).rejected == ()
    cases = case_batch(store, "mia", week=WEEK, kind="disputed")["items"]
    votes = next(c for c in cases if c["item"] == DISPUTED[0])["votes"]
    assert [v["marks"] for v in votes if "marks" in v] == [[entry]]
    assert orjson.dumps(cases).count(b'"marks"') == 1
    export_labels(store, tmp_path / "labels.jsonl", by="mia")
    rows = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert {json.dumps(r["marks"]) for r in rows if r["item"] == DISPUTED[0] and r["rater"] == "Zelda"} == {
        json.dumps([{"turn": 4, **entry}])
    }
    assert marks_left_out(store, tmp_path / "labels.jsonl", wide=False) == ""
    for name, wide in (("labels.csv", False), ("labels.parquet", False), ("wide.jsonl", True)):
        assert marks_left_out(store, tmp_path / name, wide=wide).startswith(
            "1 submission with marks: this file holds no"
        )
    said = CliRunner().invoke(
        spotcheck, ["labels", "export", str(tmp_path / "told.csv"), "--as", "mia", "--store", str(store.path), "--json"]
    )
    assert "holds no marks" in said.stderr and json.loads(said.stdout)["rows"]
    export_labels(store, tmp_path / "labels.csv", by="mia")
    assert "marks" not in (tmp_path / "labels.csv").read_text().splitlines()[0]
    adjudicate(store, DISPUTED[0], by="mia", labels=WRONG, reason="slip", corrected_answer="Sent on Monday.")
    found = provenance(store, approve(store, DISPUTED[0], by="mia").example_id)
    assert [v["marks"][0]["quote"] for v in found.to_json()["votes"] if v["marks"]] == [quote]
    assert asdict(found.votes[0])["marks"] is not None or asdict(found.votes[1])["marks"] is not None


def test_an_export_with_marks_can_be_imported_again(tmp_path: Path, store: Store) -> None:
    receive(store, "ana", [sent([PROVED])])
    export_labels(store, tmp_path / "labels.jsonl", by="lea")
    other = build_store(tmp_path / "other.db", items=3, raters=("ana", "ben"), rubric=THREE)
    assert import_labels(other, read_labels(tmp_path / "labels.jsonl"), by="lea")
    assert [n.labels for n in other.find(Annotation)] == [WRONG]


def test_a_discussion_shows_the_marks(tmp_path: Path) -> None:
    store = build_voted_store(tmp_path / "s.db")
    text = conversations(store, ["conversation-000"])["conversation-000"].answer
    again = {
        "kind": "annotation",
        "submission_id": "marked-01",
        "assignment": "zelda-0000",
        "labels": WRONG,
        "marks": [{"start": 0, "end": 5, "quote": text[:5]}],
    }
    receive(store, "zelda", [again])
    receive(store, "noa", [{**again, "submission_id": "marked-02", "assignment": "noa-0000", "marks": []}])
    said = [n.said.marks for n in discussion(store, DISPUTED[0], viewer="mia").votes if n.said.marks]
    assert said == [({"turn": 4, "start": 0, "end": 5, "quote": text[:5]},)]
