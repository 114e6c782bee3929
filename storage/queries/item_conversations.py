"""The conversations of items: what groups them, and which of them have findings of checks."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from storage.queries.parameters import json_list
from storage.store import Store


class PlaceOfItem(NamedTuple):
    """An item with its conversation, session and user; "" where the log has none."""

    item: str
    conversation: str
    session: str
    user: str


def places_of_items(store: Store, items: Collection[str]) -> list[PlaceOfItem]:
    """Return where each of these items stands."""
    if not items:
        return []
    return [PlaceOfItem(*row) for row in store.stream(_PLACES_SQL, {"items": json_list(items)})]


_PLACES_SQL = """
SELECT i.id AS item, c.id AS conversation, coalesce(c.session_id, '') AS session, coalesce(c.user_id, '') AS who
FROM items i JOIN conversations c ON c.id = i.conversation_id WHERE i.id IN (SELECT value FROM json_each(:items))
"""


def conversations_with_findings(store: Store, items: Collection[str]) -> list[tuple[str, str]]:
    """Return those of these items whose conversation was checked and has findings, each with the conversation."""
    return list(store.stream(FINDINGS_SQL, {"items": json_list(items)})) if items else []


FINDINGS_SQL = """
SELECT i.id AS item, c.id AS conversation FROM items i JOIN conversations c ON c.id = i.conversation_id
WHERE CAST(c.checks AS TEXT) <> '{}' AND i.id IN (SELECT value FROM json_each(:items))
"""
