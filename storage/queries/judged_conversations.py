"""Which conversations a run of a judge has judged, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class RunOfJudge:
    """A run of a judge that gave verdicts on items under review: over what, when it was started, and how many."""

    id: str
    judge: str
    version: str
    target: str
    at: str
    verdicts: int


def runs_with_verdicts(store: Store) -> list[RunOfJudge]:
    """Return the runs of judges that gave verdicts on items, the latest first."""
    return [RunOfJudge(**row) for row in store.query(_RUNS_SQL, {})]


_RUNS_SQL = """
SELECT r.id, r.judge, r.version, json_extract(r.target, '$.name') AS target, r.at, count(*) AS verdicts
FROM verdicts v JOIN judge_runs r ON r.id = v.run_id
WHERE v.run_id IS NOT NULL AND v.value IS NOT NULL GROUP BY r.id ORDER BY r.rowid DESC
"""


def values_of_run(store: Store, run_id: str) -> list[tuple[str, str, int]]:
    """Return the dimensions and values that a run gave, and on how many items."""
    return [tuple(row) for row in store.stream(_VALUES_SQL, {"run": run_id})]


_VALUES_SQL = """
SELECT v.dimension, v.value, count(DISTINCT v.item_id) FROM verdicts v
WHERE v.run_id = :run AND v.value IS NOT NULL GROUP BY v.dimension, v.value ORDER BY v.dimension, v.value
"""


def conversations_of_run(store: Store, run_id: str, given: Sequence[str] | None = None) -> list[str]:
    """Return the conversations that a run judged; ``given`` is a dimension and the value that it gave there."""
    dimension, value = given or (None, None)
    rows = store.stream(_CONVERSATIONS_SQL, {"run": run_id, "dimension": dimension, "value": value})
    return [row[0] for row in rows]


_CONVERSATIONS_SQL = """
SELECT DISTINCT i.conversation_id FROM verdicts v JOIN items i ON i.id = v.item_id
WHERE v.run_id = :run AND v.value IS NOT NULL
  AND (:dimension IS NULL OR (v.dimension = :dimension AND v.value = :value))
ORDER BY i.conversation_id
"""
