"""A clock that leaps within plausible dates: nothing is removed early, and a night later it is believed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from compliance_log import imported
from golden_store import new_store

from review.audit import chain
from review.audit.clock_leaps import leap
from review.basics.clock import now, shifted
from review.basics.errors import Refused
from review.basics.log_paths import log_of
from review.basics.weeks import week_of
from review.commands.retention import retention
from review.failures.rules import failure_rules
from review.log.log import weeks_in_log
from review.monitoring.given_up import never_draw
from review.monitoring.retention import run_retention
from review.serving.nightly import NIGHTLY, run_nightly
from review.settings.project import project_of
from review.sources.uploads import keep
from storage.records_retention import RetentionRun
from storage.store import Store

MONTH = timedelta(days=30)
STEPS = {name: NIGHTLY[name] for name in ("checks", "retention")}


@pytest.fixture
def running(tmp_path: Path) -> Store:
    """A store that was used in the last days: conversations of today, whose days are over in a week."""
    with shifted(-timedelta(days=2)):
        store = new_store(tmp_path)
    (tmp_path / "spotcheck.toml").write_text("[retention]\non = true\n")
    imported(store, [{"id": "a", "created_at": now()}, {"id": "b", "created_at": now()}])
    never_draw(store, week_of(datetime.fromisoformat(now())), reason="a test", by="lea")
    return store


def night(store: Store) -> dict[str, tuple[str, str]]:
    return {one.name: (one.status, one.detail) for one in run_nightly(store, steps=STEPS)}


def in_log(store: Store) -> int:
    return sum(weeks_in_log(log_of(store.path)).values())


def test_an_hour_of_a_clock_that_is_a_month_ahead_removes_nothing(running: Store) -> None:
    night(running)
    with shifted(MONTH):
        chain.record(running, "lea", "look", "somebody works on under the wrong clock")
        for _ in range(2):
            status, detail = night(running)["retention"]
            assert status == "failed" and "30 days after anything that was written here before" in detail
        assert in_log(running) == 2
    assert night(running)["retention"] == ("skipped", "no conversation is to be removed.") and in_log(running) == 2
    with shifted(timedelta(days=1)):
        assert night(running)["retention"][0] == "skipped"
    assert running.find(RetentionRun) == []


def test_rejected_records_and_dropped_files_stay_too(running: Store) -> None:
    rejects = log_of(running.path).rejects
    rejects.mkdir(exist_ok=True)
    (rejects / "one.jsonl").write_text("{}\n")
    (dropped,), _ = keep(running.path, "a.csv", b"id\n")
    steps = {name: NIGHTLY[name] for name in ("rejects", "uploads")}
    night(running)
    with shifted(MONTH * 12):
        said = run_nightly(running, steps=steps)
        assert [one.status for one in said] == ["failed", "failed"] and "Nothing is removed by age" in said[0].detail
        assert list(rejects.iterdir()) and dropped.exists()
        night(running)
    with shifted(MONTH * 12 + timedelta(days=1)):
        assert [one.status for one in run_nightly(running, steps=steps)] == ["done", "done"]
    assert not list(rejects.iterdir()) and not dropped.exists()


def test_a_store_that_stood_still_removes_what_is_due_a_night_later(running: Store) -> None:
    night(running)
    with shifted(MONTH):
        assert night(running)["retention"][0] == "failed"
    with shifted(MONTH + timedelta(days=1)):
        assert night(running)["retention"][0] == "done" and in_log(running) == 0


def test_a_person_may_answer_for_the_clock(running: Store) -> None:
    night(running)
    with shifted(MONTH):
        project = project_of(running.path)
        with pytest.raises(Refused, match="if it is wrong, set it right"):
            run_retention(running, project, failure_rules(running, project), by="lea")
        words = ["--clock-is-right", "--as", "lea", "--store", str(running.path)]
        assert CliRunner().invoke(retention, words).exit_code == 0
        assert in_log(running) == 0 and "clock is right" in {e.action for e in chain.entries(running)}


def test_a_weekend_is_no_leap_and_a_clock_that_was_set_back_neither(running: Store) -> None:
    night(running)
    for days in (-40, 0, 1, 3):
        with shifted(timedelta(days=days)):
            assert leap(running) is None
    with shifted(timedelta(days=5)):
        assert leap(running) is not None
