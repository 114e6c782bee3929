"""Flags that reviewers raised."""

from __future__ import annotations

from storage.queries.conditions import not_withdrawn
from storage.records_review import Flag
from storage.store import Store


def flags_that_count(store: Store, week: str) -> list[Flag]:
    """Return the flags on items of a week that were not taken back, the newest first."""
    return store.select(Flag, _SQL, {"week": week})


_SQL = f"""
SELECT f.* FROM flags f JOIN items i ON i.id = f.item_id
WHERE i.week = :week AND {not_withdrawn("f")}
ORDER BY f.rowid DESC
"""  # noqa: S608 - constants of ours
