"""Names and versions of judges in use, whether they were made here or came with verdicts."""

from __future__ import annotations

from storage.store import Store


def gave_verdicts(store: Store, name: str) -> bool:
    """Return whether verdicts of the store bear this name of a judge."""
    return bool(store.query("SELECT 1 AS n FROM verdicts WHERE judge = :name LIMIT 1", {"name": name}))


def versions_of_name(store: Store, name: str) -> set[str]:
    """Return the versions under this name that were made here or have verdicts."""
    return {row["version"] for row in store.query(_VERSIONS_SQL, {"name": name})}


_VERSIONS_SQL = """
SELECT version FROM judges WHERE name = :name UNION SELECT version FROM verdicts WHERE judge = :name
"""
