"""Texts that a file of labels holds beside them: taken where neither the store nor the log knows the item."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from golden_store import new_store

from review.exchange.labels import import_labels, read_labels
from review.exchange.undoing_labels import undo_labels
from review.sources.import_into import import_into
from storage.records_log import Conversation

QUESTION, ANSWER = "Where is parcel 77?", "In Graz. Call +43 660 1234567."
DATA = {"question": QUESTION, "answer": ANSWER, "conv_id": "c-1"}
RESULT = [{"from_name": "correctness", "type": "choices", "value": {"choices": ["wrong"]}}]
ROW = {"annotator": "ana", "annotation_id": 1, "lead_time": 2.0, "correctness": "wrong"}
PRODIGY = {"_input_hash": 1, "_task_hash": 2, "_annotator_id": "ds-ana", "answer": "accept", "accept": ["wrong"]}
EXPORTS = {
    "label_studio": {"id": 5, "data": DATA, "annotations": [{"completed_by": "ana", "result": RESULT}]},
    "label_studio_min": {"id": 5, **DATA, **ROW},
    "argilla": {
        "id": "c-1",
        "fields": {"frage": QUESTION, "antwort": ANSWER},
        "responses": {"correctness": [{"value": "wrong", "user_id": "ana"}]},
    },
    "argilla_flat": {
        **{"id": "c-1", "question": QUESTION, "answer": ANSWER, "correctness.responses": ["wrong"]},
        **{"correctness.responses.users": ["ana"], "correctness.responses.status": ["submitted"]},
    },
    "table": {"item": "c-1", "rater": "ana", "label": "wrong", "question": QUESTION, "answer": ANSWER},
    "wide": {"id": "c-1", "Ana": "wrong", "Ben": "wrong", "question": QUESTION, "answer": ANSWER},
    "messages": {
        **{"item": "c-1", "rater": "ana", "label": "wrong"},
        "messages": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}],
    },
}


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path)
    yield made
    made.close()


def write(tmp_path: Path, *records: object) -> Path:
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in records))
    return path


def bring(store, path: Path):
    return import_labels(store, read_labels(path), by="lea", dimension="correctness")


@pytest.mark.parametrize("which", EXPORTS)
def test_an_unknown_item_has_the_text_of_the_file_masked(store, tmp_path, which):
    bring(store, write(tmp_path, EXPORTS[which]))
    kept = store.get(Conversation, "labels/c-1")
    assert (kept.question, kept.answer) == (QUESTION, "In Graz. Call [PHONE_1].")
    assert kept.redacted == 1 and kept.source_id == "c-1"


@pytest.mark.parametrize(
    "record",
    [
        {**PRODIGY, "text": QUESTION, "meta": {"conv_id": "c-1"}},
        {"id": 31, "text": QUESTION, "conv_id": "c-1", "label": ["wrong"], "Comments": []},
    ],
    ids=["prodigy", "doccano"],
)
def test_a_tool_that_knows_one_text_gives_that_one_and_never_its_own_answer_key(store, tmp_path, record):
    bring(store, write(tmp_path, record))
    assert [m["content"] for m in store.get(Conversation, "labels/c-1").messages] == [QUESTION]


def test_the_log_goes_before_the_file(store, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_bytes(orjson.dumps({"id": "c-1", "question": "As the log has it", "answer": "Yes."}))
    import_into(store, log, by="lea")
    bring(store, write(tmp_path, EXPORTS["label_studio"]))
    assert store.get(Conversation, "c-1").question == "As the log has it"
    assert store.get(Conversation, "labels/c-1") is None


def test_texts_that_differ_between_the_rows_of_an_item_are_about_the_ratings(store, tmp_path):
    row = EXPORTS["table"]
    asked = [{**row, "question": "Is it right?"}, {**row, "rater": "ben", "question": "Is it polite?"}]
    assert read_labels(write(tmp_path, *asked)).texts == {}
    bring(store, write(tmp_path, *asked))
    assert store.get(Conversation, "labels/c-1").messages == ()


def test_the_text_comes_back_after_an_undo(store, tmp_path):
    path = write(tmp_path, EXPORTS["table"])
    undo_labels(store, bring(store, path).id, by="lea")
    bring(store, path)
    assert store.get(Conversation, "labels/c-1").question == QUESTION


def test_several_files_give_the_texts_of_all(tmp_path):
    write(tmp_path, EXPORTS["table"]).rename(tmp_path / "one.jsonl")
    write(tmp_path, {**EXPORTS["table"], "item": "c-2"}).rename(tmp_path / "two.jsonl")
    assert set(read_labels([tmp_path / "one.jsonl", tmp_path / "two.jsonl"]).texts) == {"c-1", "c-2"}
