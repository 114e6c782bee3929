"""Dates in declared forms: read as declared, decided over the whole column, and never guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics.date_forms import ORDERS, DateColumn, check_form, date_column, read_date
from review.basics.errors import InputError
from review.basics.times import utc_text

BERLIN = ZoneInfo("Europe/Berlin")
WRITTEN = {"day-first": "{0:%d/%m/%Y %H:%M}", "month-first": "{0:%m/%d/%Y %H:%M}", "year-first": "{0:%Y/%m/%d %H:%M}"}


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("09/11/2026 08:15", "day-first", "2026-11-09T08:15:00.000+00:00"),
        ("09/11/2026 08:15", "month-first", "2026-09-11T08:15:00.000+00:00"),
        ("9.11.2026", "day-first", "2026-11-09T00:00:00.000+00:00"),
        ("9. 11. 2026, 8:15 Uhr", "day-first", "2026-11-09T08:15:00.000+00:00"),
        ("11/9/26 5:05 PM", "month-first", "2026-11-09T17:05:00.000+00:00"),
        ("11/9/26 12:05 a.m.", "month-first", "2026-11-09T00:05:00.000+00:00"),
        ("2026/11/09 08:15:01.5", "year-first", "2026-11-09T08:15:01.500+00:00"),
        ("30-11-2026T17:05:00+02:00", "day-first", "2026-11-30T15:05:00.000+00:00"),
        ("09/11/2026 08h15", "day-first", "2026-11-09T08:15:00.000+00:00"),
        ("30.11.2026 17:05", "%d.%m.%Y %H:%M", "2026-11-30T17:05:00.000+00:00"),
        ("2026-11-30T17:05:00Z", "day-first", "2026-11-30T17:05:00.000+00:00"),
        ("1764522300", "day-first", "2025-11-30T17:05:00.000+00:00"),
    ],
)
def test_a_declared_form_is_read(text: str, form: str, expected: str) -> None:
    found = read_date(text, form)
    assert found is not None and utc_text(found) == expected


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("09/11/2026", ""),
        ("30/11/2026", "month-first"),
        ("31/02/2026", "day-first"),
        ("09/11-2026", "day-first"),
        ("13:05", "day-first"),
        ("09/11/2026 17:05 PM", "day-first"),
        ("soon", "day-first"),
        ("", "day-first"),
        ("9/11/126", "day-first"),
    ],
)
def test_what_the_form_does_not_say_is_not_read(text: str, form: str) -> None:
    assert read_date(text, form) is None


def test_a_time_without_a_zone_is_in_the_zone_of_the_project() -> None:
    for value, form in (
        ("30/11/2026 17:05", "day-first"),
        ("2026-11-30T17:05", ""),
        (datetime(2026, 11, 30, 17, 5), ""),
    ):
        found = read_date(value, form, BERLIN)
        assert found is not None and utc_text(found) == "2026-11-30T16:05:00.000+00:00"
    for zoned in ("2026-11-30T17:05Z", "2026-11-30 17:05 UTC", "2026-11-30T18:05+01:00"):
        found = read_date(zoned, "", BERLIN)
        assert found is not None and utc_text(found) == "2026-11-30T17:05:00.000+00:00"


@given(st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2068, 1, 1)), min_size=1), st.sampled_from(list(ORDERS)))
def test_the_true_form_always_fits_and_a_single_fit_reads_every_date(moments: list[datetime], form: str) -> None:
    moments = [moment.replace(second=0, microsecond=0, tzinfo=UTC) for moment in moments]
    texts = [WRITTEN[form].format(moment) for moment in moments]
    column = date_column(texts)
    assert form in column.fits
    if column.decided is not None:
        assert [read_date(text, column.decided) for text in texts] == moments
    else:
        assert all(moment.day <= 12 for moment in moments)


def test_the_whole_column_decides() -> None:
    early = [f"0{n}/11/2026" for n in range(1, 10)]
    assert date_column(early).decided is None and "both read all 9 values" in date_column(early).why
    assert date_column([*early, "30/11/2026"]).decided == "day-first"
    mixed = date_column([*early, "30/11/2026", "11/30/2026"])
    assert mixed.fits == () and mixed.decided is None and "11/30/2026" in mixed.why
    assert date_column(["2026-11-30", 1764522300, None, ""]).decided == ""
    assert DateColumn().decided == ""
    words = date_column(["soon", "30/11/2026", "later"])
    assert (words.unread, words.decided, date_column(["soon"]).decided) == (2, "day-first", "")
    assert words.why.startswith(f"Only day-first reads {words.seen - 2} of {words.seen} values, such as ")
    assert words.why.endswith(" No form reads the other 2.")


@pytest.mark.parametrize("form", ["dayfirst", "%Q", "%H:%M", "dd/mm/yyyy", "%d%d%d"])
def test_a_form_that_is_none_is_refused(form: str) -> None:
    with pytest.raises(InputError, match="day-first"):
        check_form(form)


def test_patterns_and_names_are_forms() -> None:
    assert [check_form(form) for form in ("", *ORDERS, "%d.%m.%Y %H:%M")][-1] == "%d.%m.%Y %H:%M"


@given(
    st.lists(st.sampled_from(["09/11/2026", "30/11/2026", "11/30/2026", "2026/11/09", "soon", "2026-11-09", "", None]))
)
def test_a_column_is_the_same_in_any_order(values: list[str | None]) -> None:
    column, turned = date_column(values), date_column(reversed(values))
    assert (column.fits, column.unread, column.seen) == (turned.fits, turned.unread, turned.seen)
    assert all(
        read_date(v, form) for form in column.fits if form != "iso" for v in values if v not in ("soon", "", None)
    )
