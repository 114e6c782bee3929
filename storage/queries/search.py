"""What a few typed words find in the store, fast on a store of millions: by id over everything, by text the latest."""

from __future__ import annotations

import time
from typing import NamedTuple

import orjson

from storage.queries.conditions import not_withdrawn
from storage.queries.parameters import json_list
from storage.store import Store

STEP = 500
"""How many conversations one statement reads; the clock is asked after each."""


class FoundItem(NamedTuple):
    """An item, its week and conversation, whether somebody reviewed it, and its kind (None for an ordinary one)."""

    id: str
    week: str
    conversation_id: str
    reviewed: int
    kind: str | None = None


def items_named(store: Store, text: str, most: int) -> list[FoundItem]:
    """Return items whose id contains ``text``, without regard to case. Anchors are found nowhere."""
    # The inner statement reads the index of ids alone.
    ids = [row["id"] for row in store.query(_IDS_SQL, {"pattern": _pattern(text), "most": most})]
    return _items(store, ids)


_IDS_SQL = r"SELECT id FROM items WHERE id LIKE :pattern ESCAPE '\' LIMIT :most"


def items_saying(store: Store, text: str, most: int, *, seconds: float) -> tuple[list[FoundItem], int]:
    """Return items in whose conversation somebody said ``text``, the latest first, and how many were looked through.

    It looks through the latest conversations until it has ``most`` or ``seconds`` are over.
    """
    ends = time.monotonic() + seconds
    pattern = _pattern(orjson.dumps(text).decode()[1:-1])
    top = int(store.query("SELECT coalesce(max(rowid), 0) AS top FROM conversations")[0]["top"])
    found: list[str] = []
    read = 0
    while top > 0 and len(found) < most and time.monotonic() < ends:
        given = {"top": top, "bottom": top - STEP, "pattern": pattern, "most": most}
        found += [row["id"] for row in store.query(_SAYING_SQL, given)]
        read += min(STEP, top)
        top -= STEP
    return _items(store, found[:most]), read


_SAYING_SQL = r"""
SELECT i.id FROM conversations c JOIN items i ON i.conversation_id = c.id
WHERE i.kind IS NOT 'anchor' AND c.rowid <= :top AND c.rowid > :bottom
  AND CAST(c.messages AS TEXT) LIKE :pattern ESCAPE '\'
ORDER BY c.rowid DESC LIMIT :most
"""


def _items(store: Store, ids: list[str]) -> list[FoundItem]:
    rows = {row["id"]: FoundItem(**row) for row in store.query(_ITEMS_SQL, {"ids": json_list(ids)})} if ids else {}
    return [rows[one] for one in dict.fromkeys(ids) if one in rows]


_ITEMS_SQL = f"""
SELECT i.id, i.week, i.conversation_id,
  EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = i.id AND {not_withdrawn("n")}) AS reviewed,
  i.kind
FROM items i WHERE i.id IN (SELECT value FROM json_each(:ids)) AND i.kind IS NOT 'anchor'
"""  # noqa: S608 - constants of ours


def _pattern(text: str) -> str:
    """Return the LIKE pattern of texts that contain ``text``; its own wildcards stand for themselves."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
