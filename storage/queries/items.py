"""Items and their weeks."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from storage.queries.conditions import left_by_undo
from storage.queries.parameters import json_list
from storage.records_review import Adjudication
from storage.records_weeks import Item
from storage.store import Store


def weeks_with_items(store: Store) -> list[str]:
    """Return the names of all weeks that have an item, in order; items that left with an undone import are none."""
    return [row["week"] for row in store.query(_WEEKS_SQL)]


# It asks the index for the next week instead of reading every item.
_WEEKS_SQL = f"""
WITH RECURSIVE known (week) AS (
  SELECT min(week) FROM items
  UNION ALL SELECT (SELECT min(week) FROM items WHERE week > known.week) FROM known WHERE week IS NOT NULL
)
SELECT week FROM known WHERE week IS NOT NULL AND EXISTS (
  SELECT 1 FROM items i WHERE i.week = known.week AND NOT {left_by_undo("i")})
"""  # noqa: S608 - constants of ours


def items_of_week(store: Store, week: str) -> list[Item]:
    """Return the items of a week in order of arrival, without pairs and what came with an undone import of labels."""
    return store.select(Item, _OF_WEEK_SQL, {"week": week})


_OF_WEEK_SQL = f"""
SELECT i.* FROM items i WHERE i.week = :week AND i.kind IS NULL AND NOT {left_by_undo("i")} ORDER BY i.rowid
"""  # noqa: S608 - constants of ours


def items_among(store: Store, weeks: Collection[str]) -> int:
    """Return how many items some weeks have together."""
    return int(store.query(_COUNT_SQL, {"weeks": json_list(weeks)})[0]["n"])


_COUNT_SQL = "SELECT count(*) AS n FROM items WHERE week IN (SELECT value FROM json_each(:weeks))"


def drawn_items(store: Store, week: str) -> list[tuple[str, str]]:
    """Return each item that was drawn in a week with its group, in order of arrival; hand-picked ones are left out."""
    return list(store.stream(_DRAWN_SQL, {"week": week}))


_DRAWN_SQL = """
SELECT id, stratum FROM items WHERE week = :week AND NOT purposive AND stratum IS NOT NULL ORDER BY rowid
"""


def adjudications_of_week(store: Store, week: str) -> list[Adjudication]:
    """Return the adjudications of the items of a week in order of arrival, superseded ones included."""
    return store.select(Adjudication, _DECIDED_SQL, {"week": week})


_DECIDED_SQL = """
SELECT a.* FROM items i CROSS JOIN adjudications a ON a.item_id = i.id WHERE i.week = :week ORDER BY a.rowid
"""


def cluster_of_each(store: Store, week: str) -> dict[str, str]:
    """Return the cluster of each item of a week: its session, else its user, else its own conversation."""
    return dict(store.stream(_CLUSTERS_SQL, {"week": week}))


_CLUSTERS_SQL = """
SELECT i.id, coalesce(c.session_id, c.user_id, i.conversation_id) AS cluster
FROM items i JOIN conversations c ON c.id = i.conversation_id WHERE i.week = :week
"""


def items_in_weeks(store: Store, items: Collection[str], weeks: Collection[str]) -> set[str]:
    """Return which of these items belong to one of these weeks."""
    found = store.query(_AMONG_SQL, {"items": json_list(items), "weeks": json_list(weeks)}) if items else []
    return {row["id"] for row in found}


_AMONG_SQL = """
SELECT id FROM items
WHERE id IN (SELECT value FROM json_each(:items)) AND week IN (SELECT value FROM json_each(:weeks))
"""


class DecidedItem(NamedTuple):
    """The latest decision on an item, with its week and conversation."""

    final: Adjudication
    week: str
    conversation_id: str


def decided_before(store: Store, scenario: str, most: int) -> list[DecidedItem]:
    """Return the latest decisions on items whose conversation has a scenario ("" for none), the latest first."""
    finals = store.select(Adjudication, _SCENARIO_SQL, {"scenario": scenario, "most": most})
    places = store.query(_PLACES_SQL, {"items": json_list([a.item_id for a in finals])})
    by_item = {row["id"]: row for row in places}
    return [DecidedItem(a, by_item[a.item_id]["week"], by_item[a.item_id]["conversation_id"]) for a in finals]


_SCENARIO_SQL = """
SELECT a.* FROM adjudications a JOIN items i ON i.id = a.item_id JOIN conversations c ON c.id = i.conversation_id
WHERE coalesce(c.scenario, '') = :scenario
  AND NOT EXISTS (SELECT 1 FROM adjudications later WHERE later.item_id = a.item_id AND later.rowid > a.rowid)
ORDER BY a.rowid DESC LIMIT :most
"""

_PLACES_SQL = """
SELECT id, week, conversation_id FROM items WHERE id IN (SELECT value FROM json_each(:items))
"""


def scenario_of_each(store: Store, items: Collection[str]) -> dict[str, str]:
    """Return the scenario of the conversation of each of these items, "" where it has none."""
    return {row["id"]: row["scenario"] for row in store.query(_SCENARIOS_SQL, {"items": json_list(items)})}


_SCENARIOS_SQL = """
SELECT i.id, coalesce(c.scenario, '') AS scenario FROM items i JOIN conversations c ON c.id = i.conversation_id
WHERE i.id IN (SELECT value FROM json_each(:items))
"""
