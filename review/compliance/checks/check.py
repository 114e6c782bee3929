"""What a daily check is: it looks at every conversation once, or at the state of the store once a day.

What it finds are kinds and places, never a word that somebody wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from review.checks.protocol import Span
from review.settings.project import Project
from storage.records_log import Conversation
from storage.store import Store


class Clause(NamedTuple):
    """A rule that a check serves: the law, its article or section, and how the check serves it."""

    law: str
    article: str
    how: str


class Trouble(NamedTuple):
    """Something wrong with the store itself: a kind, the id of what it is about, and how many of how many it is."""

    kind: str
    subject: str
    n: int = 1
    looked: int = 1


Look = Callable[[Sequence[Conversation]], Sequence[Sequence[Span]]]
"""Returns the places of each conversation at which something was found."""


@dataclass(frozen=True, kw_only=True)
class DailyCheck:
    """One check. It sets either ``traffic`` or ``state``.

    ``title`` is its name for people, ``about`` says in one sentence what it finds. ``clauses`` are the rules that it
    serves. A finding is due ``days`` days after it was found unless the project says otherwise. ``traffic`` makes the
    function that looks at conversations, ``state`` looks at the store and returns what is wrong on a day; both raise
    ReviewError, with the reason, where the check cannot run. ``method`` says with what it looks, for the report.
    """

    title: str
    about: str
    clauses: tuple[Clause, ...]
    days: int
    traffic: Callable[[Project], Look] | None = None
    state: Callable[[Store, Project, date], Iterable[Trouble]] | None = None
    method: Callable[[Project], str]


def each(look: Callable[[Conversation], Sequence[Span]]) -> Look:
    """Return a look at many conversations that looks at one after the other."""
    return lambda many: [look(one) for one in many]


def answers(conversation: Conversation) -> list[tuple[str, str]]:
    """Return the texts that the product wrote to the user, each with the path of its field."""
    return [
        (f"messages.{k}.content", text)
        for k, message in enumerate(conversation.messages)
        if message["role"] == "assistant" and isinstance(text := message.get("content"), str) and text
    ]


def place(field: str, start: int, end: int, kind: str) -> Span:
    """Return a place in the text of a field."""
    return {"field": field, "start": start, "end": end, "kind": kind}
