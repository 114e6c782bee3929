"""What an empty store asks for first, and how the steps change as they are done."""

from __future__ import annotations

import json
from pathlib import Path

from app_pages import run
from pytest import MonkeyPatch

from review.basics.log_paths import log_of
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.week.first_steps import first_steps, next_step, ready_week
from storage.opening import open_store
from storage.store import Store

LAST = "2026-W47"


def empty(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "spotcheck.db")
    add_person(store, "lea", role="lead", by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    return store


def bring(store: Store, day: str) -> None:
    file = store.path.parent / f"{day}.jsonl"
    file.write_text(json.dumps({"id": day, "question": "q", "answer": "a", "created_at": day}) + "\n")
    import_file(file, ImportOptions(source="shop"), log=log_of(store.path), key=b"key", by="lea")


def test_the_next_step_follows_what_is_there(tmp_path: Path) -> None:
    store = empty(tmp_path)
    assert [step.name for step in first_steps(store, LAST)] == ["people", "conversations", "rubric", "draw"]
    assert next_step(first_steps(store, LAST)).name == "people"
    for name in ("ana", "ben"):
        add_person(store, name, role="annotator", by="lea")
    steps = first_steps(store, LAST)
    assert steps[0].done and steps[0].says == "ana and ben can review." and next_step(steps).name == "conversations"
    bring(store, "2026-11-24")
    steps = first_steps(store, LAST)
    assert steps[1].done and steps[1].says == "1 conversation is in the log, 2026-W48."
    assert next_step(steps).name == "draw" and steps[3].says.startswith("2026-W48 has not ended yet")
    bring(store, "2026-11-17")
    assert first_steps(store, LAST)[3].says.startswith("2026-W47 is the latest week with conversations")
    assert "Correctness" in steps[2].says


def test_the_latest_week_that_has_ended_is_ready() -> None:
    weeks = ["2026-W40", "2026-W46", "2026-W48"]
    assert ready_week(weeks, LAST) == "2026-W46" and ready_week(weeks, "2026-W39") is None


def test_pages_of_an_empty_store_lead_a_lead_and_tell_others_whom_to_ask(
    tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    store = empty(tmp_path)
    add_person(store, "ana", role="annotator", by="lea")
    at = run(store, monkeypatch, "week", "lea")
    assert at.title[0].value == "First steps"
    buttons = [b.key for b in at.button if str(b.key).startswith("first_go_")]
    assert buttons == [f"first_go_{name}" for name in ("people", "conversations", "rubric", "draw")]
    at = run(store, monkeypatch, "week", "ana")
    assert "lea opens it" in at.info[0].value and [b.key for b in at.button] == ["search_open"]
    assert "No week is open yet" in run(store, monkeypatch, "agreement", "lea").info[0].value
