"""Addresses of hosts outside the project's list in what the product answered or its tools were given.

A model that was tricked sends data away in a link. Only the place is kept: the address itself may hold the data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from review.basics.errors import NothingToDo
from review.checks.protocol import Span
from review.compliance.checks.check import Clause, DailyCheck, Look, answers, each, place
from review.compliance.checks.texts import steps
from review.settings.project import Project
from storage.records_log import Conversation

_LINK = re.compile(
    r"\b(?:https?|wss?|ftp)://(?:[^\s/@\"'<>]{1,200}@)?(?P<host>\[[0-9a-f:.]+\]|[^\s/:?#\"'<>)\],\\]+)", re.IGNORECASE
)


def look(project: Project) -> Look:
    """Return the look at conversations. Raises NothingToDo while no host is listed."""
    if not project.compliance.hosts:
        raise NothingToDo("spotcheck.toml lists no host under [compliance], so no link can be outside the list.")
    return each(partial(_found, allowed=project.compliance.hosts))


def _found(conversation: Conversation, allowed: Iterable[str]) -> list[Span]:
    return [
        place(field, *found.span(), "link in a step" if field.startswith("steps.") else "link in an answer")
        for field, text in (*answers(conversation), *steps(conversation))
        if "://" in text
        for found in _LINK.finditer(text)
        if not is_allowed(found["host"], allowed)
    ]


def is_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Return whether a host is on the list: itself, or below a name that the list writes as ``*.example.org``."""
    name = host.rstrip(".").lower()
    return any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in allowed)


CHECK = DailyCheck(
    title="links to other hosts",
    about="links in answers and steps whose host is not listed under [compliance] in spotcheck.toml",
    clauses=(
        Clause("GDPR", "Art. 5(1)(f)", "confidentiality: data can leave in the address of a link"),
        Clause("GDPR", "Art. 32(1)", "security of processing"),
    ),
    days=3,
    traffic=look,
    method=lambda project: f"addresses with a scheme, compared with {', '.join(project.compliance.hosts)}",
)
