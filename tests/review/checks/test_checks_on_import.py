"""Checks on import: they read masked text; a column names what flags; findings are not part of the content hash."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tiny_model import needs_models, save_model

from review.basics.errors import InputError
from review.basics.log_paths import LogPaths, log_of
from review.checks.catalogue import CHEAP, CHECKS
from review.checks.settings import CheckSettings, check_settings
from review.log.log import every_conversation, log_relation, read_conversations
from review.sources.conversations import content_hash
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from storage.records_log import Conversation

WEEK = "2026-W47"
ROWS = [
    {"id": "plain", "question": "Where is my order?", "answer": "Your order arrives on Friday, by the evening."},
    {"id": "stuck", "question": "Where is it?", "answer": "Please wait for it. " * 6},
    {"id": "personal", "question": "My name is Clara Jensen, mail clara@example.com", "answer": "Hello, I see it."},
    {"id": "torn", "question": "Is it good?", "answer": "I'm sorry, but I can't help with that.",
     "verdicts": {"a": {"politeness": "rude"}, "b": {"politeness": "neutral"}}},
]  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> LogPaths:
    return log_of(tmp_path / "spotcheck.db")


def imported(log: LogPaths, rows: list[dict[str, Any]], checks: CheckSettings | None = None) -> Any:
    file = log.logs.parent / "rows.jsonl"
    file.write_text("".join(json.dumps({"created_at": "2026-11-17", **row}) + "\n" for row in rows), encoding="utf-8")
    return import_file(file, ImportOptions(checks=checks or CheckSettings()), log=log, key=b"key", by="ana")


def column(log: LogPaths, name: str) -> dict[str, Any]:
    with duckdb.connect() as db:
        return dict(db.execute(f"SELECT id, {name} FROM {log_relation(log)}").fetchall())


def test_the_default_runs_what_is_cheap_and_names_what_it_flags(log: LogPaths) -> None:
    imported(log, ROWS)
    assert column(log, "flagged") == {
        "plain": "", "stuck": "repetition", "personal": "personal_data", "torn": "refusal",
    }  # fmt: skip
    assert column(log, "judges_disagree") == {"plain": None, "stuck": None, "personal": None, "torn": True}
    found = {c.id: c for c in every_conversation(log, weeks=[WEEK])}
    assert all(list(c.checks) == list(CHEAP) for c in found.values())
    assert found["plain"].checks["language"]["value"] == "en"


def test_evidence_refers_to_the_masked_text_and_repeats_nothing(log: LogPaths) -> None:
    imported(log, ROWS)
    (found,) = read_conversations(log, ["personal"])
    text = found.messages[0]["content"]
    assert text == "My name is Clara Jensen, mail [EMAIL_1]"
    spans = {s["kind"]: text[s["start"] : s["end"]] for s in found.checks["personal_data"]["spans"]}
    assert spans == {"EMAIL": "[EMAIL_1]", "looks_like_name": "Clara Jensen"}
    assert "Clara" not in json.dumps(found.checks) and "example.com" not in json.dumps(found.checks)


def test_findings_do_not_change_the_content_hash(log: LogPaths) -> None:
    imported(log, ROWS, CheckSettings(run=()))
    before = {c.id: c for c in read_conversations(log, [r["id"] for r in ROWS])}
    assert all(c.checks == {} for c in before.values())
    # The same records with checks are the same conversations: nothing is added, nothing has changed.
    done = imported(log, ROWS)
    assert (done.added, done.duplicate, done.changed) == (0, 4, 0)
    one = before["stuck"]
    assert content_hash(one) == content_hash(replace(one, checks={"length": {"flagged": True}}))


def test_an_expected_answer_in_the_log_is_what_similarity_compares_with(log: LogPaths) -> None:
    rows = [{**ROWS[0], "expected_answer": "It arrives on Friday."}, {**ROWS[1], "id": "none"}]
    imported(log, rows, CheckSettings(("similarity",), options={"similarity": {"method": "tfidf"}}))
    known, none = read_conversations(log, ["plain", "none"])
    assert 0 < known.checks["similarity"]["value"] < 1 and known.checks["similarity"]["note"] == "cosine by tfidf"
    assert none.checks["similarity"] == {"flagged": False, "value": None, "spans": [], "note": "no expected answer"}


@needs_models
def test_toxicity_runs_on_import_from_a_folder_and_a_missing_model_adds_nothing(log: LogPaths, tmp_path: Path) -> None:
    model = save_model(tmp_path / "model")
    rows = [{**ROWS[0], "id": f"r{k}", "answer": "thank you gladly" if k % 2 else "you stupid idiot"} for k in range(6)]
    wrong = CheckSettings(("toxicity",), options={"toxicity": {"model": str(tmp_path / "nowhere"), "labels": ["rude"]}})
    with pytest.raises(InputError, match="nowhere"):
        imported(log, rows, wrong)
    assert not list(log.logs.glob("*/*.parquet"))
    imported(log, rows, CheckSettings(("toxicity",), options={"toxicity": {"model": str(model), "labels": ["rude"]}}))
    assert [name for name, said in column(log, "flagged").items() if said == "toxicity"] == ["r0", "r2", "r4"]


def test_old_conversations_have_no_findings() -> None:
    assert Conversation(id="c", source="p", source_id="c", created_at=None, week=WEEK, messages=()).checks == {}


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"run": "length"}, r"checks.run: found 'length', expected a list of names"),
        ({"run": ["tone"]}, r"checks.run: found 'tone', expected one of personal_data, language"),
        ({"run": [1]}, r"checks.run: found \[1\]"),
        ({"failing": ["toxicity"]}, r"checks.failing: found 'toxicity', which does not run. Add it to run"),
        ({"length": 5}, r"checks.length: found 5, expected a table \[checks.length\]"),
        ({"length": {"most": 5}}, r"\[checks.length\]: found setting 'most', expected one of shortest, longest"),
        ({"length": {"longest": 5.5}}, r"checks.length.longest: found 5.5, expected a whole number, 0 or more"),
        ({"length": {"longest": True}}, r"checks.length.longest: found True"),
        ({"length": {"shortest": -1}}, r"checks.length.shortest: found -1"),
        ({"language": {"sure": float("nan")}}, r"checks.language.sure: found nan, expected a number"),
        ({"similarity": {"method": 5}}, r"checks.similarity.method: found 5, expected a text"),
        ({"toxicity": {"labels": "rude"}}, r"checks.toxicity.labels: found 'rude', expected a list of texts"),
        ({"personal_data": {"x": 1}}, r"found setting 'x', expected none: it has no options"),
    ],
)
def test_a_wrong_setting_of_the_checks_is_named(table: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        check_settings("spotcheck.toml", table)


def test_settings_are_what_differs_from_the_defaults() -> None:
    found = check_settings(
        "spotcheck.toml",
        {"run": ["length", "refusal"], "failing": ["refusal"], "length": {"longest": 100, "shortest": 2}},
    )
    assert found == CheckSettings(("length", "refusal"), ("refusal",), {"length": {"longest": 100}})
    assert found.of("length") == {"shortest": 2, "longest": 100} and found.of("refusal") == CHECKS["refusal"].options
    assert check_settings("spotcheck.toml", {}) == CheckSettings()
