"""What retention must know of the store: what people work with, and which weeks are over."""

from __future__ import annotations

from collections.abc import Iterator

from storage.store import Store


def worked_with(store: Store) -> Iterator[tuple[str, str]]:
    """Yield ids of conversations that people drew, reviewed or worked on, each with why it stays.

    The reasons are golden, failure and reviewed. A conversation may come several times; the first reason counts.
    """
    yield from store.stream(_WORKED_SQL)


_WORKED_SQL = """
SELECT conversation_id, 'golden' FROM golden_examples
UNION ALL SELECT origin, 'golden' FROM golden_proposals
UNION ALL SELECT conversation_id, 'failure' FROM failure_events
UNION ALL SELECT c.value, 'failure' FROM failure_triages t, json_each(t.candidates) c
UNION ALL SELECT f.value, 'failure' FROM failure_triages t, json_each(t.few_shots) f
UNION ALL SELECT conversation_id, 'reviewed' FROM items
UNION ALL SELECT id, 'reviewed' FROM conversations
"""


def weeks_over(store: Store) -> set[str]:
    """Return the weeks that are closed, and those that a lead said are never drawn."""
    return {row["week"] for row in store.query(_OVER_SQL)}


_OVER_SQL = "SELECT week FROM week_closings UNION SELECT week FROM weeks_never_drawn"


def weeks_begun(store: Store) -> set[str]:
    """Return the weeks that were drawn from or opened."""
    return {row["week"] for row in store.query(_BEGUN_SQL)}


_BEGUN_SQL = "SELECT week FROM draws UNION SELECT name FROM weeks"


def what_stays_changed(store: Store) -> tuple[int, ...]:
    """Return what grows whenever a conversation is drawn, worked on, held or checked, or its week is over."""
    return tuple(store.query(_CHANGED_SQL)[0].values())


_CHANGED_SQL = """
SELECT (SELECT coalesce(max(rowid), 0) FROM conversations) AS conversations,
  (SELECT coalesce(max(rowid), 0) FROM items) AS items,
  (SELECT coalesce(max(rowid), 0) FROM golden_examples) AS examples,
  (SELECT coalesce(max(rowid), 0) FROM golden_proposals) AS proposals,
  (SELECT coalesce(max(rowid), 0) FROM failure_events) AS events,
  (SELECT coalesce(max(rowid), 0) FROM failure_triages) AS triages,
  (SELECT coalesce(max(rowid), 0) FROM legal_holds) AS holds,
  (SELECT coalesce(max(rowid), 0) FROM hold_releases) AS releases,
  (SELECT coalesce(max(rowid), 0) FROM draws) AS draws,
  (SELECT count(*) FROM week_closings) AS closed,
  (SELECT count(*) FROM weeks_never_drawn) AS given_up,
  (SELECT coalesce(max(rowid), 0) FROM compliance_passes) AS passes
"""


def checked_days(store: Store) -> frozenset[tuple[str, str]]:
    """Return the days (UTC) with the imports of which the daily checks looked at the conversations."""
    return frozenset((day, import_id) for day, import_id in store.stream(_CHECKED_SQL))


_CHECKED_SQL = "SELECT p.day, i.key FROM compliance_passes p, json_each(p.imports) i"


def imports_with_expired(store: Store) -> set[str]:
    """Return the ids of the imports of which retention removed conversations."""
    return {row["import_id"] for row in store.query(_IMPORTS_SQL)}


_IMPORTS_SQL = """
SELECT DISTINCT i.key AS import_id FROM retention_runs r, json_each(json_extract(r.counts, '$.imports')) i
"""
