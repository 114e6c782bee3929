"""What people made of failures: the latest list of modes, the mode of each conversation, notes, and open proposals."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from storage.queries.parameters import json_list
from storage.records_failures import FailureModes, GoldenProposal
from storage.records_log import ERASED_HASH
from storage.store import Store


def latest_modes(store: Store) -> FailureModes | None:
    """Return the latest version of the list of failure modes, None before the first."""
    return next(iter(store.find(FailureModes, order_by="version desc")), None)


def modes_given(store: Store) -> dict[str, str]:
    """Return the mode that people gave each conversation last; one taken away is left out."""
    last = {row["conversation_id"]: row["mode"] for row in store.query(_GIVEN_SQL)}
    return {conversation: mode for conversation, mode in last.items() if mode}


_GIVEN_SQL = """
SELECT conversation_id, mode FROM failure_events WHERE kind = 'mode' ORDER BY rowid
"""


class ModeEvent(NamedTuple):
    """A person gave a conversation a mode, or took it away ("")."""

    conversation_id: str
    mode: str
    at: str


def mode_events(store: Store) -> list[ModeEvent]:
    """Return every mode that people ever gave a conversation, in order."""
    return [ModeEvent(**row) for row in store.query(_MODE_EVENTS_SQL)]


_MODE_EVENTS_SQL = """
SELECT conversation_id, mode, at FROM failure_events WHERE kind = 'mode' ORDER BY rowid
"""


def latest_notes(store: Store) -> dict[str, str]:
    """Return the latest note on each conversation."""
    return {row["conversation_id"]: row["text"] for row in store.query(_NOTES_SQL)}


_NOTES_SQL = """
SELECT conversation_id, text FROM failure_events WHERE kind = 'note' ORDER BY rowid
"""


def open_proposals(store: Store) -> list[GoldenProposal]:
    """Return the proposals for golden examples that nobody has approved or rejected, in order of arrival.

    Those made of a conversation that was erased since are left out: their texts are gone.
    """
    return store.select(GoldenProposal, _OPEN_SQL)


_OPEN_SQL = f"""
SELECT p.* FROM golden_proposals p
WHERE NOT EXISTS (SELECT 1 FROM proposal_decisions d WHERE d.proposal_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM conversations gone WHERE gone.id = p.origin AND gone.content_hash = '{ERASED_HASH}')
ORDER BY p.rowid
"""  # noqa: S608 - a constant of ours


def latest_state_of_version(store: Store, version: str) -> str:
    """Return the state of a registered prompt version, "" where nobody registered it."""
    rows = store.query(_STATE_SQL, {"version": version})
    return str(rows[0]["state"]) if rows else ""


_STATE_SQL = "SELECT state FROM version_states WHERE version = :version ORDER BY rowid DESC LIMIT 1"


def example_origins(store: Store) -> dict[str, str]:
    """Return the conversation or example that each example of an approved proposal was made from, by example."""
    return {row["example_id"]: row["origin"] for row in store.query(_ORIGINS_SQL)}


_ORIGINS_SQL = """
SELECT d.example_id, p.origin FROM proposal_decisions d JOIN golden_proposals p ON p.id = d.proposal_id
WHERE d.approved ORDER BY d.rowid
"""


def versions_of_conversations(store: Store, ids: Collection[str]) -> dict[str, str]:
    """Return the prompt version of conversations of the store, "" for none."""
    return {row["id"]: row["version"] for row in store.query(_VERSIONS_SQL, {"ids": json_list(ids)})}


_VERSIONS_SQL = """
SELECT id, coalesce(prompt_version, '') AS version FROM conversations
WHERE id IN (SELECT value FROM json_each(:ids))
"""
