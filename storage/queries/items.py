"""Items and their weeks."""

from __future__ import annotations

from storage.store import Store


def weeks_with_items(store: Store) -> list[str]:
    """Return the names of all weeks that have an item, in order."""
    return [row["week"] for row in store.query("SELECT DISTINCT week FROM items ORDER BY 1")]
