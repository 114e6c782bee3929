"""What people said is covered by its audit entry: a row that was changed or removed since shows."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from typing import Any

import orjson

from storage.records import Adjudication, Annotation, AuditEntry, Flag, Skip, Withdrawal
from storage.store import Store

CONTENT = "content"
"""The field of an entry's detail that holds the digest of its row; entries of before have none."""

COVERED: dict[str, tuple[type[Any], str]] = {
    "annotation": (Annotation, "submission"),
    "skip": (Skip, "submission"),
    "withdraw": (Withdrawal, "submission"),
    "flag": (Flag, "submission"),
    "adjudicate": (Adjudication, "adjudication"),
}
"""By action of an entry: the record that it covers, and the field of its detail that names the row."""


def digest(store: Store, action: str, key: str) -> str:
    """SHA-256 over the canonical JSON of the row, as the store gives it back, that this action has written."""
    return _digest(store.get(COVERED[action][0], key))


def _digest(row: Any) -> str:
    # What a row leaves at its default is not covered: a column that comes later must not alter the rows of before.
    said = {f.name: value for f in fields(row) if (value := getattr(row, f.name)) != f.default}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def altered(store: Store) -> list[int]:
    """The sequence numbers of entries whose row is not any more what it was when they were written."""
    found = []
    for action, (record, names) in COVERED.items():
        entries = store.select(AuditEntry, _SQL, {"action": action, "content": f"$.{CONTENT}"})
        key = "submission_id" if names == "submission" else "id"
        where: dict[str, Any] = {key: [e.detail[names] for e in entries]}
        rows = {getattr(row, key): row for row in store.find(record, **where)}
        for entry in entries:
            row = rows.get(entry.detail[names])
            if row is None or _digest(row) != entry.detail[CONTENT]:
                found.append(entry.sequence)
    return sorted(found)


_SQL = """
SELECT a.* FROM audit a WHERE a.action = :action AND json_extract(a.detail, :content) IS NOT NULL ORDER BY a.sequence
"""
