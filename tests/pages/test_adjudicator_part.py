"""What the server does with whatever an adjudicator's browser sends, without a browser."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
from adjudicate_app import DISPUTED, RIGHT, build_voted_store
from annotate_app import WEEK

from pages.parts.desk import adjudicator, annotator
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


def test_a_disagreement_is_settled_and_approved_in_one_step(voted: Store) -> None:
    sent = outbox(decision(1, rationale="The policy says so.", approve=True))
    answer = adjudicator.handle(voted, "mia", sent)
    assert (answer["ack"], answer["rejected"], answer["trouble"]) == ([decision(1)["submission_id"]], [], None)
    (made,) = voted.find(Adjudication)
    assert (made.labels, made.adjudicator, made.rationale) == (RIGHT, "mia", "The policy says so.")
    (example,) = current_examples(voted)
    assert example.adjudication_id == made.id
    assert adjudicator.handle(voted, "mia", sent) == answer
    assert len(voted.find(Adjudication)) == 1


def test_a_disagreement_without_a_word_why_is_refused(voted: Store) -> None:
    answer = adjudicator.handle(voted, "mia", outbox(decision(1)))
    ((submission, why),) = answer["rejected"]
    assert submission == decision(1)["submission_id"]
    assert "rationale" in why
    assert voted.find(Adjudication) == []


def test_the_role_is_read_on_every_write(voted: Store) -> None:
    assert adjudicator.handle(voted, "mia", outbox(decision(1, reason="slip")))["ack"]
    voted.add(Role(id="taken-mia", rater_id="mia", role="annotator", at="2026-11-17T08:00:00Z", by="lea"))
    answer = adjudicator.handle(voted, "mia", outbox(decision(2, DISPUTED[1], reason="slip")))
    assert answer["ack"] == []
    assert "needs the role adjudicator" in answer["trouble"]


def test_an_outbox_made_for_another_person_is_ignored(voted: Store) -> None:
    answer = adjudicator.handle(voted, "olaf", outbox(decision(1, reason="slip")))
    assert answer == {"ack": [], "rejected": [], "trouble": None}


def test_a_store_that_cannot_be_written_keeps_the_browser_waiting(voted: Store) -> None:
    voted.db.conn.execute("PRAGMA query_only = ON")
    answer = adjudicator.handle(voted, "mia", outbox(decision(1, reason="slip")))
    assert (answer["ack"], answer["rejected"]) == ([], [])
    assert answer["trouble"]


@pytest.mark.parametrize("sent", [None, 3, [], {"entries": 3}, {"entries": [None, [], {}]}])
def test_nothing_that_a_browser_can_send_raises(voted: Store, sent: Any) -> None:
    assert adjudicator.handle(voted, "mia", sent)["ack"] == []


def test_the_answer_and_the_batch_can_be_sent_as_json(voted: Store) -> None:
    payload = case_batch(voted, "mia", week=WEEK)
    data = {**payload, **adjudicator.handle(voted, "mia", outbox())}
    assert orjson.loads(orjson.dumps(data)).keys() == data.keys()
    assert not {"ack", "rejected", "trouble", "open"} & payload.keys()


def test_every_script_is_part_of_the_component() -> None:
    assert sorted(adjudicator.SCRIPTS) == sorted(
        path.relative_to(adjudicator.FOLDER).as_posix() for path in (adjudicator.FOLDER / "adjudicator").glob("*.js")
    )


def test_no_script_turns_data_into_markup() -> None:
    for path in adjudicator.FOLDER.rglob("*.js"):
        source = path.read_text(encoding="utf-8")
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert way not in source, path.name


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_scripts_are_one_module(tmp_path: Path) -> None:
    own = [(adjudicator.FOLDER / name).read_text("utf-8") for name in adjudicator.SCRIPTS]
    whole = tmp_path / "adjudicator.mjs"
    whole.write_text("\n".join([*own, annotator.script(annotator.DESK)]), "utf-8")
    checked = subprocess.run(["node", "--check", str(whole)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("one two", "one two", [["same", "one two"]]),
        ("", "new", [["new", "new"]]),
        (
            "It left on Monday.",
            "It left on Tuesday.",
            [["same", "It left on "], ["gone", "Monday"], ["new", "Tuesday"], ["same", "."]],
        ),
        ("a = 1", "a = 12 AND b", [["same", "a = "], ["gone", "1"], ["new", "12 AND b"]]),
        (
            "Order 7 is late.",
            "Order 7 was sent.",
            [["same", "Order 7 "], ["gone", "is late"], ["new", "was sent"], ["same", "."]],
        ),
        ("über fünf", "über sechs", [["same", "über "], ["gone", "fünf"], ["new", "sechs"]]),
    ],
)
def test_a_correction_is_compared_word_by_word(tmp_path: Path, before: str, after: str, parts: list[list[str]]) -> None:
    module = tmp_path / "diff.mjs"
    source = (adjudicator.FOLDER / "adjudicator" / "diff.js").read_text("utf-8")
    asked = orjson.dumps([before, after]).decode()
    module.write_text(f"{source}\nconsole.log(JSON.stringify(wordDiff(...{asked})));", "utf-8")
    answered = subprocess.run(["node", str(module)], capture_output=True, text=True, check=True)
    assert orjson.loads(answered.stdout) == parts
