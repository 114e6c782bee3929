"""Legal holds that last."""

from __future__ import annotations

from storage.records_retention import LegalHold
from storage.store import Store


def holds_that_last(store: Store) -> list[LegalHold]:
    """Return the holds that nobody has released, in order of arrival."""
    return store.select(LegalHold, _SQL)


_SQL = """
SELECT h.* FROM legal_holds h
WHERE NOT EXISTS (SELECT 1 FROM hold_releases r WHERE r.hold_id = h.id) ORDER BY h.rowid
"""
