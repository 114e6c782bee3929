"""Legal holds: what must not be removed, by retention or by erasure, until somebody releases it.

A hold names a conversation, or a user and with that all conversations of the user, also those that come later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.basics.limits import MAX_ID, MAX_NOTE
from review.people.people import require
from review.privacy.masking import mask_text
from review.privacy.recognisers import recognisers
from review.privacy.user_ids import user_hash
from storage.queries.holds import holds_that_last
from storage.records_retention import HoldRelease, LegalHold
from storage.store import Store

CONVERSATION, USER = "conversation", "user"
"""What a hold may name."""


@dataclass(frozen=True)
class Held:
    """What is on hold now: ids of conversations, and users by the keyed hashes that they have in the log."""

    conversations: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()

    def holds(self, conversation_id: str, user: str | None) -> bool:
        """Whether a conversation is on hold, by its own id or by that of its user."""
        return conversation_id in self.conversations or (user is not None and user in self.users)


def held(store: Store) -> Held:
    """Return what is on hold now."""
    rows = holds_that_last(store)
    by_kind = {kind: frozenset(row.subject for row in rows if row.kind == kind) for kind in (CONVERSATION, USER)}
    return Held(by_kind[CONVERSATION], by_kind[USER])


@dataclass(frozen=True)
class HoldState:
    """A hold, and its end; None while it lasts."""

    hold: LegalHold
    release: HoldRelease | None


def every_hold(store: Store) -> list[HoldState]:
    """Return all holds with their ends, in order of arrival."""
    ends = {row.hold_id: row for row in store.find(HoldRelease)}
    return [HoldState(row, ends.get(row.id)) for row in store.find(LegalHold)]


def add_holds(
    store: Store, *, conversations: Sequence[str] = (), users: Sequence[str] = (), reason: str, by: str
) -> list[LegalHold]:
    """Hold conversations by id, and users by the id that the product or the log has of them. Returns the new holds.

    What is on hold already gets no second hold. Raises Refused without the role lead, InputError without a subject or a
    reason, NothingToDo when everything is on hold already.
    """
    require(store, by, "lead")
    said = _checked(reason)
    wrong = next((one for one in conversations if not 0 < len(one) <= MAX_ID), None)
    if wrong is not None:
        raise InputError(f"conversation: found {len(wrong):,} characters, expected an id of 1 to {MAX_ID}.")
    subjects = [(CONVERSATION, one) for one in conversations] + [(USER, user_hash(store, one)) for one in users]
    if not subjects:
        raise InputError("A hold needs a conversation or a user; found neither.")
    with store.transaction():
        now_held = {(row.kind, row.subject) for row in holds_that_last(store)}
        rows = [
            LegalHold(id=new_id(), at=now(), by=by, kind=kind, subject=subject, reason=said)
            for kind, subject in dict.fromkeys(subjects)
            if (kind, subject) not in now_held
        ]
        if not rows:
            raise NothingToDo("Everything that was named is on hold already.")
        store.add(*rows)
        chain.record(store, by, "hold", rows[0].id, holds=len(rows), kinds=sorted({row.kind for row in rows}))
    return rows


def release_hold(store: Store, hold_id: str, *, reason: str, by: str) -> HoldRelease:
    """End a hold; ``hold_id`` is its id or the beginning of it, of at least 6 characters.

    Raises Refused without the role lead and for a hold that ended before, UnknownError for an unknown hold, InputError
    without a reason.
    """
    require(store, by, "lead")
    said = _checked(reason)
    with store.transaction():
        found = _named(store, hold_id)
        if found.release is not None:
            raise Refused(f"hold {found.hold.id[:8]}: {found.release.by} released it on {found.release.at[:10]}.")
        row = HoldRelease(hold_id=found.hold.id, at=now(), by=by, reason=said)
        store.add(row)
        chain.record(store, by, "release hold", found.hold.id)
    return row


def _named(store: Store, hold_id: str) -> HoldState:
    wanted = hold_id.strip().lower()
    found = [one for one in every_hold(store) if len(wanted) >= 6 and one.hold.id.startswith(wanted)]
    if len(found) != 1:
        raise UnknownError(
            f"hold '{hold_id[:40]}': found {len(found)} holds of this id, expected one.",
            command_hint="`spotcheck hold list` shows their ids.",
        )
    return found[0]


def _checked(reason: str) -> str:
    """Return a reason, masked. Raises InputError for one that is empty or too long."""
    said = reason.strip()
    if not 0 < len(said) <= MAX_NOTE:
        raise InputError(f"reason: found {len(said):,} characters, expected 1 to {MAX_NOTE} that say why.")
    return mask_text(said, recognisers())[0]
