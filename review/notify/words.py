"""What the messages say."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from review.basics.words import counted
from review.notify.due import Message


class Text(NamedTuple):
    """A message in words; the body may be Markdown."""

    title: str
    body: str


def words(message: Message, today: date, *, url: str, report: str = "", name: str = "") -> Text:
    """Return the title and the body of a message.

    ``url`` is the address of the application, "" for no link. ``report`` is the body of a closed week. ``name`` is the
    person in a message to a channel, where several people read it.
    """
    week, due = message.week.name, _day(message.week.due)
    if message.kind == "closed":
        return Text(f"Week {week} is closed", _with_link(report, url, "week", f"{week}&view=report"))
    left = counted(message.items, "item")
    minutes = counted(max(round(message.minutes), 1), "minute")
    title, body = {
        "opened": (f"Week {week}: {left} for you", f"You have {left} to review, about {minutes}, due {due}."),
        "soon": (
            f"Week {week}: {left} left, due {_in_days((message.week.due - today).days)}",
            f"You have {left} left to review, about {minutes}, due {due}.",
        ),
        "late": (
            f"Week {week} was due {due}: {left} left",
            f"You still have {left} to review, about {minutes}. If you cannot, tell the lead, who can deal them to "
            "somebody else.",
        ),
    }[message.kind]
    if name:
        title, body = f"{name} · {title}", f"{name}: {body}"
    return Text(title, _with_link(body, url, "annotate", week))


def _with_link(body: str, url: str, page: str, query: str) -> str:
    return f"{body.rstrip()}\n\n{url.rstrip('/')}/{page}?week={quote(query, safe='&=-')}" if url else body


def _in_days(days: int) -> str:
    return "today" if days <= 0 else "tomorrow" if days == 1 else f"in {days} days"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
