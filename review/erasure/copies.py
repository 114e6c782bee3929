"""Copies that left the store: exports, tables that were published, labels that were sent. They are listed."""

from __future__ import annotations

from review.erasure.person import Person
from storage.queries.audit import entries_that_fit
from storage.records_base import Json
from storage.records_log import Conversation
from storage.records_people import Rater
from storage.records_weeks import Item
from storage.store import Store

ACTIONS = (
    *("export", "export labels", "export verdicts", "export pairs", "export preferences", "export learned"),
    *("publish", "push"),
)
"""Actions of entries about copies."""


def exports_of(store: Store, person: Person) -> list[Json]:
    """Return the exports since the first of the person's conversations, or the reviewer, came into the store.

    They may hold texts, or votes with the former id. An export of a release names the release. What was exported
    before cannot hold them.
    """
    since = _since(store, person)
    if since is None:
        return []
    return [
        {"at": e.at, "by": e.actor, "action": e.action, "target": _target(e.subject, e.detail)}
        for e in reversed(entries_that_fit(store, actions=ACTIONS))
        if e.at >= since
    ]


def _since(store: Store, person: Person) -> str | None:
    """Return since when the store had something of the person that an export takes; None for never."""
    if person.reviewer:
        rows = store.find(Rater, id=[person.reviewer, person.alias])
        return min((row.created_at for row in rows), default=None)
    items = store.find(Item, id=sorted(person.items)) if person.items else []
    held = store.find(Conversation, id=sorted(person.conversations)) if person.conversations else []
    return min(item.at for item in items) if items and held else None


def _target(subject: str, detail: Json) -> str:
    return str(detail.get("target") or detail.get("address") or subject)
