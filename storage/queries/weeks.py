"""Weeks of review."""

from __future__ import annotations

from storage.queries.conditions import left_by_undo
from storage.records_weeks import Week
from storage.store import Store


def weeks_in_use(store: Store) -> list[Week]:
    """Return all weeks in order, without those that only an undone import of labels opened."""
    return store.select(Week, _SQL)


_SQL = f"""
WITH undone AS MATERIALIZED (
  SELECT DISTINCT i.week FROM item_withdrawals gone CROSS JOIN items i ON i.id = gone.item_id
)
SELECT w.* FROM weeks w
WHERE w.name NOT IN (SELECT week FROM undone)
  OR EXISTS (SELECT 1 FROM draws d WHERE d.week = w.name)
  OR EXISTS (SELECT 1 FROM items i WHERE i.week = w.name AND NOT {left_by_undo("i")})
ORDER BY w.name
"""  # noqa: S608 - constants of ours
