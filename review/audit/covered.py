"""The digest that entries of early versions hold of the row they are about. Newer entries sign their rows instead."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

import orjson

from storage.proof import SIGNED
from storage.queries.audit import entries_with_field
from storage.records import KEYS
from storage.records_people import AuditEntry, Role
from storage.records_review import Adjudication, Annotation, Flag, Skip, Withdrawal
from storage.records_weeks import WeekClosing
from storage.store import Store

CONTENT = "content"
"""The field of an entry's detail that holds the digest of its row. Later and the earliest entries have none."""

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
"""By action: the record that its entries cover, and the field of the detail with the key or keys of the rows.

"" means that the subject of the entry is the key.
"""

FOR_THE_CHECK = (CONTENT, "submissions", "given", "emptied", "relisted", SIGNED)
"""Fields of a detail that only this check needs; they are not shown to people."""


def _joined(digests: Iterable[str]) -> str:
    """Return one digest for several; a single one stays as it is."""
    found = list(digests)
    return found[0] if len(found) == 1 else hashlib.sha256("".join(found).encode()).hexdigest()


def _digest(row: Any) -> str:
    # Fields at their default are left out: a column that is added later must not change the digests of older rows.
    given = {f.name: value for f in fields(row) if (value := getattr(row, f.name)) != f.default}
    return hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).hexdigest()


def altered(store: Store, erased: Mapping[str, Collection[str]] = MappingProxyType({})) -> list[int]:
    """Return the sequence numbers of entries whose row was changed or removed after the entry was written.

    Rows that were ``erased`` (keys by table) have another content since; their newer digests are checked elsewhere.
    """
    found = []
    for action, (record, field) in COVERED.items():
        emptied = set(erased.get(KEYS[record][0], ()))
        entries = entries_with_field(store, action, CONTENT)
        keys_of = {e.sequence: _keys(e, field) for e in entries}
        key = KEYS[record][1]
        where: dict[str, Any] = {key: [k for keys in keys_of.values() for k in keys]}
        digests = {getattr(row, key): _digest(row) for row in store.find(record, **where)}
        for entry in entries:
            keys = keys_of[entry.sequence]
            whole = digests.keys() >= set(keys)
            if emptied.isdisjoint(keys) and not (whole and _joined(digests[k] for k in keys) == entry.detail[CONTENT]):
                found.append(entry.sequence)
    return sorted(found)


def _keys(entry: AuditEntry, field: str) -> list[str]:
    """Return the keys of the rows that an entry covers."""
    value = entry.detail[field] if field else entry.subject
    return value if isinstance(value, list) else [value]
