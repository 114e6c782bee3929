"""Candidates: filters, rows that open, and approval that only offers what works."""

from __future__ import annotations

from pathlib import Path

import pytest
from adjudicate_app import OWED, UNANIMOUS, WRONG, build_voted_store, vote
from app_pages import run

from review.evidence.evidence import weeks_between
from review.golden.approve import bulk_approve, why_not_together
from review.golden.candidates import candidates
from storage.records_golden import GoldenExample
from storage.store import Store


def test_what_would_be_refused_is_known_before_it_is_asked(demo: Store) -> None:
    found = [c.item_id for c in candidates(demo, weeks_between(demo, None), viewer="mara")][:40]
    refused = why_not_together(demo, found, by="mara")
    assert set(refused) == set(found) and any(refused.values()) and not all(refused.values())
    done = bulk_approve(demo, found, by="mara")
    assert dict(done.refused) == {item: why for item, why in refused.items() if why}
    assert {e.item_id for e in done.examples} == {item for item, why in refused.items() if not why}


def test_filters_narrow_the_candidates_and_a_row_opens(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    every = candidates(demo, weeks_between(demo, None), viewer="mara")
    single = [c for c in every if c.rule == "single"]
    assert single and len(single) < len(every)
    at = run(demo, monkeypatch, "golden", "mara")
    assert f"**{len(every)} candidates**" in [m.value for m in at.markdown]
    at.multiselect("candidates_why").set_value(["single"]).run()
    assert not at.exception and f"**{len(single)} candidates**" in [m.value for m in at.markdown]
    columns = list(at.dataframe[0].value.columns)
    assert columns[0] == "question" and columns[-1] == "item", "a long id pushes nothing out"


def test_a_wrong_answer_is_approved_with_the_expected_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = build_voted_store(tmp_path / "s.db")
    with store.transaction():
        store.add(vote(OWED, "zelda", WRONG), vote(OWED, "quentin", WRONG))
    assert why_not_together(store, [OWED, UNANIMOUS[0]], by="mia")[UNANIMOUS[0]] == ""
    at = run(store, monkeypatch, "adjudicate", "mia", item=OWED)
    assert any(e.label == "1 item needs an expected answer" for e in at.expander)
    at.text_area(f"approve_answer_{OWED}").set_value("It left on Monday.")
    next(b for b in at.button if b.label == "Approve as golden").click().run()
    assert not at.exception and not at.error
    (example,) = store.find(GoldenExample)
    assert (example.item_id, example.content["expected_answer"]) == (OWED, "It left on Monday.")
