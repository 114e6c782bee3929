"""The day until which a week is reviewed, which a lead can change while the week is open."""

from __future__ import annotations

from datetime import date, timedelta

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused, ReviewError
from review.basics.weeks import today_in
from review.current.assignments import closing_of, week_of_store
from review.people.people import require
from review.settings.project import project_of
from storage.records_weeks import DueChange, Week
from storage.store import Store

LONGEST = timedelta(days=366)
"""The longest time that a week may be reviewed in."""


def today_of(store: Store) -> date:
    """Return the date that it is in the time zone of the project; in UTC while its settings cannot be read."""
    try:
        return today_in(project_of(store.path).time_zone)
    except ReviewError:
        return today_in("UTC")


def is_past_due(store: Store, week: Week) -> bool:
    """Return whether the due date of a week has passed, by the date of :func:`today_of`."""
    return date.fromisoformat(week.due) < today_of(store)


def due_day(text: str, today: date) -> date:
    """Return a due date. Raises InputError for what is no date, for a day before ``today``, and over a year later."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"due: found {text!r}, expected a date such as 2026-11-27.") from None
    if day < today:
        raise InputError(
            f"due: {day.isoformat()} has passed, so every reviewer would be late from the start. "
            f"Choose {today.isoformat()} or a later day."
        )
    last = today + LONGEST
    if day > last:
        raise InputError(
            f"due: {day.isoformat()} is over a year away, so nobody would ever be late. Choose a day until "
            f"{last.isoformat()}."
        )
    return day


def change_due(store: Store, week: str, due: str, *, time_zone: str, by: str, reason: str = "") -> DueChange:
    """Change the day until which an open week is reviewed.

    Raises Refused without the role lead and for a closed week, InputError for a day that has passed, NothingToDo when
    the week is due on that day already.
    """
    require(store, by, "lead")
    with store.transaction():
        before = week_of_store(store, week).due
        if closing_of(store, week) is not None:
            raise Refused(f"{week} is closed, so its due date cannot change any more.")
        day = due_day(due, today_in(time_zone)).isoformat()
        if day == before:
            raise NothingToDo(f"{week} is due on {day} already.")
        change = DueChange(id=new_id(), week=week, due=day, at=now(), by=by, reason=reason.strip())
        store.add(change)
        chain.record(store, by, "change due date", week, due=day, before=before, reason=reason.strip())
    return change
