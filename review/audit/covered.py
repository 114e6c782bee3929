"""What people said or decided is covered by its audit entry: a row that was changed or removed since shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import orjson

from storage.records import KEYS
from storage.records_people import AuditEntry, Role
from storage.records_review import Adjudication, Annotation, Flag, Skip, WeekClosing, Withdrawal
from storage.store import Store

CONTENT = "content"
"""The field of an entry's detail that holds the digest of its row; entries of before have none."""

COVERED: dict[str, tuple[type[Any], str]] = {
    "annotation": (Annotation, "submission"),
    "skip": (Skip, "submission"),
    "withdraw": (Withdrawal, "submission"),
    "flag": (Flag, "submission"),
    "adjudicate": (Adjudication, "adjudication"),
    "import labels": (Annotation, "submissions"),
    "role": (Role, "given"),
    "close": (WeekClosing, ""),
}
"""By action of an entry: the record that it covers, and the field of its detail that names the row or the rows; "" is
the subject of the entry."""

UNTOLD = (CONTENT, "submissions", "given")
"""What stands in a detail for this check alone and tells a person nothing."""


def digest(store: Store, action: str, *keys: str) -> str:
    """SHA-256 over the canonical JSON of the row, as the store gives it back, that this action has written.

    Of several rows it is that of their digests, in the order of ``keys``.
    """
    record = COVERED[action][0]
    key = KEYS[record][1]
    rows: dict[str, Any] = {getattr(row, key): row for row in store.find(record, **{key: list(keys)})}  # type: ignore[arg-type]
    return _joined(_digest(rows[k]) for k in keys)


def _joined(digests: Iterable[str]) -> str:
    """One digest for several; a single one is itself."""
    found = list(digests)
    return found[0] if len(found) == 1 else hashlib.sha256("".join(found).encode()).hexdigest()


def _digest(row: Any) -> str:
    # What a row leaves at its default is not covered: a column that comes later must not alter the rows of before.
    said = {f.name: value for f in fields(row) if (value := getattr(row, f.name)) != f.default}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def altered(store: Store) -> list[int]:
    """The sequence numbers of entries whose row is not any more what it was when they were written."""
    found = []
    for action, (record, names) in COVERED.items():
        entries = store.select(AuditEntry, _SQL, {"action": action, "content": f"$.{CONTENT}"})
        named = {e.sequence: _named(e, names) for e in entries}
        key = KEYS[record][1]
        where: dict[str, Any] = {key: [k for keys in named.values() for k in keys]}
        rows = {getattr(row, key): _digest(row) for row in store.find(record, **where)}
        for entry in entries:
            keys = named[entry.sequence]
            if not rows.keys() >= set(keys) or _joined(rows[k] for k in keys) != entry.detail[CONTENT]:
                found.append(entry.sequence)
    return sorted(found)


def _named(entry: AuditEntry, field: str) -> list[str]:
    """The keys of the rows that an entry covers."""
    value = entry.detail[field] if field else entry.subject
    return value if isinstance(value, list) else [value]


_SQL = """
SELECT a.* FROM audit a WHERE a.action = :action AND json_extract(a.detail, :content) IS NOT NULL ORDER BY a.sequence
"""
