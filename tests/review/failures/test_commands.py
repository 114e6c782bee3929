"""``spotcheck failures`` from the command line: the contract of its JSON, and words for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import spotcheck
from failed_log import NEXT, WEEK, bring, row
from golden_store import new_store

STEPS = [{"name": "plan", "milliseconds": 12}, {"name": "sql", "kind": "tool", "error": "bad date", "milliseconds": 40}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a log; each test works on its own week."""
    store = new_store(tmp_path_factory.mktemp("failures"))
    rows = [
        row(f"d{n}", "date_format", question=f"{q} sold most?") for n, q in enumerate(("Which shop", "Who in Rome"))
    ]
    rows[0]["steps"] = STEPS
    rows += [row(f"c{n}", "column_not_found", week=NEXT, question=f"Orders of customer {n}") for n in range(4)]
    bring(store, [*rows, row("fine")])
    store.close()
    return store.path.parent


def told(folder: Path, *words: str, by: str = "eva") -> Any:
    done = spotcheck(folder, "failures", *words, "--as", by, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_list_and_show_keep_their_contract(folder: Path) -> None:
    [first, second] = told(folder, "list", "--week", WEEK)["failures"]
    assert (first["id"], first["error_type"], first["mode"], first["version"]) == (
        "d0",
        "date_format",
        "Date format",
        "v1",
    )
    assert (first["step"], first["state"], second["step"]) == ("sql", "open", "")
    shown = told(folder, "show", "d0")
    assert shown["located"] == {"at": 1, "step": "sql", "why": "the first step with an error"}
    assert shown["offending"] == "01.11.2026" and shown["conversation"]["id"] == "d0"
    text = spotcheck(folder, "failures", "show", "d0", "--as", "eva").stdout
    assert "> sql 40 ms bad date" in text and "began in: sql" in text
    assert "No failure fits." in spotcheck(folder, "failures", "list", "--mode", "syntax", "--as", "eva").stdout
    unknown = spotcheck(folder, "failures", "show", "nope", "--as", "eva")
    assert unknown.returncode == 2 and "'nope' is no failure in the log" in unknown.stderr


def test_triage_notes_modes_and_proposals_work_from_the_command_line(folder: Path) -> None:
    assert told(folder, "note", "d0", "the month came first")["text"] == "the month came first"
    [group] = told(folder, "triage", WEEK)["groups"]
    assert (group["group"], group["n"], group["state"], group["suggested"]) == ("date_format", 2, "open", "golden")
    refused = spotcheck(folder, "failures", "triage", WEEK, "--group", "date_format", "--version", "v1", "--as", "eva")
    assert refused.returncode == 2 and "root cause: found nothing" in refused.stderr
    done = told(folder, "triage", WEEK, "--group", "date_format", "--version", "v1", "--root-cause", "German dates")
    assert done["decision"] == "golden" and sorted(done["candidates"]) == ["d0", "d1"]
    first, second = told(folder, "proposals")["proposals"]
    approved = told(folder, "proposals", "--approve", first["id"], "--expected-answer", "Rome.")
    assert approved["example"].startswith("ex-")
    assert told(folder, "proposals", "--reject", second["id"], "--reason", "nobody asks")["rejected"] == second["id"]
    assert "No proposal is open." in spotcheck(folder, "failures", "proposals", "--as", "eva").stdout


def test_modes_are_named_merged_and_given(folder: Path) -> None:
    made = told(folder, "modes", "name", "old schema", "--groups", "column_not_found", "--example", "c0")
    told(folder, "modes", "name", "wrong customer")
    assert told(folder, "modes", "give", "wrong customer", "c1")["mode"].startswith("mode-")
    assert {f["mode"] for f in told(folder, "list", "--week", NEXT)["failures"]} == {"old schema", "wrong customer"}
    assert told(folder, "modes", "rename", "old schema", "--to", "schema of spring")["id"] == made["id"]
    assert told(folder, "modes", "merge", "wrong customer", "--into", "schema of spring")["id"] == made["id"]
    assert {f["mode"] for f in told(folder, "list", "--week", NEXT)["failures"]} == {"schema of spring"}
    assert told(folder, "modes", "ignore", "schema of spring", "--reason", "gone")["ignored"] == "gone"
    assert {f["state"] for f in told(folder, "list", "--week", NEXT)["failures"]} == {"ignored"}
    refused = spotcheck(folder, "failures", "modes", "name", "x", "--as", "ana")
    assert refused.returncode == 1 and "adjudicator" in refused.stderr
