"""Which conversations of the log are of some users, those of undone imports included."""

from __future__ import annotations

from collections.abc import Collection

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.erasing import conversation_files
from review.log.late import listed
from review.log.log import log_relation


def conversations_of(log: LogPaths, users: Collection[str]) -> set[str]:
    """Return the ids of all conversations of some users."""
    files = conversation_files(log)
    if not files or not users:
        return set()
    with in_memory() as db:
        sql = f"SELECT id FROM {listed(files)} WHERE user_id IN (SELECT unnest(?))"  # noqa: S608 - our own paths
        return {row[0] for row in db.execute(sql, [sorted(users)]).fetchall()}


def conversations_by_user(log: LogPaths, users: Collection[str]) -> dict[str, set[str]]:
    """Return the ids of the conversations of each of some users, without those of undone imports."""
    if not users:
        return {}
    sql = f"SELECT user_id, list(DISTINCT id) FROM {log_relation(log)} WHERE user_id IN (SELECT unnest(?)) GROUP BY 1"  # noqa: S608 - our own paths
    with in_memory() as db:
        return {user: set(ids) for user, ids in db.execute(sql, [sorted(users)]).fetchall()}


def among_users(log: LogPaths, conversations: Collection[str], users: Collection[str]) -> set[str]:
    """Return those of some conversations that are of some users, by the ids that the log has of them."""
    files = conversation_files(log)
    if not files or not users or not conversations:
        return set()
    with in_memory() as db:
        wanted = "id IN (SELECT unnest($1)) AND user_id IN (SELECT unnest($2))"
        sql = f"SELECT id FROM {listed(files)} WHERE {wanted}"  # noqa: S608 - our own paths
        return {row[0] for row in db.execute(sql, [sorted(conversations), sorted(users)]).fetchall()}
