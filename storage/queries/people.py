"""People with their current role. Roles are rows; the latest one of a person counts."""

from __future__ import annotations

from dataclasses import dataclass

from storage.engine import Question
from storage.queries.conditions import not_withdrawn
from storage.records_people import Rater, Setting
from storage.store import Store, finding


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
    return next((RaterWithRole(**row) for row in store.query(ONE_RATER_SQL, {"id": rater_id})), None)


def raters_from_outside(store: Store) -> dict[str, bool]:
    """Return the raters who came with labels and never had a role or a login, and whether anything of theirs counts."""
    return {row["id"]: bool(row["counts"]) for row in store.query(_OUTSIDE_SQL)}


_OUTSIDE_SQL = f"""
SELECT p.id, EXISTS (SELECT 1 FROM annotations n WHERE n.rater_id = p.id AND {not_withdrawn("n")}) AS counts
FROM raters p WHERE p.issuer = '' AND NOT EXISTS (SELECT 1 FROM roles r WHERE r.rater_id = p.id)
"""  # noqa: S608 - constants of ours

_SQL = """
SELECT p.id, p.name, coalesce(r.role, '') AS role, coalesce(r.scope, '') AS scope, p.issuer, p.subject
FROM raters p LEFT JOIN roles r ON r.rowid = (SELECT max(latest.rowid) FROM roles latest WHERE latest.rater_id = p.id)
"""

ONE_RATER_SQL = f"{_SQL} WHERE p.id = :id"


def asked_of_a_visitor(rater_id: str, *, by_link: bool) -> list[Question]:
    """Return what is asked to tell whether a visitor is still this rater; ``by_link``: with a login by a link."""
    settings = [finding(Setting, name=name) for name in ("store_id", "hmac_key")]
    return [(ONE_RATER_SQL, {"id": rater_id}), *([*settings, finding(Rater, id=rater_id)] if by_link else [])]
