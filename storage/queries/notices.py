"""Messages about weeks. Each is several rows; the latest one of a week, kind and recipient counts."""

from __future__ import annotations

from storage.records_notices import Notice
from storage.store import Store


def latest_notices(store: Store) -> list[Notice]:
    """Return the latest row of every message, in the order in which they were written."""
    return store.select(Notice, _LATEST)


_LATEST = """
SELECT * FROM notices WHERE rowid IN (SELECT max(rowid) FROM notices GROUP BY week, kind, recipient) ORDER BY rowid
"""
