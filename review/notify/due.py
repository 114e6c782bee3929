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


TIED_TO_THE_DAY = ("soon", "late")
"""The kinds that speak of the due date: once it moves, they can be due again."""


class Key(NamedTuple):
    """What is never sent twice. ``due`` is the due date that a message speaks of, "" for the other kinds."""

    week: str
    kind: str
    recipient: str
    due: str = ""


def key_for(week: str, kind: str, recipient: str, due: str) -> Key:
    """Return the key of a message about a week that is due on the day ``due``."""
    return Key(week, kind, recipient, due if kind in TIED_TO_THE_DAY else "")


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
    def key(self) -> Key:
        """Return what is never sent twice."""
        return key_for(self.week.name, self.kind, self.recipient, self.week.due.isoformat())


def due_messages(
    weeks: Iterable[WeekState],
    today: date,
    *,
    kinds: Collection[str],
    days_before: int,
    over: Collection[Key],
    to_all: Sequence[str],
) -> list[Message]:
    """Return the messages that are due ``today`` and not ``over``; each person gets one about a week on one day.

    ``over`` are the keys of messages that are not to be sent again. ``to_all`` get the report of a closed week.
    A reminder follows the message that the week opened. Where ``kinds`` leaves "opened" out, it does not wait for one.
    """
    known, told = set(over), "opened" in kinds
    found = (message for week in weeks for message in _of_week(week, today, days_before, known, to_all, told=told))
    return [m for m in found if m.kind in kinds and m.key not in over]


def _of_week(
    week: WeekState, today: date, days_before: int, over: set[Key], to_all: Sequence[str], *, told: bool
) -> Iterator[Message]:
    if week.closed is not None:
        if today - week.closed <= timedelta(days=CLOSED_DAYS):
            for recipient in to_all:
                yield Message(week=week, kind="closed", recipient=recipient)
        return
    for left in week.left:
        heard = not told or Key(week.name, "opened", left.person) in over
        kind = _kind(week, today, days_before, heard=heard)
        if left.items and kind:
            yield Message(week=week, kind=kind, recipient=left.person, items=left.items, minutes=left.minutes)


def _kind(week: WeekState, today: date, days_before: int, *, heard: bool) -> str:
    """Return what to say to somebody with items left; "" for nothing. ``heard``: they know that the week is open."""
    if today > week.due:
        return "late" if today - week.due <= timedelta(days=LATE_DAYS) else ""
    if heard and week.due - today <= timedelta(days=days_before):
        return "soon"
    return "opened"
