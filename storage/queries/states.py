"""What has changed since figures were computed: states that grow with the rows behind some weeks, never a clock."""

from __future__ import annotations

from collections.abc import Sequence

from storage.queries.parameters import json_list
from storage.records import KEYS
from storage.store import Store

WeekState = tuple[int | str, ...]
"""Places of the latest rows, and the key of the latest annotation: a restored store has others in the same places."""


def annotations_written(store: Store) -> WeekState:
    """Return the latest rows of everything that decides which annotations count, in any week. Costs next to nothing."""
    return tuple(store.query(_WRITTEN_SQL)[0].values())


_WRITTEN_SQL = """
SELECT (SELECT coalesce(max(rowid), 0) FROM annotations) AS annotations,
  coalesce((SELECT submission_id FROM annotations ORDER BY rowid DESC LIMIT 1), '') AS latest,
  (SELECT coalesce(max(rowid), 0) FROM items) AS items,
  (SELECT coalesce(max(rowid), 0) FROM withdrawals) AS undone,
  (SELECT coalesce(max(rowid), 0) FROM week_closings) AS closed,
  (SELECT coalesce(max(rowid), 0) FROM skips) AS skips
"""


def annotations_state(store: Store, week: str) -> WeekState:
    """Return the state of which annotations of a week count. An annotation in another week does not change it."""
    row = store.query(_ANNOTATIONS_SQL, {"week": week})[0]
    return tuple(row.values())


_ANNOTATIONS_SQL = """
SELECT count(*) AS annotations, coalesce(max(n.rowid), 0) AS place, coalesce(n.submission_id, '') AS latest,
  (SELECT count(*) FROM items WHERE week = :week) AS items,
  (SELECT coalesce(max(rowid), 0) FROM withdrawals) AS undone,
  (SELECT coalesce(max(rowid), 0) FROM week_closings) AS closed
FROM items i CROSS JOIN annotations n ON n.item_id = i.id WHERE i.week = :week
"""


def latest_key(store: Store, record: type) -> str:
    """Return the key of the latest row of a record, "" before the first. A restored store has other keys."""
    table, key = KEYS[record]
    rows = store.query(f'SELECT "{key}" AS key FROM "{table}" ORDER BY rowid DESC LIMIT 1')  # noqa: S608 - our names
    return str(rows[0]["key"]) if rows else ""


def latest_other_entry(store: Store) -> int:
    """Return a number for the last entry of the audit chain that is no annotation, skip or result of a running judge.

    It comes from the hash of the entry, because a restored store has other entries under the same numbers.
    """
    head = store.query(_OTHER_HEAD_SQL)
    return int(head[0]["hash"][:15], 16) if head else 0


def annotations_of_weeks(store: Store, weeks: Sequence[str]) -> WeekState:
    """Return how many annotations and skips there are in some weeks, and the latest of each."""
    return tuple(store.query(_WEEKS_SQL, {"weeks": json_list(weeks)})[0].values())


_OTHER_HEAD_SQL = """
WITH RECURSIVE known (action) AS (
  SELECT min(action) FROM audit
  UNION ALL SELECT (SELECT min(action) FROM audit WHERE action > known.action) FROM known WHERE action IS NOT NULL
)
SELECT hash FROM audit WHERE sequence = (
  SELECT max((SELECT max(sequence) FROM audit WHERE audit.action = known.action))
  FROM known WHERE action NOT IN ('annotation', 'skip', 'judge results')
)
"""

_WEEKS_SQL = """
WITH ours (id) AS MATERIALIZED (SELECT id FROM items WHERE week IN (SELECT value FROM json_each(:weeks)))
SELECT count(*) AS annotations, coalesce(max(n.rowid), 0) AS place, coalesce(n.submission_id, '') AS latest,
  (SELECT count(*) FROM ours i CROSS JOIN skips s ON s.item_id = i.id) AS skips,
  (SELECT coalesce(max(s.rowid), 0) FROM ours i CROSS JOIN skips s ON s.item_id = i.id) AS skipped
FROM ours i CROSS JOIN annotations n ON n.item_id = i.id
"""
