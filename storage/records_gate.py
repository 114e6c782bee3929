"""Records of the gate: its decisions about versions, and the waivers by which a second person lets one pass."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class GateDecision:
    """One decision of the gate about a candidate and a baseline, with all of its report.

    ``id`` is a hash of the compared results and settings, so that the same evidence has one decision. The runs are ""
    where results came from files. ``decision`` is pass, fail or inconclusive; ``report`` is the object that the command
    line prints. ``origin`` says where it was made: store or file.
    """

    id: str
    baseline: str
    candidate: str
    release: str
    release_digest: str
    decision: str
    report: Json
    at: str
    by: str
    baseline_run: str = ""
    candidate_run: str = ""
    origin: str = "store"


@dataclass(frozen=True, kw_only=True)
class GateWaiver:
    """A second person lets a candidate pass in spite of a decision, or of one suspect slice of it.

    ``slice`` is "kind name" of the slice, "" for everything but the suspect slices. ``identity`` says how the store
    knows that it is a second person: login, or names where people choose their names themselves.
    """

    id: str
    decision_id: str
    slice: str
    reason: str
    identity: str
    at: str
    by: str


GATE_KEYS: dict[type, tuple[str, ...]] = {
    GateDecision: ("gate_decisions", "id"),
    GateWaiver: ("gate_waivers", "id"),
}
"""Table and primary key of each of these records."""
