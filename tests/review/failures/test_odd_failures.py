"""Failures that lack something: a trace, a known kind of error, or their conversation, which was erased."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from failed_log import WEEK, bring, row
from golden_store import new_store

from review.basics.errors import InputError, Refused
from review.erasure.requests import confirm, request_erasure
from review.erasure.running import run
from review.failures.analysis import proposed_modes
from review.failures.archive import failure_shown, failures
from review.failures.located import waterfall
from review.failures.triage import TriageWish, triage, triage_groups
from review.failures.working import write_note
from review.log.failed import Narrowed
from review.settings.project import project_of
from storage.queries.failures import latest_notes, open_proposals
from storage.records_weeks import Week
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path)
    unseen = {"status": "error", "error_type": "Flux_Overrun#7", "error_message": "the flux ran over: ünïcode, ☂"}
    bring(
        store,
        [
            row("bare", "column_not_found"),
            row("odd", **unseen),
            row("empty", status="error", steps=[{}, {"name": ""}, {"output": None}]),
            row("kept", "date_format", question="Which orders came on Friday?"),
        ],
    )
    week = {"opened_at": "2026", "opened_by": "lea", "due": "2026-11-20", "seed": "s", "unit": "session"}
    store.add(Week(name=WEEK, **week, overlap=0, overlap_raters=0, raters=("ana",), rubric_version=1))
    return store


@pytest.mark.parametrize("name", ["bare", "empty"])
def test_a_failure_without_a_trace_is_shown_without_a_step(store: Store, name: str) -> None:
    shown = failure_shown(store, project_of(store.path), name)
    assert shown.located.at is None and shown.located.step == "" and shown.located.why
    assert shown.talk is not None and waterfall(shown.steps, shown.located) == []


def test_an_error_type_never_seen_before_is_a_group_that_can_be_triaged(store: Store) -> None:
    project = project_of(store.path)
    found = next(g for g in triage_groups(store, project, WEEK) if g.found.example == "odd")
    assert (found.found.group, found.title) == ("other", "Other error")
    wish = TriageWish(root_cause="a new engine", candidates=[], reason="one only")
    assert triage(store, project, WEEK, "other", "v1", wish=wish, by="eva").failures == 1
    assert failures(store, project, Narrowed(ids=["odd"]))[0].state == "triaged"


def test_a_failure_whose_conversation_was_erased_keeps_its_place_and_no_text(store: Store) -> None:
    project = project_of(store.path)
    write_note(store, "kept", "the date of Friday is read month first", by="eva")
    wish = TriageWish(root_cause="month first", candidates=["kept"], few_shots=())
    decided = triage(store, project, WEEK, "date_format", "v1", wish=wish, by="eva")
    request = request_erasure(store, "conversation", "kept", by="lea").request.id
    confirm(store, request, by="lea", reason="nobody else is a lead")
    assert run(store, request, by="lea").state == "done"
    assert "Friday" not in str(latest_notes(store)) and decided.candidates == ("kept",)
    shown = failure_shown(store, project, "kept")
    assert (shown.talk is None or "Friday" not in str(shown.talk)) and shown.events
    assert [g.title for g in triage_groups(store, project, WEEK)] and failures(store, project, Narrowed(weeks=[WEEK]))
    with pytest.raises(Refused, match="the conversation was erased"):
        write_note(store, "kept", "once more", by="eva")
    assert not any("kept" in one.alike.ids for one in proposed_modes(store, project, [WEEK], by="eva", meaning=False))
    with pytest.raises(InputError, match="none of these failures makes a new golden example"):
        triage(store, project, WEEK, "other", "v1", wish=replace(wish, candidates=["kept"]), by="eva")
    assert [p.content["question"] for p in open_proposals(store)] == [], "there is nothing left to approve"


def test_a_note_on_a_conversation_that_did_not_fail_is_no_erasure(store: Store) -> None:
    project = project_of(store.path)
    bring(
        store,
        [{"id": "fine", "created_at": "2026-11-18T10:00:00Z", "status": "ok", "question": "Why?", "answer": "So."}],
    )
    write_note(store, "fine", "asked politely", by="eva")
    assert failure_shown(store, project, "fine", viewer="eva").gone.startswith("It is no failure in the log")
