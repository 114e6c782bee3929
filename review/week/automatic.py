"""A week that opens itself: once the schedule says so, and once the week's conversations have all come in.

A week that is not complete stays closed: a draw seals the frame, and rows that come later are never drawn from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused, ReviewError
from review.basics.weeks import monday_of, week_of, zone_of
from review.current.assignments import closing_of
from review.people.people import person, require
from review.settings.project import Project
from review.week.completeness import what_is_missing
from review.week.drawing import Request
from review.week.opening import OpenedWeek, open_week
from storage.queries.schedules import latest_schedule
from storage.records_log import Draw
from storage.records_retention import NeverDrawn
from storage.records_weeks import WeekSchedule
from storage.store import Store

CAUGHT_UP = 4
"""Weeks that still open by themselves after their day: when the nights did not run, or rows came late."""


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


def open_when_due(store: Store, project: Project, *, at: datetime | None = None) -> list[OpenedByItself]:
    """Open the weeks whose day has come and whose conversations are all there. ``at`` is the time, default now.

    Raises NothingToDo when nothing is due. Raises Refused when a week is not complete or cannot be drawn; the others
    are opened before.
    """
    schedule, moment, zone = latest_schedule(store), at or datetime.now(UTC), zone_of(project.time_zone)
    if schedule is None or not schedule.on:
        raise NothingToDo("no week opens by itself; a lead can set that on the Sampling page.")
    # A week that opened for imported labels or for pairs has no draw yet.
    due = [
        w
        for w in due_weeks(schedule, moment, zone)
        if not store.find(Draw, week=w) and closing_of(store, w) is None and store.get(NeverDrawn, w) is None
    ]
    if not due:
        raise NothingToDo(_next(schedule, moment, zone))
    opened, refused = list[OpenedByItself](), list[str]()
    for week in due:
        request = _request(schedule, week)
        try:
            missing = what_is_missing(store, project, request, zone)
            if missing:
                raise Refused(f"{'; '.join(missing)}. Once that has come in, it opens the next night")
            opened.append(OpenedByItself(week, open_week(store, project, request, by=schedule.by)))
        except ReviewError as error:
            refused.append(f"{week} was not opened: {str(error).rstrip('.')}.")
    if refused:
        came = "".join(f" {one.week} is open." for one in opened)
        raise Refused(f"{' '.join(refused)} If it is right as it is, open it on the Sampling page.{came}")
    return opened


def due_weeks(schedule: WeekSchedule, moment: datetime, zone: ZoneInfo) -> list[str]:
    """Return the ended weeks whose opening day has come, oldest first: the last ``CAUGHT_UP`` ones at most.

    The first one is the week before the schedule was set.
    """
    today, begun = moment.astimezone(zone).date(), week_of(datetime.fromisoformat(schedule.at), zone)
    mondays = [monday_of(week_of(moment, zone)) - timedelta(weeks=k) for k in range(CAUGHT_UP, 0, -1)]
    first = monday_of(begun) - timedelta(weeks=1)
    return [
        week_of(datetime(day.year, day.month, day.day, 12, tzinfo=zone), zone)
        for day in mondays
        if day >= first and day + timedelta(days=6 + schedule.weekday) <= today
    ]


def _next(schedule: WeekSchedule, moment: datetime, zone: ZoneInfo) -> str:
    """Return in words which week opens next, and when."""
    today = moment.astimezone(zone).date()
    monday = today - timedelta(days=today.isoweekday() - 1 + 7)
    if today >= monday + timedelta(days=6 + schedule.weekday):
        monday += timedelta(weeks=1)
    day = monday + timedelta(days=6 + schedule.weekday)
    week = week_of(datetime(monday.year, monday.month, monday.day, 12, tzinfo=zone), zone)
    return f"no week is due; {week} opens by itself on {day:%A}, {day.isoformat()}."


def _request(schedule: WeekSchedule, week: str) -> Request:
    return Request(
        week=week,
        rate=schedule.rate,
        raters=schedule.raters,
        overlap=schedule.overlap,
        minutes=schedule.minutes,
        source=schedule.source,
    )
