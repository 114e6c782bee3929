"""What people made of failures: the latest list of modes, the mode of each conversation, notes, and open proposals."""

from __future__ import annotations

from storage.records_failures import FailureModes, GoldenProposal
from storage.store import Store


def latest_modes(store: Store) -> FailureModes | None:
    """Return the latest version of the list of failure modes, None before the first."""
    return next(iter(store.find(FailureModes, order_by="version desc")), None)


def modes_given(store: Store) -> dict[str, str]:
    """Return the mode that people gave each conversation last; one taken away is left out."""
    return {row["conversation_id"]: row["mode"] for row in store.query(_GIVEN_SQL) if row["mode"]}


_GIVEN_SQL = """
SELECT conversation_id, mode FROM failure_events WHERE kind = 'mode' ORDER BY rowid
"""


def latest_notes(store: Store) -> dict[str, str]:
    """Return the latest note on each conversation."""
    return {row["conversation_id"]: row["text"] for row in store.query(_NOTES_SQL)}


_NOTES_SQL = """
SELECT conversation_id, text FROM failure_events WHERE kind = 'note' ORDER BY rowid
"""


def open_proposals(store: Store) -> list[GoldenProposal]:
    """Return the proposals for golden examples that nobody has approved or rejected, in order of arrival."""
    return store.select(GoldenProposal, _OPEN_SQL)


_OPEN_SQL = """
SELECT p.* FROM golden_proposals p
WHERE NOT EXISTS (SELECT 1 FROM proposal_decisions d WHERE d.proposal_id = p.id) ORDER BY p.rowid
"""


def latest_state_of_version(store: Store, version: str) -> str:
    """Return the state of a registered prompt version, "" where nobody registered it."""
    rows = store.query(_STATE_SQL, {"version": version})
    return str(rows[0]["state"]) if rows else ""


_STATE_SQL = "SELECT state FROM version_states WHERE version = :version ORDER BY rowid DESC LIMIT 1"
