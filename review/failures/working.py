"""What people write about single failures: notes in their own words, and the mode that a failure belongs to.

Each is an event of its own, keyed by the conversation. A failure that somebody works on is copied into the store,
masked as it is in the log, so that it stays when the log expires.
"""

from __future__ import annotations

from collections.abc import Sequence

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused, UnknownError
from review.basics.limits import MAX_COMMENT
from review.basics.log_paths import log_of
from review.current.assignments import owed_items
from review.failures.modes import mode_list, need_mode
from review.log.log import read_conversations
from review.people.people import require
from review.sources.scenarios import with_scenarios
from storage.queries.failures import latest_state_of_version
from storage.records_failures import FailureEvent
from storage.records_log import ERASED_HASH, Conversation
from storage.records_weeks import Item
from storage.store import Store


def write_note(store: Store, conversation_id: str, text: str, *, by: str) -> FailureEvent:
    """Write what went wrong in a failure, in one's own words. Words that the conversation hides stay hidden in it.

    Raises Refused without the role adjudicator and for an erased conversation, InputError for an empty or too long
    note, UnknownError for a conversation that is not there or that the person has yet to review.
    """
    require(store, by, "adjudicator")
    said = text.strip()
    if not 0 < len(said) <= MAX_COMMENT:
        raise InputError(f"note: found {len(said):,} characters, expected 1 to {MAX_COMMENT:,}.")
    with store.transaction():
        keep(store, [conversation_id], by=by)
        if any(c.content_hash == ERASED_HASH for c in store.find(Conversation, id=conversation_id)):
            raise Refused("the conversation was erased, so nothing more is written about it.")
        event = FailureEvent(id=new_id(), conversation_id=conversation_id, kind="note", text=said, at=now(), by=by)
        store.add(event)
        chain.record(store, by, "failure note", conversation_id)
    return event


def give_mode(store: Store, ids: Sequence[str], mode: str, *, by: str) -> str:
    """Say that failures belong to a mode; "" takes theirs away. Returns the id of the mode, followed through merges.

    Raises Refused without the role adjudicator, UnknownError for an unknown mode or conversation.
    """
    require(store, by, "adjudicator")
    with store.transaction():
        chosen = need_mode(mode_list(store), mode).id if mode else ""
        keep(store, ids, by=by)
        at = now()
        store.add(
            *(
                FailureEvent(id=new_id(), conversation_id=i, kind="mode", mode=chosen, at=at, by=by)
                for i in dict.fromkeys(ids)
            )
        )
        chain.record(store, by, "failure mode", chosen, conversations=len(ids))
    return chosen


def keep(store: Store, ids: Sequence[str], *, by: str) -> None:
    """Copy conversations of the log into the store, those that are not there. Raises UnknownError for one in neither.

    A conversation that ``by`` has yet to review is as unknown as one that is gone.
    """
    owed = owed_items(store, by)
    hidden = {i.conversation_id for i in store.find(Item, id=list(owed))} if owed else set()
    held = {c.id for c in store.find(Conversation, id=list(ids))}
    missing = [one for one in dict.fromkeys(ids) if one not in held]
    new = with_scenarios(store, read_conversations(log_of(store.path), missing))
    lost = sorted(set(missing) - {c.id for c in new} | set(ids) & hidden)
    if lost:
        raise UnknownError(
            f"conversation '{lost[0]}' is not here: it was erased or has expired, or you have yet to review it."
        )
    store.add(*new)


def check_in_force(store: Store, version: str) -> None:
    """Raise Refused for a prompt version that was taken out of use; one that nobody registered may still come."""
    if version.strip() and latest_state_of_version(store, version.strip()) == "deprecated":
        raise Refused(f"version '{version.strip()}' is deprecated. Name the version that is in force or will be.")
