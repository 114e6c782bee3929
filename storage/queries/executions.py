"""What the execution of queries found about items of review."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson

from storage.engine import Question
from storage.queries.anchors import ORIGINALS_SQL
from storage.queries.parameters import json_list
from storage.store import Store


def compared_pairs(store: Store, judge: str, version: str, items: Collection[str]) -> dict[str, set[str]]:
    """Return the short names of the pairs of query and reference that were compared, by item."""
    found: dict[str, set[str]] = {}
    asked = {"judge": judge, "version": version, "items": json_list(items)}
    for item, raw in store.stream(_PAIRS_SQL, asked):
        found.setdefault(item, set()).add(raw.rpartition(" ")[2])
    return found


_PAIRS_SQL = """
SELECT item_id, raw FROM verdicts
WHERE judge = :judge AND version = :version AND raw <> '' AND item_id IN (SELECT value FROM json_each(:items))
"""


def evidence_of(store: Store, items: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the latest evidence of an execution about each item, by item; items without any are left out."""
    rows = store.stream(_EVIDENCE_SQL, {"items": json_list(items)})
    return {subject: orjson.loads(reply) for subject, reply in rows}


def asked_of_executed(items: Collection[str]) -> list[Question]:
    """Return what is asked about the execution of the queries of a reviewer's items, the anchors among them too."""
    return [(sql, {"items": json_list(items)}) for sql in (ORIGINALS_SQL, _EVIDENCE_SQL)]


# The runs of a week are few, and each names its calls by an index.
_EVIDENCE_SQL = """
SELECT c.subject, c.reply
FROM judges j
JOIN judge_runs r ON r.judge = j.name AND r.version = j.version
JOIN judge_calls c ON c.run_id = r.id
WHERE j.kind = 'execution' AND json_extract(r.target, '$.kind') = 'week' AND c.error = ''
  AND json_extract(r.target, '$.name') IN (
    SELECT week FROM items WHERE id IN (SELECT value FROM json_each(:items))
  )
  AND c.subject IN (SELECT value FROM json_each(:items))
ORDER BY c.rowid
"""
