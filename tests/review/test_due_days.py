"""The due date: never in the past when a week is opened, and changed by a lead while the week is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from unsettled_store import THIS, add_week, people_only

from review.audit import chain
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.basics.weeks import next_due_date, today_in
from review.closing.closing import close_week
from review.current.assignments import week_of_store, with_due_dates
from review.week.due_days import change_due, due_day, is_past_due
from storage.records_people import AuditEntry
from storage.records_weeks import DueChange, Week
from storage.store import Store

LATER, LATEST = ((today_in("UTC") + timedelta(days=days)).isoformat() for days in (200, 207))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = people_only(tmp_path / "s.db")
    add_week(made, THIS, [("wrong", "correct")])
    return made


@pytest.mark.parametrize(
    ("today", "due"),
    [
        ("2026-11-23", "2026-11-27"),  # the Monday after the week
        ("2026-11-27", "2026-11-27"),  # the Friday itself
        ("2026-11-28", "2026-12-04"),
        ("2026-12-03", "2026-12-04"),
        ("2026-12-04", "2026-12-11"),  # never on the day of the draw, when the Friday after the week is past
        ("2027-05-01", "2027-05-07"),
    ],
)
def test_the_proposed_day_is_a_friday_that_has_not_passed(today: str, due: str) -> None:
    assert next_due_date("2026-W47", date.fromisoformat(today)).isoformat() == due


def test_a_day_that_has_passed_is_refused() -> None:
    today = date(2026, 11, 30)
    assert due_day("2026-11-30", today) == today
    with pytest.raises(InputError, match=r"2026-11-29 has passed.*Choose 2026-11-30 or a later day"):
        due_day("2026-11-29", today)
    with pytest.raises(InputError, match="found 'soon'"):
        due_day("soon", today)


@pytest.mark.parametrize("text", ["9999-12-31", "2062-11-30", "2027-12-02"])
def test_a_day_over_a_year_away_is_refused_in_words(text: str) -> None:
    today = date(2026, 11, 30)
    assert due_day("2027-12-01", today) == date(2027, 12, 1)
    with pytest.raises(InputError, match=rf"due: {text} is over a year away.*Choose a day until 2027-12-01"):
        due_day(text, today)


def change(store: Store, due: str, **more: Any) -> DueChange:
    return change_due(store, THIS, due, **{"time_zone": "UTC", "by": "lea", **more})


def test_a_lead_changes_the_due_date_and_the_chain_records_it(store: Store) -> None:
    before = week_of_store(store, THIS).due
    change(store, LATER, reason="holidays")
    change(store, LATEST)
    assert week_of_store(store, THIS).due == LATEST
    assert [w.due for w in with_due_dates(store, store.find(Week))] == [LATEST]
    first, second = store.find(AuditEntry, action="change due date")
    assert (first.detail["before"], first.detail["due"], first.detail["reason"]) == (before, LATER, "holidays")
    assert second.detail["before"] == LATER
    assert chain.verify(store)[1] is None
    with pytest.raises(NothingToDo, match=f"due on {LATEST} already"):
        change(store, LATEST)


def test_what_cannot_be_changed_is_refused(store: Store) -> None:
    with pytest.raises(Refused, match="lead"):
        change(store, LATER, by="ana")
    with pytest.raises(InputError, match="has passed"):
        change(store, "2026-01-02")
    with pytest.raises(UnknownError, match="2031-W01"):
        change_due(store, "2031-W01", LATER, time_zone="UTC", by="lea")
    close_week(store, THIS, by="lea", reason="enough")
    with pytest.raises(Refused, match="is closed"):
        change(store, LATER)
    assert store.find(DueChange) == []


@pytest.mark.parametrize(
    ("zone", "late"), [("Pacific/Kiritimati", True), ("UTC", False), ("Pacific/Pago_Pago", False), ("no zone", False)]
)
def test_every_place_calls_a_week_late_by_the_date_of_the_project(
    store: Store, monkeypatch: pytest.MonkeyPatch, zone: str, late: bool
) -> None:
    store.path.with_name("spotcheck.toml").write_text(f'[project]\ntime_zone = "{zone}"\n', encoding="utf-8")
    monkeypatch.setattr("review.basics.weeks.now", lambda: "2026-11-27T12:00:00.000+00:00")
    week = replace(week_of_store(store, THIS), due="2026-11-27")
    assert is_past_due(store, week) is late
