"""What runs once a day: at the right moment in every zone, once however many wait, and made up for after a pause."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from review.basics.errors import InputError
from review.serving.daily import claim_and_run, done_until, due_after, due_before, every_day, time_of

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = time(3, 30)
moments = st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(moments, times, st.sampled_from(ZONES))
@example(datetime(2011, 12, 29, 20, tzinfo=UTC), time(3, 30), "Pacific/Apia")
@example(datetime(2026, 3, 28, 20, tzinfo=UTC), time(2, 30), "Europe/Berlin")
@example(datetime(2026, 10, 24, 20, tzinfo=UTC), time(2, 30), "Europe/Berlin")
def test_the_next_moment_is_within_two_days_and_says_the_time(now: datetime, at: time, name: str) -> None:
    zone = ZoneInfo(name)
    before, after = due_before(now, at, zone), due_after(now, at, zone)
    assert before <= now < after and after - before <= timedelta(days=2, hours=2)
    assert due_after(before, at, zone) == after
    for moment in (before, after):
        local = moment.astimezone(zone)
        skipped = datetime.combine(local.date(), at, tzinfo=zone).astimezone(UTC).astimezone(zone)
        assert local.time() == at or skipped.time() != at


@given(moments, times, st.sampled_from(ZONES))
def test_a_year_has_one_moment_a_day(now: datetime, at: time, name: str) -> None:
    zone, found = ZoneInfo(name), []
    for _ in range(40):
        now = due_after(now, at, zone)
        found.append(now)
    assert all(timedelta(hours=22) <= b - a <= timedelta(days=2) for a, b in pairwise(found))


@pytest.mark.parametrize("text", ["", "3:30", "24:00", "12:60", "03:30:00", "٠٣:٣٠", "noon", "-1:00", "03.30"])
def test_a_wrong_time_is_named(text: str) -> None:
    with pytest.raises(InputError, match="expected a time of the day"):
        time_of(text)


def test_times_are_read() -> None:
    assert time_of("03:30") == NIGHT and time_of("00:00") == time() and time_of("23:59") == time(23, 59)


class Clock:
    """A clock that only waiting moves; it ends after some days."""

    def __init__(self, start: datetime, days: float) -> None:
        self.now, self.end = start, start + timedelta(days=days)

    def wait(self, seconds: float) -> bool:
        self.now += timedelta(seconds=seconds)
        return self.now >= self.end


def runs(folder: Path, start: datetime, days: float) -> list[datetime]:
    clock, found, said = Clock(start, days), [], []
    every_day(
        folder / "s.db",
        NIGHT,
        BERLIN,
        run=lambda: found.append(clock.now),
        now=lambda: clock.now,
        wait=clock.wait,
        report=said.append,
    )
    assert not said
    return found


def test_files_that_cannot_be_written_are_reported_and_the_next_night_comes(tmp_path: Path) -> None:
    clock, said = Clock(datetime(2026, 11, 1, 12, tzinfo=UTC), 2), []
    (tmp_path / "s.db.nightly.part").mkdir()
    how = {"now": lambda: clock.now, "wait": clock.wait, "report": said.append}
    every_day(tmp_path / "s.db", NIGHT, BERLIN, run=lambda: said.append("ran"), **how)  # type: ignore[arg-type]
    assert len(said) == 2 and all("nothing ran tonight" in text for text in said)


def test_it_runs_once_a_day_by_the_wall_clock_also_when_the_clock_changes(tmp_path: Path) -> None:
    found = runs(tmp_path, datetime(2026, 10, 23, 12, tzinfo=UTC), 4)
    assert [f"{t:%d %H:%M}" for t in found] == ["24 01:30", "25 02:30", "26 02:30", "27 02:30"]


def test_what_was_due_during_a_pause_runs_once_at_the_start(tmp_path: Path) -> None:
    first = runs(tmp_path, datetime(2026, 11, 1, 12, tzinfo=UTC), 1)
    assert len(first) == 1
    later = runs(tmp_path, datetime(2026, 11, 9, 12, tzinfo=UTC), 1)
    assert [f"{t:%d %H:%M}" for t in later] == ["09 12:00", "10 02:30"]
    assert [f"{t:%d}" for t in runs(tmp_path, datetime(2026, 11, 10, 13, tzinfo=UTC), 0.9)] == ["11"]


def test_a_new_store_waits_for_its_first_night(tmp_path: Path) -> None:
    assert runs(tmp_path, datetime(2026, 11, 1, 12, tzinfo=UTC), 0.4) == []


def test_of_many_processes_one_runs(tmp_path: Path) -> None:
    due, ran, together = datetime(2026, 11, 1, 2, 30, tzinfo=UTC), [], threading.Barrier(6)

    def one(_: int) -> bool:
        together.wait()
        return claim_and_run(tmp_path / "s.db", due, lambda: ran.append(1))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one, range(6))) == 1
    assert len(ran) == 1 and done_until(tmp_path / "s.db") == due
    assert not claim_and_run(tmp_path / "s.db", due, lambda: ran.append(1))
    assert claim_and_run(tmp_path / "s.db", due + timedelta(days=1), lambda: ran.append(1))


def test_a_run_that_fails_is_not_repeated_the_same_day(tmp_path: Path) -> None:
    due = datetime(2026, 11, 1, 2, 30, tzinfo=UTC)

    def fail() -> None:
        raise InputError("the disk is gone")

    with pytest.raises(InputError):
        claim_and_run(tmp_path / "s.db", due, fail)
    assert not claim_and_run(tmp_path / "s.db", due, fail)


@pytest.mark.parametrize("content", ["", "yesterday", "2026-11-01T02:30:00", "\0"])
def test_a_note_that_says_nothing_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "s.db.nightly").write_text(content)
    ran: list[int] = []
    assert claim_and_run(tmp_path / "s.db", datetime(2026, 11, 1, tzinfo=UTC), lambda: ran.append(1)) and ran
