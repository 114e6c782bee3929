"""Which messages are due today. Values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

TEAM = "#team"
"""The recipient of what is for everybody. Ids of people hold no such sign."""
LATE_DAYS = 14
"""So long after the due date somebody still hears that a week is late: settings made later must not wake old weeks."""
CLOSED_DAYS = 7
"""So long after the closing the report is still sent."""


class Left(NamedTuple):
    """What one person has left in a week: items, and the minutes that they will take."""

    person: str
    items: int
    minutes: float


@dataclass(frozen=True)
class WeekState:
    """One week: until when it is reviewed, on which day it was closed (None while it is open), who has what left."""

    name: str
    due: date
    closed: date | None
    left: tuple[Left, ...]


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that is due: its week, its kind, and what is left of whom ("" and 0 for a closed week)."""

    week: WeekState
    kind: str
    recipient: str
    items: int = 0
    minutes: float = 0.0

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what is never sent twice."""
        return self.week.name, self.kind, self.recipient


def due_messages(
    weeks: Iterable[WeekState],
    today: date,
    *,
    kinds: Collection[str],
    days_before: int,
    over: Collection[tuple[str, str, str]],
    to_all: Sequence[str],
) -> list[Message]:
    """Return the messages that are due ``today`` and not ``over``; each person gets one about a week on one day.

    ``over`` are the keys of messages that are not to be sent again. ``to_all`` get the report of a closed week.
    """
    found = (message for week in weeks for message in _of_week(week, today, days_before, set(over), to_all))
    return [m for m in found if m.kind in kinds and m.key not in over]


def _of_week(
    week: WeekState, today: date, days_before: int, over: set[tuple[str, str, str]], to_all: Sequence[str]
) -> Iterator[Message]:
    if week.closed is not None:
        if today - week.closed <= timedelta(days=CLOSED_DAYS):
            for recipient in to_all:
                yield Message(week=week, kind="closed", recipient=recipient)
        return
    for left in week.left:
        kind = _kind(week, today, days_before, heard=(week.name, "opened", left.person) in over)
        if left.items and kind:
            yield Message(week=week, kind=kind, recipient=left.person, items=left.items, minutes=left.minutes)


def _kind(week: WeekState, today: date, days_before: int, *, heard: bool) -> str:
    """Return what to say to somebody with items left; "" for nothing. ``heard``: they know that the week is open."""
    if today > week.due:
        return "late" if today - week.due <= timedelta(days=LATE_DAYS) else ""
    if heard and week.due - today <= timedelta(days=days_before):
        return "soon"
    return "opened"
