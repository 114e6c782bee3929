"""Links that let people in, and the logins that come from them: which are open, live or void now."""

from __future__ import annotations

from storage.records_people import Invitation, LinkLogin
from storage.store import Store


def open_invitations(store: Store, now: str) -> list[Invitation]:
    """Return the invitations that nobody has used, withdrawn or replaced and that have not run out, newest first.

    One whose person was given another role meanwhile is void, and left out.
    """
    return store.select(Invitation, _OPEN_SQL, {"now": now})


def live_logins(store: Store, rater_id: str, now: str) -> list[LinkLogin]:
    """Return the logins of one person that still count."""
    return store.select(LinkLogin, f"{_LIVE_SQL} AND l.rater_id = :rater", {"now": now, "rater": rater_id})


def live_login(store: Store, login_id: str, now: str) -> LinkLogin | None:
    """Return one login if it still counts."""
    return next(iter(store.select(LinkLogin, f"{_LIVE_SQL} AND l.id = :id", {"now": now, "id": login_id})), None)


def latest_role_row(store: Store, rater_id: str) -> str:
    """Return the id of the latest role row of a person, "" when there is none."""
    return next((str(row["id"]) for row in store.query(_ROLE_SQL, {"rater": rater_id})), "")


_ROLE_SQL = "SELECT id FROM roles WHERE rater_id = :rater ORDER BY rowid DESC LIMIT 1"
_LIVE_SQL = """
SELECT l.* FROM link_logins l
WHERE l.ends_at > :now AND NOT EXISTS (SELECT 1 FROM link_ends e WHERE e.id = l.id)
"""
_OPEN_SQL = """
SELECT i.* FROM invitations i
WHERE i.ends_at > :now AND NOT EXISTS (SELECT 1 FROM link_ends e WHERE e.id = i.id)
  AND (i.rater_id = '' OR i.role_row = coalesce(
    (SELECT r.id FROM roles r WHERE r.rater_id = i.rater_id ORDER BY r.rowid DESC LIMIT 1), ''))
ORDER BY i.rowid DESC
"""
