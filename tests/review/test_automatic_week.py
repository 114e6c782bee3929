"""Weeks that open themselves: on their day, once each day of the week has as many rows as is usual."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pair_store import new_pair

from review.audit.verifying import check_store
from review.basics.clock import shifted
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.weeks import zone_of
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.serving.last_night import last_night
from review.serving.nightly import NIGHTLY, run_nightly
from review.settings.project import project_of
from review.sources.import_into import import_into
from review.sources.options import ImportOptions
from review.sources.pulling.pull import pull
from review.week.automatic import due_weeks, open_when_due, set_schedule
from review.week.completeness import days_before, short_days, what_is_missing
from review.week.drawing import Request
from review.week.pairs import add_pairs
from storage.queries.schedules import latest_schedule
from storage.records_weeks import Assignment, Item, WeekSchedule
from storage.store import Store

UTC_ZONE = zone_of("UTC")
MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)
"""The Monday after 2026-W47."""


@pytest.fixture
def team(store: Store) -> Store:
    """A store with a lead, two reviewers and a rubric."""
    add_person(store, "Lea", role="lead", by="test")
    for name in ("Ana", "Ben"):
        add_person(store, name, role="annotator", by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    return store


def schedule(store: Store, **changes: object) -> WeekSchedule:
    given = {"on": True, "weekday": 1, "rate": 0.5, "raters": ("Ana", "Ben"), "overlap": 0.2, **changes}
    with shifted(MONDAY - datetime.now(UTC)):
        return set_schedule(store, by="lea", **given)  # type: ignore[arg-type]


def logged(store: Store, tmp_path: Path, per_day: dict[date, int]) -> None:
    """Import so many conversations of each day."""
    rows = [
        {"id": f"{day}-{n}", "question": "How many?", "answer": "Seven.", "created_at": f"{day}T08:00:00Z"}
        for day, count in per_day.items()
        for n in range(count)
    ]
    file = tmp_path / f"log{len(list(tmp_path.iterdir()))}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_into(store, file, by="lea")


def five_weeks(last_day: int) -> dict[date, int]:
    """Four usual weeks with 4 rows a day, and W47 whose Sunday has ``last_day`` rows."""
    start = date(2026, 10, 19)
    return {start + timedelta(days=n): last_day if n == 34 else 4 for n in range(35)}


def test_a_complete_week_opens_itself_on_its_day(team: Store, tmp_path: Path):
    schedule(team)
    logged(team, tmp_path, five_weeks(last_day=4))
    (found,) = open_when_due(team, project_of(team.path), at=MONDAY)
    assert found.week == "2026-W47"
    assert found.opened.new_items == len(team.find(Item, week="2026-W47")) > 0
    assert {a.rater_id for a in team.find(Assignment)} == {"ana", "ben"}
    with pytest.raises(NothingToDo, match="no week is due; 2026-W48 opens by itself on Monday, 2026-11-30"):
        open_when_due(team, project_of(team.path), at=MONDAY)
    assert check_store(team).holds


def test_a_week_that_opened_for_pairs_is_drawn_on_its_day_as_well(team: Store, tmp_path: Path):
    schedule(team)
    logged(team, tmp_path, five_weeks(last_day=4))
    add_pairs(team, project_of(team.path), [new_pair(0)], "2026-W47", by="lea", raters=["Ana"])
    (found,) = open_when_due(team, project_of(team.path), at=MONDAY)
    drawn = team.find(Item, week="2026-W47", kind=None)
    assert found.opened.new_items == len(drawn) > 0 and not any(item.purposive for item in drawn)
    with pytest.raises(NothingToDo):
        open_when_due(team, project_of(team.path), at=MONDAY)


def test_a_short_day_keeps_the_week_closed_until_its_rows_are_in(team: Store, tmp_path: Path):
    schedule(team)
    logged(team, tmp_path, five_weeks(last_day=1))
    with pytest.raises(Refused, match="Sunday 2026-11-22 has 1 conversation of production where 4 are usual"):
        open_when_due(team, project_of(team.path), at=MONDAY)
    assert team.find(Item) == []
    logged(team, tmp_path, {date(2026, 11, 22): 4})
    (found,) = open_when_due(team, project_of(team.path), at=MONDAY + timedelta(days=1))
    assert found.week == "2026-W47"


def test_without_enough_weeks_before_no_day_is_called_short(team: Store, tmp_path: Path):
    schedule(team)
    logged(team, tmp_path, {date(2026, 11, 16): 3})
    (found,) = open_when_due(team, project_of(team.path), at=MONDAY)
    assert found.week == "2026-W47"


def test_nothing_opens_without_a_schedule_before_its_day_or_when_it_is_off(team: Store, tmp_path: Path):
    project = project_of(team.path)
    with pytest.raises(NothingToDo, match="no week opens by itself"):
        open_when_due(team, project, at=MONDAY)
    logged(team, tmp_path, five_weeks(last_day=4))
    schedule(team, weekday=3)
    with pytest.raises(NothingToDo, match="2026-W47 opens by itself on Wednesday, 2026-11-25"):
        open_when_due(team, project, at=MONDAY)
    schedule(team, on=False)
    with pytest.raises(NothingToDo, match="no week opens by itself"):
        open_when_due(team, project, at=MONDAY)
    assert team.find(Item) == []


def test_the_latest_schedule_counts_and_comes_back_as_it_was_given(team: Store):
    schedule(team)
    latest = schedule(team, on=False, minutes=30.0, source="duckdb:///x.duckdb?table=t")
    assert latest_schedule(team) == latest


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"weekday": 8}, InputError, "weekday: found 8"),
        ({"rate": 0}, InputError, "rate and overlap"),
        ({"raters": ()}, InputError, "at least one reviewer"),
        ({"raters": ("Nobody",)}, Exception, "nobody called"),
    ],
)
def test_a_wrong_schedule_is_refused(team: Store, changes: dict[str, object], error: type[Exception], words: str):
    with pytest.raises(error, match=words):
        schedule(team, **changes)
    assert latest_schedule(team) is None


def test_only_a_lead_sets_it_and_the_lead_must_still_be_one(team: Store, tmp_path: Path):
    with pytest.raises(Refused, match="needs the role lead"):
        set_schedule(team, by="ana", on=True, weekday=1, rate=0.1, raters=("Ana",), overlap=0)
    schedule(team)
    logged(team, tmp_path, five_weeks(last_day=4))
    add_person(team, "Mia", role="lead", by="test")
    add_person(team, "Lea", role="none", by="mia")
    with pytest.raises(Refused, match="needs the role lead"):
        open_when_due(team, project_of(team.path), at=MONDAY)


def test_the_night_keeps_what_failed_for_the_lead(team: Store):
    def broken(store: Store, project: object) -> str:
        raise Refused("2026-W47 was not opened: Sunday is short.")

    assert last_night(team.path) is None
    run_nightly(team, steps={"week": broken})
    night = last_night(team.path)
    assert night is not None
    assert night.steps["week"]["status"] == "failed"
    assert night.steps["week"]["detail"] == "2026-W47 was not opened: Sunday is short."
    (outcome,) = run_nightly(team, steps={"week": NIGHTLY["week"]})
    assert outcome.status == "skipped"
    night = last_night(team.path)
    assert night is not None and night.steps["week"]["status"] == "skipped"
    team.path.with_name("spotcheck.db.night.json").write_text('{"at": 3')
    assert last_night(team.path) is None


def logged_from(store: Store, tmp_path: Path, source: str, per_day: dict[date, int]) -> None:
    """Import so many conversations of each day under the name of a source."""
    rows = [
        {"id": f"{day}-{n}", "question": "How many?", "answer": "Seven.", "created_at": f"{day}T09:00:00Z"}
        for day, count in per_day.items()
        for n in range(count)
    ]
    file = tmp_path / f"{source}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_into(store, file, ImportOptions(source=source), by="lea")


def test_days_of_a_source_are_counted_in_the_declared_form_of_its_dates(team: Store, tmp_path: Path):
    source = tmp_path / "desk.csv"
    rows = [f"{n},{day:%d.%m.%Y} 08:00,q" for n, day in enumerate(five_weeks(4)) if day != date(2026, 11, 22)]
    source.write_text("\n".join(["id,created_at,question", *rows]))
    project = replace(project_of(team.path), date_format="day-first")
    request = Request(week="2026-W47", source=str(source))
    counts = days_before(team, project, request, UTC_ZONE)
    assert counts is not None and sum(counts[""]) == 34
    (said,) = what_is_missing(team, project, request, UTC_ZONE)
    assert said == "Sunday 2026-11-22 has no conversations where 1 are usual"


def test_a_source_that_is_missing_is_seen_behind_the_others(team: Store, tmp_path: Path):
    schedule(team)
    logged(team, tmp_path, {day: 9 * n for day, n in five_weeks(last_day=4).items()})
    logged_from(
        team, tmp_path, "desk", {day: n for day, n in five_weeks(last_day=4).items() if day < date(2026, 11, 16)}
    )
    with pytest.raises(
        Refused,
        match=r"Monday 2026-11-16 has no conversations of desk where 4 are usual \(6 more days of the week are short\)",
    ):
        open_when_due(team, project_of(team.path), at=MONDAY)


def test_a_source_that_could_not_be_read_keeps_the_week_closed(team: Store, tmp_path: Path):
    schedule(team)
    logged(team, tmp_path, five_weeks(last_day=4))
    folder = tmp_path / "in"
    (tmp_path / "spotcheck.toml").write_text(f'[sources.shop]\nkind = "folder"\npath = "{folder}"\n')
    project = project_of(team.path)
    with pytest.raises(Refused, match="the source shop has not been read since the week ended"):
        open_when_due(team, project, at=MONDAY)
    assert pull(team, project, project.pulled[0], by="lea").errors
    with pytest.raises(Refused, match=r"the source shop could not be read to its end .*found no folder"):
        open_when_due(team, project, at=MONDAY)
    folder.mkdir()
    assert not pull(team, project, project.pulled[0], by="lea").errors
    assert [one.week for one in open_when_due(team, project, at=MONDAY)] == ["2026-W47"]


def test_a_week_that_was_short_opens_also_after_the_next_one_has_ended(team: Store, tmp_path: Path):
    schedule(team, weekday=7)
    logged(team, tmp_path, five_weeks(last_day=1))
    sunday = MONDAY + timedelta(days=6)
    with pytest.raises(Refused, match="2026-W47 was not opened: Sunday 2026-11-22"):
        open_when_due(team, project_of(team.path), at=sunday)
    with pytest.raises(Refused, match="2026-W47 was not opened"):
        open_when_due(team, project_of(team.path), at=sunday + timedelta(days=1))
    logged(team, tmp_path, {date(2026, 11, 22): 4})
    (found,) = open_when_due(team, project_of(team.path), at=sunday + timedelta(days=2))
    assert found.week == "2026-W47"


def test_the_day_is_that_of_the_projects_zone():
    given = {"id": "s", "by": "", "on": True, "weekday": 1, "rate": 0.1, "raters": ("a",), "overlap": 0}
    every = WeekSchedule(at="2026-11-18T00:00:00Z", **given)
    late_sunday = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert due_weeks(every, late_sunday, zone_of("Europe/Berlin")) == ["2026-W46", "2026-W47"]
    assert due_weeks(every, late_sunday, UTC_ZONE) == ["2026-W46"]
    later = datetime(2027, 1, 20, tzinfo=UTC)
    assert due_weeks(every, later, UTC_ZONE) == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]


@given(st.lists(st.lists(st.integers(0, 50), min_size=7, max_size=7), min_size=9, max_size=9))
def test_only_days_under_half_the_usual_are_short(weeks: list[list[int]]):
    rows = [n for week in weeks for n in week]
    found = {one.day for one in short_days("2026-W47", {"shop": rows})}
    begun = next((k for k, week in enumerate(weeks[:-1]) if any(week)), 9)
    earlier = weeks[begun:-1]
    for number in range(7):
        usual = sorted(week[number] for week in earlier)
        middle = (usual[(len(usual) - 1) // 2] + usual[len(usual) // 2]) / 2 if usual else 0
        short = len(earlier) >= 3 and weeks[-1][number] < middle / 2
        assert (date(2026, 11, 16) + timedelta(days=number) in found) == short
