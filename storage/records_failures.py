"""Records of what people make of failures: notes, modes, triage, claimed fixes, and proposals for golden examples."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class FailureEvent:
    """Something a person said about one failure. ``kind`` is note (``text``) or mode (``mode``, "" takes it away).

    The latest mode of a conversation counts; notes add up.
    """

    id: str
    conversation_id: str
    kind: str
    at: str
    by: str
    text: str = ""
    mode: str = ""


@dataclass(frozen=True, kw_only=True)
class FailureModes:
    """One version of the whole list of failure modes; the latest counts.

    Each mode has id, name, description, example, groups, into and ignored; see :mod:`review.failures.modes`. ``note``
    says what changed.
    """

    version: int
    at: str
    by: str
    modes: tuple[Json, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FailureTriage:
    """What was decided about one group of failures of one week: a mode, or a kind of failure that has none yet.

    ``version`` is the prompt version, "" where the log has none. ``decision`` is task, golden or ignored. A task has an
    ``owner`` and a ``due`` date, ``few_shots`` name settled items, and ``fix_version`` the version that will fix it.
    ``candidates`` are the conversations proposed as golden examples, ``reason`` says why there are none. ``failures``
    is how many there were, ``modes_version`` the list of modes that the person had seen.
    """

    id: str
    week: str
    mode: str
    version: str
    at: str
    by: str
    decision: str
    root_cause: str
    failures: int
    modes_version: int
    candidates: tuple[str, ...] = ()
    reason: str = ""
    owner: str = ""
    due: str = ""
    few_shots: tuple[str, ...] = ()
    fix_version: str = ""


@dataclass(frozen=True, kw_only=True)
class FixClaim:
    """Somebody says that a prompt version fixes a mode. ``week`` is the first week of production that can show it."""

    id: str
    mode: str
    version: str
    week: str
    at: str
    by: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class GoldenProposal:
    """A golden example that is filled in and waits for a person.

    ``source`` is that of the example (historical, feedback, synthetic). ``origin`` is the conversation or the example
    it was made from, ``rule`` how. ``content`` has the columns of a written example.
    """

    id: str
    at: str
    by: str
    source: str
    origin: str
    rule: str
    content: Json


@dataclass(frozen=True, kw_only=True)
class ProposalDecision:
    """What a person decided about a proposal: approved, as the example named, or rejected with a reason."""

    proposal_id: str
    at: str
    by: str
    approved: bool
    example_id: str = ""
    reason: str = ""


FAILURE_KEYS: dict[type, tuple[str, ...]] = {
    FailureEvent: ("failure_events", "id"),
    FailureModes: ("failure_modes", "version"),
    FailureTriage: ("failure_triages", "id"),
    FixClaim: ("fix_claims", "id"),
    GoldenProposal: ("golden_proposals", "id"),
    ProposalDecision: ("proposal_decisions", "proposal_id"),
}
"""Table and primary key of each of these records."""
