"""What a hold would hold: the conversations of the log and of the store that a name means, counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from review.basics.errors import UnknownError
from review.basics.log_paths import log_of
from review.log.log import conversations_named, ids_held
from review.log.of_users import conversations_by_user
from review.privacy.holds import CONVERSATION, USER
from review.privacy.user_ids import user_hash
from storage.records_log import Conversation
from storage.records_retention import LegalHold
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """What is to be held: ids of conversations, and users as they were named."""

    conversations: Sequence[str]
    users: Sequence[str]


def subjects_of(
    store: Store, *, conversations: Sequence[str] = (), users: Sequence[str] = (), even_if_none: bool = False
) -> Subjects:
    """Return what these names mean. A hold of a misspelt name would hold nothing, so an unknown one is refused.

    With ``even_if_none`` it is held as it was written: its conversations may come later. Raises UnknownError.
    """
    logged = conversations_named(log_of(store.path), conversations) if conversations else {}
    unknown = [name for name in conversations if name not in logged and store.get(Conversation, name) is None]
    if unknown and not even_if_none:
        raise UnknownError(
            f"conversation '{unknown[0][:80]}': neither the log nor the store has it, or several sources do. "
            "Check the id; one that several sources have is written as source/id.",
            command_hint="`--even-if-none` holds it all the same.",
        )
    counts = _counted_users(store, [user_hash(store, name) for name in users])
    empty = [name for name in users if not counts[user_hash(store, name)]]
    if empty and not even_if_none:
        raise UnknownError(
            f"user '{empty[0][:80]}': found 0 conversations in the log and in the store, so nothing would be held now. "
            "Check the id.",
            command_hint="`--even-if-none` holds what may come later.",
        )
    return Subjects(
        conversations=[logged[name].id if name in logged else name for name in conversations], users=list(users)
    )


def matching(store: Store, holds: Sequence[LegalHold]) -> dict[str, int]:
    """Return how many conversations of the log and the store each hold names now, by the id of the hold."""
    users = _counted_users(store, [one.subject for one in holds if one.kind == USER])
    named = [one.subject for one in holds if one.kind == CONVERSATION]
    there = ids_held(log_of(store.path), named) | {row.id for row in store.find(Conversation, id=named)}
    return {one.id: users[one.subject] if one.kind == USER else int(one.subject in there) for one in holds}


def _counted_users(store: Store, users: Collection[str]) -> dict[str, int]:
    """Return the number of conversations of each user, by the keyed id that the log has of them."""
    if not users:
        return {}
    found = {user: set[str]() for user in users}
    for user, ids in conversations_by_user(log_of(store.path), found).items():
        found[user] |= ids
    for row in store.find(Conversation, user_id=sorted(found)):
        if row.user_id:
            found[row.user_id].add(row.id)
    return {user: len(ids) for user, ids in found.items()}
