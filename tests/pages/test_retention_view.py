"""The Retention view of the Compliance page: off and on, why conversations stay, giving a week up, holds, history."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_pages import run
from flow_store import BEFORE, WEEK
from quick_stores import copy_store
from retained_store import ON, closed_store
from streamlit.testing.v1 import AppTest

from review.failures.rules import failure_rules
from review.monitoring.retention import run_retention
from review.privacy.holds import every_hold
from review.settings.project import project_of
from storage.opening import open_store
from storage.records_retention import NeverDrawn
from storage.store import Store


@pytest.fixture(scope="module")
def closed_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = closed_store(tmp_path_factory.mktemp("closed"), on=False)
    store.close()
    return store.path


@pytest.fixture
def closed(closed_path: Path, tmp_path: Path) -> Store:
    return open_store(copy_store(closed_path, tmp_path / "spotcheck.db"))


def opened(store: Store, monkeypatch: pytest.MonkeyPatch, rater: str = "lea") -> AppTest:
    return run(store, monkeypatch, "compliance", rater=rater, view="retention")


def texts(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in ("info", "caption", "markdown", "error") for e in at.get(kind))


def test_a_lead_sees_what_would_go_gives_a_week_up_and_sets_a_hold(
    closed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(closed, monkeypatch)
    assert "Retention is off" in texts(at) and "errors after 90 days" in texts(at)
    shown = {one.label: one.value for one in at.metric}
    assert int(shown["Would go"]) > 300 and int(shown["Held back"]) > 20
    assert "No conversation has expired yet" in texts(at)
    at.selectbox(key="retention_week").select(BEFORE)
    at.text_input(key="retention_reason").input("before we began")
    next(b for b in at.button if b.label == "Give this week up").click().run()
    assert not at.exception and [row.week for row in closed.find(NeverDrawn)] == [BEFORE]
    at.text_input(key="hold_id").input("nobody")
    at.text_input(key="hold_reason").input("Case 12")
    next(b for b in at.button if b.label == "Hold").click().run()
    assert "neither the log nor the store has it" in texts(at) and every_hold(closed) == []
    assert [at.text_input(key=f"hold_{name}_1").value for name in ("id", "reason")] == ["nobody", "Case 12"]
    at.segmented_control(key="hold_kind_1").set_value("user")
    at.text_input(key="hold_id_1").input("nobody")
    at.text_input(key="hold_reason_1").input("Case 12")
    next(b for b in at.button if b.label == "Hold").click().run()
    assert "found 0 conversations in the log and in the store" in texts(at) and every_hold(closed) == []
    at.segmented_control(key="hold_kind_2").set_value("conversation")
    at.text_input(key="hold_id_2").input("c003")
    at.text_input(key="hold_reason_2").input("Case 12")
    next(b for b in at.button if b.label == "Hold").click().run()
    assert not at.exception and [one.hold.subject for one in every_hold(closed)] == ["c003"]
    at.text_input(key="hold_end_reason").input("settled")
    next(b for b in at.button if b.label == "Release").click().run()
    assert not at.exception and every_hold(closed)[0].release is not None


def test_the_view_lists_what_went_and_an_auditor_changes_nothing(
    closed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from review.people.people import add_person

    closed.path.with_name("spotcheck.toml").write_text(ON)
    project = project_of(closed.path)
    run_retention(closed, project, failure_rules(closed, project), by="lea")
    add_person(closed, "olga", role="auditor", by="lea")
    at = opened(closed, monkeypatch, rater="olga")
    assert "Retention is on" in texts(at) and "went from 1 week" in texts(at)
    assert any(WEEK in str(frame.value.to_numpy()) for frame in at.dataframe)
    assert not [b for b in at.button if b.label in ("Give this week up", "Hold", "Release")]
