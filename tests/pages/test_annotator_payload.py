"""How many items an answer of the annotate page carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from annotate_app import THREE, WEEK, build_store

from pages.parts.desk.annotator import ENTRY
from pages.parts.desk.bundle import bundle
from pages.parts.desk.component import ENTRANCE
from pages.parts.desk.outbox import read_outbox
from review.annotating import batch


@pytest.mark.parametrize(
    ("outbox", "size"),
    [
        (None, 25),  # the first run of a page
        ("anything", 25),
        ({}, 25),
        ({"wants": "3"}, 25),
        ({"wants": True}, 25),
        ({"wants": 1.5}, 25),
        ({"wants": 0}, 0),
        ({"wants": 3}, 3),
        ({"wants": -4}, 0),
        ({"wants": 10**40}, 25),
    ],
)
def test_the_browser_says_how_many_items_it_wants(outbox: Any, size: int) -> None:
    assert read_outbox(outbox, "ana").wants == size


@pytest.mark.parametrize(
    ("outbox", "number"),
    [(None, None), ({}, None), ({"sequence": 7}, 7), ({"sequence": True}, None), ({"sequence": 10**40}, None)],
)
def test_an_answer_names_the_outbox_that_it_answers(outbox: Any, number: int | None) -> None:
    assert read_outbox(outbox, "ana").sequence == number


def test_a_long_week_is_sent_in_the_pieces_that_were_asked_for(tmp_path: Path) -> None:
    store = build_store(tmp_path / "s.db", items=60, raters=("ana",), rubric=THREE)
    have = [f"ana-{k:04d}" for k in range(25)]
    payload = batch.batch(store, "ana", week=WEEK, have=have, size=2)
    assert [item["assignment"] for item in payload["items"]] == ["ana-0025", "ana-0026"]
    assert len(payload["order"]) == 60
    assert batch.batch(store, "ana", week=WEEK, have=have, size=0)["items"] == []


def test_the_scripts_are_not_part_of_an_answer() -> None:
    assert len(ENTRANCE) < 500
    assert "function buildRubric" not in ENTRANCE
    assert "function buildRubric" in bundle(ENTRY)
