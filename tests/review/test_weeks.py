from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.basics.errors import InputError
from review.basics.weeks import due_date, monday_of, week_of, week_window


def test_a_week_in_utc_runs_from_monday_midnight_to_monday_midnight():
    window = week_window("2026-W47")
    assert window == (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC), "UTC")


def test_a_week_in_berlin_begins_an_hour_or_two_earlier_in_utc():
    assert week_window("2026-W47", "Europe/Berlin").start == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert week_window("2026-W28", "Europe/Berlin").start == datetime(2026, 7, 5, 22, tzinfo=UTC)


def test_a_week_in_which_the_clocks_change_is_an_hour_longer_or_shorter():
    # 2026: clocks go forward on Sunday 29 March (W13) and back on Sunday 25 October (W43).
    for week, hours in (("2026-W13", 167), ("2026-W43", 169), ("2026-W44", 168)):
        window = week_window(week, "Europe/Berlin")
        assert window.end - window.start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("week", "monday"),
    [("2026-W53", date(2026, 12, 28)), ("2021-W01", date(2021, 1, 4)), ("2020-W53", date(2020, 12, 28))],
)
def test_years_end_as_iso_defines(week, monday):
    assert monday_of(week) == monday


def test_new_year_belongs_to_the_week_of_its_thursday():
    # 1 January 2021 was a Friday, 1 January 2027 is a Friday: both belong to W53 of the year before.
    assert week_of(datetime(2021, 1, 1, tzinfo=UTC)) == "2020-W53"
    assert week_of(datetime(2027, 1, 3, 23, 59, tzinfo=UTC)) == "2026-W53"
    assert week_of(datetime(2027, 1, 3, 23, 59, tzinfo=UTC), "Europe/Berlin") == "2027-W01"


@pytest.mark.parametrize(
    "text", ["W47", "2026W47", "2026-W7", "2026-47", "2026-W00", "2025-W53", "2026-W54", "0000-W01", "", " 2026-W47"]
)
def test_other_names_of_weeks_are_refused(text):
    with pytest.raises(InputError, match=r"week: found"):
        week_window(text)


def test_the_ends_of_the_calendar_are_refused_in_a_sentence():
    for week, zone in (("9999-W52", "UTC"), ("0001-W01", "Asia/Tokyo")):
        with pytest.raises(InputError, match="week: found"):
            week_window(week, zone)


def test_an_unknown_time_zone_is_refused():
    for zone in ("Mars/Olympus", "", "../etc"):
        with pytest.raises(InputError, match="time zone"):
            week_window("2026-W47", zone)


def test_review_is_due_on_the_friday_after_the_week():
    assert due_date("2026-W47") == date(2026, 11, 27)
    assert due_date("2026-W47").isoweekday() == 5


@settings(deadline=None)
@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"]),
)
def test_every_instant_lies_in_the_window_of_its_week_and_in_no_neighbour(moment, zone):
    moment = moment.replace(tzinfo=UTC)
    window = week_window(week_of(moment, zone), zone)
    assert window.start <= moment < window.end
