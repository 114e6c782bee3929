"""Items and their weeks."""

from __future__ import annotations

from collections.abc import Collection

from storage.queries.parameters import json_list
from storage.store import Store


def weeks_with_items(store: Store) -> list[str]:
    """Return the names of all weeks that have an item, in order."""
    return [row["week"] for row in store.query(_WEEKS_SQL)]


# It asks the index for the next week instead of reading every item.
_WEEKS_SQL = """
WITH RECURSIVE known (week) AS (
  SELECT min(week) FROM items
  UNION ALL SELECT (SELECT min(week) FROM items WHERE week > known.week) FROM known WHERE week IS NOT NULL
)
SELECT week FROM known WHERE week IS NOT NULL
"""


def items_in_weeks(store: Store, items: Collection[str], weeks: Collection[str]) -> set[str]:
    """Return which of these items belong to one of these weeks."""
    found = store.query(_AMONG_SQL, {"items": json_list(items), "weeks": json_list(weeks)}) if items else []
    return {row["id"] for row in found}


_AMONG_SQL = """
SELECT id FROM items
WHERE id IN (SELECT value FROM json_each(:items)) AND week IN (SELECT value FROM json_each(:weeks))
"""
