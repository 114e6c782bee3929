"""A week that opens itself: once the schedule says so, and once the week's conversations have all come in.

Days are compared with the same weekday of earlier weeks, because traffic depends on the weekday. A day that is short
keeps the week closed: a draw seals the frame, and rows that come later are never drawn from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.log_paths import log_of
from review.basics.weeks import Window, monday_of, week_of, zone_of
from review.basics.words import counted
from review.people.people import person, require
from review.sampling.day_counts import rows_per_day
from review.sampling.frame import fitting
from review.settings.project import Project
from review.week.drawing import Request, opened_source
from review.week.opening import OpenedWeek, open_week
from storage.queries.schedules import latest_schedule
from storage.records_review import Week, WeekSchedule
from storage.store import Store

WEEKS_BEFORE = 8
"""Earlier weeks that say what is usual."""
LEAST_WEEKS = 3
"""So many earlier weeks must have rows on a weekday before a day can be called short."""
SHORT = 0.5
"""A day with less than this share of the usual is short."""


class ShortDay(NamedTuple):
    """A day with fewer conversations than usual on its weekday (the median of the weeks before)."""

    day: date
    rows: int
    usual: float


@dataclass(frozen=True)
class OpenedByItself:
    """The week that was opened, and what was drawn and dealt."""

    week: str
    opened: OpenedWeek


def set_schedule(
    store: Store,
    *,
    by: str,
    on: bool,
    weekday: int,
    rate: float,
    raters: Sequence[str],
    overlap: float,
    source: str | None = None,
    minutes: float | None = None,
) -> WeekSchedule:
    """Say how each week opens itself; the latest row counts, and ``on`` False ends it.

    ``weekday`` is 1 (Monday) to 7 of the week after the one that is opened. ``raters`` are ids or names. Raises Refused
    without the role lead or for somebody who may not annotate, InputError for a value out of range.
    """
    require(store, by, "lead")
    if not 1 <= weekday <= 7:
        raise InputError(f"weekday: found {weekday}, expected 1 (Monday) to 7 (Sunday).")
    if not 0 < rate <= 1 or not 0 <= overlap <= 1:
        raise InputError(f"rate and overlap: found {rate} and {overlap}, expected shares of at most 1, rate above 0.")
    chosen = tuple(dict.fromkeys(person(store, name).id for name in raters))
    for rater in chosen:
        require(store, rater, "annotator")
    if on and not chosen:
        raise InputError("Choose at least one reviewer.")
    row = WeekSchedule(
        id=new_id(),
        at=now(),
        by=by,
        on=on,
        weekday=weekday,
        rate=rate,
        raters=chosen,
        overlap=overlap,
        source=source or None,
        minutes=minutes,
    )
    with store.transaction():
        store.add(row)
        chain.record(store, by, "schedule", "on" if on else "off", id=row.id)
    return row


def open_when_due(store: Store, project: Project, *, at: datetime | None = None) -> OpenedByItself:
    """Open the last week if its day has come and its conversations are all there. ``at`` is the time, default now.

    Raises NothingToDo when nothing is due, Refused for a short frame, and what :func:`open_week` raises.
    """
    schedule, moment, zone = latest_schedule(store), at or datetime.now(UTC), zone_of(project.time_zone)
    if schedule is None or not schedule.on:
        raise NothingToDo("no week opens by itself; a lead can set that on the Sampling page.")
    week = due_week(schedule, moment, zone)
    if store.get(Week, week) is not None:
        raise NothingToDo(f"{week} is open already.")
    request = Request(
        week=week,
        rate=schedule.rate,
        raters=schedule.raters,
        overlap=schedule.overlap,
        minutes=schedule.minutes,
        source=schedule.source,
    )
    short = short_days(week, days_before(store, project, request, zone))
    if short:
        raise Refused(_in_words(week, short))
    return OpenedByItself(week, open_week(store, project, request, by=schedule.by))


def due_week(schedule: WeekSchedule, moment: datetime, zone: ZoneInfo) -> str:
    """Return the last week, if the day of the schedule has come. Raises NothingToDo while it has not."""
    today = moment.astimezone(zone).date()
    week = week_of(moment - timedelta(days=7), zone)
    if today.isoweekday() < schedule.weekday:
        day = monday_of(week) + timedelta(days=6 + schedule.weekday)
        raise NothingToDo(f"{week} opens by itself on {day:%A}, {day.isoformat()}.")
    return week


def days_before(store: Store, project: Project, request: Request, zone: ZoneInfo) -> list[int] | None:
    """Return the rows of each day from ``WEEKS_BEFORE`` weeks before the week to its Sunday; None without times."""
    first = monday_of(request.week) - timedelta(weeks=WEEKS_BEFORE)
    days = [_day(first + timedelta(days=n), zone) for n in range(7 * (WEEKS_BEFORE + 1))]
    # Rows of earlier weeks are wanted as well, so the source is opened without leaving out their files.
    with opened_source(request, log_of(store.path), all_weeks=True) as engine:
        mapping = fitting(engine, project.mapping)
        return rows_per_day(engine, days, mapping={**mapping, **(request.mapping or {})})


def short_days(week: str, rows: Sequence[int] | None) -> list[ShortDay]:
    """Return the days of a week with less than half the usual rows of their weekday.

    ``rows`` are those of :func:`days_before`. Weeks without a row at all are left out (there was no traffic yet), and a
    weekday with under ``LEAST_WEEKS`` such weeks before it, or none with rows, cannot be judged.
    """
    if rows is None:
        return []
    weeks = [rows[k : k + 7] for k in range(0, len(rows), 7)]
    earlier = [one for one in weeks[:-1] if any(one)]
    if len(earlier) < LEAST_WEEKS:
        return []
    monday, found = monday_of(week), []
    for number, there in enumerate(weeks[-1]):
        usual = float(median(one[number] for one in earlier))
        if there < SHORT * usual:
            found.append(ShortDay(monday + timedelta(days=number), there, usual))
    return found


def _in_words(week: str, short: Sequence[ShortDay]) -> str:
    days = "; ".join(
        f"{one.day:%A} {one.day.isoformat()} has {counted(one.rows, 'conversation')} where {one.usual:,.0f} are usual"
        for one in short
    )
    return (
        f"{week} was not opened: {days}. Import what is missing and it opens the next night, or, if it is right, "
        "open it on the Sampling page."
    )


def _day(day: date, zone: ZoneInfo) -> Window:
    start, end = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day, day + timedelta(days=1)))
    return Window(start.astimezone(UTC), end.astimezone(UTC))
