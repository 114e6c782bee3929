"""Who can no longer be dealt an item: who holds or had it already, and who knows the answer of an anchor."""

from __future__ import annotations

from storage.queries.anchors import who_knows_anchors
from storage.queries.assignments import raters_by_item
from storage.store import Store


def barred_by_item(store: Store, week: str) -> dict[str, set[str]]:
    """Return, by item of a week, the people who hold it, have reviewed or skipped it, or know its answer."""
    had = raters_by_item(store, week)
    for item, known in who_knows_anchors(store, list(had)).items():
        had[item] |= known
    return had
