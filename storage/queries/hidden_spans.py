"""The spans that reviewers hid in conversations."""

from __future__ import annotations

from collections.abc import Sequence

from storage.queries.conditions import not_withdrawn
from storage.queries.parameters import json_list
from storage.records_review import HiddenSpan
from storage.store import Store


def spans_hidden_now(store: Store, conversations: Sequence[str]) -> list[HiddenSpan]:
    """Return the spans that are hidden now in some conversations, in order of arrival.

    A span that flags name is hidden while one of them stands; one that no flag names is always hidden.
    """
    if not conversations:
        return []
    return store.select(HiddenSpan, HIDDEN_SQL, {"ids": json_list(conversations)})


HIDDEN_SQL = f"""
SELECT h.* FROM hidden_spans h
WHERE h.conversation_id IN (SELECT value FROM json_each(:ids))
  AND (NOT EXISTS (SELECT 1 FROM flags f WHERE f.span = h.id)
       OR EXISTS (SELECT 1 FROM flags f WHERE f.span = h.id AND {not_withdrawn("f")}))
ORDER BY h.rowid
"""  # noqa: S608 - constants of ours
