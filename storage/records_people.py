"""Records of people and roles, versions of the rubric, settings of the store, and the audit chain."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class Rater:
    """A person. ``issuer`` and ``subject`` identify a login; they are empty for a person who is only a name."""

    id: str
    name: str
    created_at: str
    created_by: str
    issuer: str = ""
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role given to a rater: annotator, adjudicator, lead, or "" (taken away). The latest row of a rater counts."""

    id: str
    rater_id: str
    role: str
    at: str
    by: str
    scope: str = ""


@dataclass(frozen=True, kw_only=True)
class RubricVersion:
    """One version of the rubric as data. Versions count from 1; ``content_hash`` is over the document."""

    version: int
    content_hash: str
    document: Json
    at: str
    by: str
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """A fact about the store itself, such as its short name and its HMAC key. Added once, never changed."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """Who did what, and when. ``hash`` covers the row and the ``previous`` hash, so a removed row shows."""

    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    detail: Json
    previous: str
    hash: str


PEOPLE_KEYS: dict[type, tuple[str, ...]] = {
    Rater: ("raters", "id"),
    Role: ("roles", "id"),
    RubricVersion: ("rubric_versions", "version"),
    Setting: ("settings", "name"),
    AuditEntry: ("audit", "sequence"),
}
"""Table and primary key of each of these records."""
