"""The rows of the store that a pack is about: a digest of each, and of some tables what they say.

A digest is over all columns. What people wrote in free words, and conversations, travel as digests alone; the ids in
those rows are random, so that nobody can guess their content from the digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from typing import Any

import orjson

from storage.proof import COVERED
from storage.records_compliance import ComplianceEvent, ComplianceFinding, CompliancePass, ComplianceResult
from storage.records_gate import GateDecision, GateWaiver
from storage.records_golden import Release
from storage.records_judges import Judge, JudgeRun
from storage.records_log import Conversation, Draw, Import, Stratum
from storage.records_people import Role, RubricVersion, Setting
from storage.records_review import Annotation, Skip, Withdrawal
from storage.records_weeks import Assignment, DueChange, Item, Week, WeekClosing
from storage.rows import encode, fields
from storage.store import Store

ALL = ("*",)
SHOWN: dict[type, tuple[str, ...]] = {
    **dict.fromkeys((Week, WeekClosing, Draw, Stratum, Item, RubricVersion, Assignment, DueChange, Withdrawal), ALL),
    **dict.fromkeys((ComplianceResult, ComplianceFinding, ComplianceEvent, CompliancePass, GateWaiver, Role), ALL),
    **dict.fromkeys((Release,), ALL),
    Skip: ("submission_id", "item_id", "rater_id", "at"),
    Annotation: ("submission_id", "item_id", "rater_id", "labels", "at", "rubric_version", "late"),
    GateDecision: ("id", "baseline", "candidate", "release", "release_digest", "decision", "at", "by", "origin"),
    Judge: ("id", "name", "version", "kind", "content_hash", "rubric_version", "at", "by"),
    JudgeRun: ("id", "judge", "version", "target", "subjects", "at", "by"),
    Import: ("id", "at", "by", "format", "source", "read", "added", "duplicate", "changed", "rejected", "undated"),
}
"""What a pack shows of each record; of others it has digests alone."""
LEFT_OUT = (Setting,)
"""Facts about the store itself, secrets among them."""
TIMES = ("at", "opened_at", "created_at")
SIZE = 32
"""Hexadecimal digits of the digest of a row."""


def rows_of_period(store: Store, first: str, last: str, weeks: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows written from ``first`` to ``last`` (ISO dates) or about one of the weeks, by table."""
    drawn = {item.conversation_id for item in store.find(Item, week=list(weeks))}
    for record in sorted(COVERED, key=lambda r: COVERED[r][0]):
        if record in LEFT_OUT:
            continue
        table, key = COVERED[record][0], COVERED[record][1]
        rows: list[Any] = store.find(record)
        for row in rows:
            if _concerned(row, first, last, weeks, drawn):
                yield {"table": table, "key": str(getattr(row, key)), "digest": row_digest(row), **_shown(row)}


def _concerned(row: Any, first: str, last: str, weeks: Collection[str], drawn: Collection[str]) -> bool:
    if isinstance(row, Conversation):
        return row.id in drawn
    if isinstance(row, Week):
        return row.name in weeks
    if getattr(row, "week", None):
        return row.week in weeks
    return any(first <= str(at)[:10] <= last for name in TIMES if (at := getattr(row, name, None)))


def row_digest(row: Any) -> str:
    """Return the digest over all columns of a row; those at NULL are left out, as later versions add such columns."""
    kind: Any = type(row)
    cells = {f.name: encode(value) for f in fields(kind) if (value := getattr(row, f.name)) is not None}
    body = orjson.dumps([kind.__name__, cells], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()[:SIZE]


def _shown(row: Any) -> dict[str, Any]:
    kind: Any = type(row)
    wanted = SHOWN.get(kind, ())
    names = [f.name for f in fields(kind)] if wanted == ALL else list(wanted)
    return {"shown": {name: getattr(row, name) for name in names}} if names else {}


def rows_now(store: Store, table: str, keys: Collection[str]) -> dict[str, str]:
    """Return the digests of some rows of a table as the store has them now, by key; rows that are gone are left out."""
    record = next((r for r, place in COVERED.items() if place[0] == table), None)
    if record is None:
        return {}
    key = COVERED[record][1]
    where: dict[str, Any] = {key: [int(k) if k.isdigit() and key in _NUMBERED else k for k in keys]}
    rows: list[Any] = store.find(record, **where)
    return {str(getattr(row, key)): row_digest(row) for row in rows}


_NUMBERED = ("version",)
