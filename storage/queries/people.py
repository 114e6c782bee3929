"""People with their current role. Roles are rows; the latest one of a person counts."""

from __future__ import annotations

from dataclasses import dataclass

from storage.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class RaterWithRole:
    """A rater with the latest role ("" without one) and its scope."""

    id: str
    name: str
    role: str
    scope: str
    issuer: str
    subject: str


def raters_with_roles(store: Store) -> list[RaterWithRole]:
    """Return everybody in order of arrival."""
    return [RaterWithRole(**row) for row in store.query(f"{_SQL} ORDER BY p.rowid")]


def rater_with_role(store: Store, rater_id: str) -> RaterWithRole | None:
    """Return one rater, or None. Reads the rater's row and latest role by index, whatever the number of people."""
    return next((RaterWithRole(**row) for row in store.query(f"{_SQL} WHERE p.id = :id", {"id": rater_id})), None)


_SQL = """
SELECT p.id, p.name, coalesce(r.role, '') AS role, coalesce(r.scope, '') AS scope, p.issuer, p.subject
FROM raters p LEFT JOIN roles r ON r.rowid = (SELECT max(latest.rowid) FROM roles latest WHERE latest.rater_id = p.id)
"""
