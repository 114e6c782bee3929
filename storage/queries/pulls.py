"""Visits to sources that are pulled: the latest of each, and where the next one goes on."""

from __future__ import annotations

from storage.records_base import Json
from storage.records_log import Pull, SourceConnection
from storage.store import Store


def last_cursor(store: Store, source: str) -> Json:
    """Return the cursor that the latest visit to a source left; {} before the first.

    After the undo of an import, the next visit begins before that import, so that it can come in again.
    """
    found = store.select(Pull, _CURSOR, {"source": source})
    return found[0].cursor if found else {}


def latest_pulls(store: Store) -> dict[str, list[Pull]]:
    """Return the rows of the latest visit to each source, by name of the source, in the order of the visit."""
    found: dict[str, list[Pull]] = {}
    for row in store.select(Pull, _LATEST):
        found.setdefault(row.source, []).append(row)
    return found


def latest_connections(store: Store) -> list[SourceConnection]:
    """Return the latest connection of each source that leads connected, by name; ended ones too."""
    return store.select(SourceConnection, _CONNECTIONS)


_CURSOR = """
WITH undone AS (
    SELECT min(p.rowid) AS first, max(w.at) AS at
    FROM pulls p JOIN import_withdrawals w ON w.import_id = p.import_id WHERE p.source = :source
)
SELECT p.* FROM pulls p, undone u
WHERE p.source = :source AND (
    u.first IS NULL OR p.rowid < u.first
    OR EXISTS (SELECT 1 FROM pulls later WHERE later.source = :source AND later.at > u.at)
)
ORDER BY p.rowid DESC LIMIT 1
"""
_LATEST = """
SELECT * FROM pulls
WHERE visit IN (SELECT visit FROM pulls WHERE rowid IN (SELECT max(rowid) FROM pulls GROUP BY source))
ORDER BY source, rowid
"""
_CONNECTIONS = """
SELECT * FROM source_connections WHERE rowid IN (SELECT max(rowid) FROM source_connections GROUP BY source)
ORDER BY source
"""
