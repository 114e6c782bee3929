"""The nouns of people: who reviews, by which rubric; with facts about the store itself and the audit chain."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class Rater:
    """A person who reviews. ``issuer`` and ``subject`` identify a logged-in person; empty for a chosen name."""

    id: str
    name: str
    created_at: str
    created_by: str
    issuer: str = ""
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role given to a rater: annotator, adjudicator, lead, or none (taken away). The latest row counts."""

    id: str
    rater_id: str
    role: str
    at: str
    by: str
    scope: str = ""


@dataclass(frozen=True, kw_only=True)
class RubricVersion:
    """One version of the rubric, as data; ``version`` counts from 1, ``content_hash`` is over the document."""

    version: int
    content_hash: str
    document: Json
    at: str
    by: str
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """A fact about the store itself, such as its identity and its HMAC key. Added once, never changed."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """Who did what, when; ``hash`` covers the row and the ``previous`` hash, so that a removed row shows."""

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
