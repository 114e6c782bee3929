"""What has changed since figures were computed: states that grow with the rows behind some weeks, never a clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from storage.records import KEYS
from storage.store import Store

_STATES = threading.local()


@contextmanager
def one_state(store: Store) -> Iterator[None]:
    """Ask for each state of the store once while inside, for figures that are read together.

    Hundreds of kept values look whether they still hold, which is a way to the database each time. What others write
    meanwhile shows the next time. For what only reads: this thread must write nothing inside.
    """
    if store.in_transaction or getattr(_STATES, "known", None) is not None:
        yield
        return
    _STATES.known = {}
    try:
        yield
    finally:
        _STATES.known = None


def asked_once(store: Store, sql: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a statement about the state of the store; see ``one_state``."""
    known = getattr(_STATES, "known", None)
    if known is None or store.in_transaction:
        return store.query(sql, dict(params or {}))
    key = (str(store.path), sql, *(params or {}).values())
    if key not in known:
        known[key] = store.query(sql, dict(params or {}))
    found: list[dict[str, Any]] = known[key]
    return found


WeekState = tuple[int | str, ...]
"""Places of the latest rows, and the key of the latest annotation: a restored store has others in the same places."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """The latest rows of everything that decides which annotations count, in any week."""

    annotations: int
    latest: str
    items: int
    undone: int
    closed: int
    skips: int


def annotations_written(store: Store) -> Written:
    """Return the latest rows of everything that decides which annotations count. Costs next to nothing."""
    return Written(**asked_once(store, _WRITTEN_SQL)[0])


_WRITTEN_SQL = """
SELECT (SELECT coalesce(max(rowid), 0) FROM annotations) AS annotations,
  coalesce((SELECT submission_id FROM annotations ORDER BY rowid DESC LIMIT 1), '') AS latest,
  (SELECT coalesce(max(rowid), 0) FROM items) AS items,
  (SELECT coalesce(max(rowid), 0) FROM withdrawals) AS undone,
  (SELECT coalesce(max(rowid), 0) FROM week_closings) AS closed,
  (SELECT coalesce(max(rowid), 0) FROM skips) AS skips
"""


class TextRows(NamedTuple):
    """The latest rows of everything that decides what people may read of the items, in any week."""

    items: int
    flags: int
    undone: int


def texts_written(store: Store) -> TextRows:
    """Return the latest rows behind the texts of items: the items, the flags that hide words, and what was undone."""
    return TextRows(**asked_once(store, _TEXTS_SQL)[0])


_TEXTS_SQL = """
SELECT (SELECT coalesce(max(rowid), 0) FROM items) AS items,
  (SELECT coalesce(max(rowid), 0) FROM flags) AS flags,
  (SELECT coalesce(max(rowid), 0) FROM withdrawals) AS undone
"""


class WeekRows(NamedTuple):
    """How many items and annotations a week has, and its latest annotation and skip."""

    items: int
    annotations: int
    place: int
    latest: str
    skipped: int


def rows_of_week(store: Store, week: str) -> WeekRows:
    """Count the rows of a week. An annotation or skip in another week does not change the result."""
    return WeekRows(**asked_once(store, _WEEK_SQL, {"week": week})[0])


_WEEK_SQL = """
WITH ours (id) AS MATERIALIZED (SELECT id FROM items WHERE week = :week)
SELECT (SELECT count(*) FROM ours) AS items,
  given.n AS annotations, given.place,
  coalesce((SELECT submission_id FROM annotations WHERE rowid = given.place), '') AS latest,
  (SELECT coalesce(max(s.rowid), 0) FROM ours i CROSS JOIN skips s ON s.item_id = i.id) AS skipped
FROM (SELECT count(*) AS n, coalesce(max(n.rowid), 0) AS place
      FROM ours i CROSS JOIN annotations n ON n.item_id = i.id) AS given
"""


def latest_key(store: Store, record: type) -> str:
    """Return the key of the latest row of a record, "" before the first. A restored store has other keys."""
    table, key = KEYS[record]
    rows = asked_once(store, f'SELECT "{key}" AS key FROM "{table}" ORDER BY rowid DESC LIMIT 1')  # noqa: S608 - our names
    return str(rows[0]["key"]) if rows else ""


def latest_other_entry(store: Store) -> int:
    """Return a number for the last entry of the audit chain that is no annotation, skip or result of a running judge.

    It comes from the hash of the entry, because a restored store has other entries under the same numbers.
    """
    head = asked_once(store, _OTHER_HEAD_SQL)
    return int(head[0]["hash"][:15], 16) if head else 0


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
