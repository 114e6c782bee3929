"""Records of legal holds and of what expired."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class LegalHold:
    """Data that must not be removed while the hold lasts.

    ``kind`` is conversation or user, ``subject`` the id of the conversation or the keyed hash of the user.
    """

    id: str
    at: str
    by: str
    kind: str
    subject: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class HoldRelease:
    """The end of a legal hold."""

    hold_id: str
    at: str
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RetentionRun:
    """One run of retention that removed rows of the log.

    ``settings`` are the days by class, ``counts`` what was kept, what expired and what was held back by reason.
    ``files`` maps each file of the log that was written anew to the digest that it has since, "" for one that is gone.
    """

    id: str
    at: str
    by: str
    settings: Json
    counts: Json
    files: Json
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True, kw_only=True)
class NeverDrawn:
    """A week of the log that nobody will draw from, as a lead said: its conversations may expire without a review."""

    week: str
    at: str
    by: str
    reason: str


RETENTION_KEYS: dict[type, tuple[str, ...]] = {
    LegalHold: ("legal_holds", "id"),
    HoldRelease: ("hold_releases", "hold_id"),
    RetentionRun: ("retention_runs", "id"),
    NeverDrawn: ("weeks_never_drawn", "week"),
}
"""Table and primary key of each of these records."""
