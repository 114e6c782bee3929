"""Records of people, roles and links, versions of the rubric, settings of the store, and the audit chain."""

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
    """A role given to a rater: annotator, adjudicator, lead, auditor, or "" (taken away).

    The latest row of a rater counts.
    """

    id: str
    rater_id: str
    role: str
    at: str
    by: str
    scope: str = ""


@dataclass(frozen=True, kw_only=True)
class RoleRequest:
    """A lead asks another to confirm a role for somebody, by name or id. It counts for nothing until then."""

    id: str
    name: str
    role: str
    at: str
    by: str
    scope: str = ""
    issuer: str = ""
    subject: str = ""


@dataclass(frozen=True)
class RoleDecision:
    """The end of a request: ``confirmed`` by another lead, or declined."""

    request_id: str
    at: str
    by: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A link that lets one person in, once, until ``ends_at``. ``digest`` is a keyed hash of its secret part.

    ``rater_id`` is the id that the person has or will have. It is empty in a link for the first lead, who says a name
    when they use it. ``role_row`` is the person's latest role row at that time: a later one makes the link void.
    """

    id: str
    digest: str
    rater_id: str
    name: str
    role: str
    scope: str
    role_row: str
    at: str
    by: str
    ends_at: str


@dataclass(frozen=True, kw_only=True)
class LinkLogin:
    """A browser that a person let in with an invitation. ``digest`` is a keyed hash of the secret in its cookie."""

    id: str
    invitation_id: str
    rater_id: str
    digest: str
    at: str
    ends_at: str


@dataclass(frozen=True, kw_only=True)
class LinkEnd:
    """The end of an invitation or of a login, by its id, so each ends once.

    ``how`` is used, withdrawn or replaced (invitations); replaced or left (logins).
    """

    id: str
    how: str
    at: str
    by: str


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
    RoleRequest: ("role_requests", "id"),
    RoleDecision: ("role_decisions", "request_id"),
    Invitation: ("invitations", "id"),
    LinkLogin: ("link_logins", "id"),
    LinkEnd: ("link_ends", "id"),
    RubricVersion: ("rubric_versions", "version"),
    Setting: ("settings", "name"),
    AuditEntry: ("audit", "sequence"),
}
"""Table and primary key of each of these records."""
