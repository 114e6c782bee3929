"""The nouns: one frozen dataclass per table, rows that are added and never changed.

Times are ISO 8601 text in UTC. A tuple or dict field is stored as JSON text. The first field named in ``KEYS`` is the
primary key; inserting a key that exists does nothing, which makes every write idempotent. "Current" is always a query.
"""

from __future__ import annotations

from storage.records_base import Json
from storage.records_golden import GOLDEN_KEYS, GoldenExample, Release, ReleaseExample
from storage.records_judges import JUDGE_KEYS
from storage.records_log import LOG_KEYS, Conversation, Draw, Import, Stratum
from storage.records_people import PEOPLE_KEYS, AuditEntry, Rater, Role, RubricVersion, Setting
from storage.records_review import (
    REVIEW_KEYS,
    Adjudication,
    Annotation,
    Assignment,
    Flag,
    HiddenSpan,
    Item,
    Reassignment,
    Skip,
    Verdict,
    Week,
    WeekClosing,
    Withdrawal,
)

__all__ = [
    "KEYS",
    "Adjudication",
    "Annotation",
    "Assignment",
    "AuditEntry",
    "Conversation",
    "Draw",
    "Flag",
    "GoldenExample",
    "HiddenSpan",
    "Import",
    "Item",
    "Json",
    "Rater",
    "Reassignment",
    "Release",
    "ReleaseExample",
    "Role",
    "RubricVersion",
    "Setting",
    "Skip",
    "Stratum",
    "Verdict",
    "Week",
    "WeekClosing",
    "Withdrawal",
]

KEYS: dict[type, tuple[str, ...]] = {**PEOPLE_KEYS, **LOG_KEYS, **REVIEW_KEYS, **GOLDEN_KEYS, **JUDGE_KEYS}
"""Table and primary key of every record."""
