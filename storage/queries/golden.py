"""Golden examples."""

from __future__ import annotations

from storage.store import Store


def rows_of_examples(store: Store) -> int:
    """Return how many versions of golden examples the store has: no fewer than it has examples."""
    return int(store.query("SELECT count(*) AS n FROM golden_examples")[0]["n"])
