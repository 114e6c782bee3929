"""``spotcheck check``: only the checks, over a file or the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.checks.catalogue import CHEAP
from review.checks.summary import Summary, summed_up
from review.commands.cli import spotcheck
from review.sources.importing import import_file
from storage.opening import open_store

ROWS = [
    {"id": "a", "created_at": "2026-11-03", "question": "Where is my order?", "answer": "It arrives on Friday."},
    {"id": "b", "created_at": "2026-11-03", "question": "Wo ist mein Paket?", "answer": "I cannot help with that."},
    {"id": "c", "created_at": "2026-11-10", "question": "My mail is x@example.com", "answer": "Please wait. " * 6},
]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS) + "{broken\n", encoding="utf-8")
    return path


def run(folder: Path, *arguments: str) -> Any:
    return CliRunner().invoke(spotcheck, ["check", "--store", str(folder / "spotcheck.db"), *arguments])


def test_a_file_is_checked_without_any_store_and_masked_first(file: Path) -> None:
    said = run(file.parent, "--file", str(file), "--json")
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)["checks"]
    assert list(found) == list(CHEAP)
    flagged = {"personal_data": [], "language": ["b"], "length": [], "repetition": ["c"], "refusal": ["b"]}
    assert {name: found[name]["ids"] for name in flagged} == flagged
    assert found["personal_data"]["quantiles"]["p99"] == 1 and found["refusal"]["values"] == {
        "answered": 2,
        "declined": 1,
    }
    assert "1 of 4 records could not be read" in said.stderr and "line 4" in said.stderr
    assert list(file.parent.iterdir()) == [file]


def test_the_checks_can_be_named_and_a_person_reads_a_table(file: Path) -> None:
    said = run(file.parent, "--file", str(file), "--checks", "repetition,politeness")
    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    assert lines[1].split() == ["repetition", "3", "1", "0", *lines[1].split()[4:]] and "repetition: c" in said.stdout


def test_similarity_names_its_method_in_the_table_and_as_data(file: Path) -> None:
    file.with_name("spotcheck.toml").write_text('[checks.similarity]\nmethod = "tfidf"\n', encoding="utf-8")
    rows = [{**ROWS[0], "expected_answer": "On Friday."}, {**ROWS[1], "expected_answer": "Morgen."}, ROWS[2]]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    words = ("--file", str(file), "--checks", "similarity,length")
    found = json.loads(run(file.parent, *words, "--json").stdout)["checks"]
    assert found["similarity"]["notes"] == {"cosine by tfidf": 2, "no expected answer": 1}
    assert "notes" not in found["length"]
    shown = run(file.parent, *words).stdout
    assert "like the expected answer: cosine by tfidf 2, no expected answer 1" in shown


def test_the_log_is_checked_by_week_and_by_default_the_last(file: Path) -> None:
    store = open_store(file.parent / "spotcheck.db")
    import_file(file, log=log_of(store.path), key=hmac_key(store), by="lea")
    last = json.loads(run(file.parent, "--json").stdout)["checks"]
    assert last["repetition"] == {**last["repetition"], "conversations": 1, "ids": ["c"]}
    both = json.loads(run(file.parent, "--json", "--weeks", "2026-W45,2026-W46").stdout)["checks"]
    assert both["length"]["conversations"] == 3
    missing = run(file.parent, "--week", "2026-W01")
    assert missing.exit_code == 1 and "2026-W45, 2026-W46" in str(missing.exception or missing.output)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--checks", "tone"), "--checks: found 'tone', expected one of personal_data"),
        (("--checks", "toxicity"), "Name a text-classification model"),
        (("--file", "nowhere.jsonl"), "nowhere.jsonl"),
        ((), "the log has no conversations of any week"),
    ],
)
def test_a_check_that_cannot_run_says_why(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    said = run(tmp_path, *arguments)
    assert said.exit_code != 0 and sentence in said.output + str(said.exception)


def test_a_summary_counts_labels_numbers_and_undecided_conversations() -> None:
    def one(value: Any, flagged: bool = False) -> Any:
        return {"flagged": flagged, "value": value, "spans": [], "note": ""}

    found = summed_up([(f"c{k}", {"length": one(k, k > 97), "language": one("en" if k else None)}) for k in range(100)])
    # Of 0..99 the smallest value with at least 1 %, 50 %, 99 % at or below it is 0, 49, 98.
    assert found["length"].to_json()["quantiles"] == {"p01": 0.0, "p50": 49.0, "p99": 98.0}
    assert found["length"].flagged == ["c98", "c99"]
    assert found["language"].to_json()["values"] == {"en": 99} and found["language"].undecided == 1
    assert Summary().to_json() == {"conversations": 0, "flagged": 0, "cannot_tell": 0, "ids": []}
