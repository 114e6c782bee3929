"""Records of the daily compliance checks: what was looked at, what was found, and what people made of it."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class CompliancePass:
    """One pass of the checks over the conversations of a day (UTC) that came with some imports.

    ``imports`` says how many came with each import, so that each conversation is looked at once. A pass without
    imports looked at the state of the store on that day, or is one check that looked back: its id is that of the
    earlier pass, a stroke and the name of the check. ``rows`` is how many conversations there were.
    """

    id: str
    day: str
    imports: Json
    rows: int
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class ComplianceResult:
    """What one check did in one pass: how many it ``looked`` at, in how many it ``found`` something.

    ``ran`` False says that it could not run; ``detail`` says why, or with what it looked.
    """

    id: str
    pass_id: str
    day: str
    name: str
    ran: bool
    looked: int
    found: int
    detail: str
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class ComplianceFinding:
    """Something that a check found: in ``n`` of ``looked`` conversations of one day and source, or one ``subject``.

    ``kind`` is what it is, such as EMAIL. ``examples`` are some of the conversations, each with its id and the places
    (field, start, end, kind); no text of a person stands here. ``owner`` is a rater, ``due`` a date; later events may
    change both.
    """

    id: str
    pass_id: str
    day: str
    name: str
    kind: str
    source: str
    subject: str
    n: int
    looked: int
    owner: str
    due: str
    at: str
    by: str
    examples: tuple[Json, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComplianceEvent:
    """What somebody did about a finding. ``kind`` is assign (``owner``, ``due``), resolve or reopen (``text``)."""

    id: str
    finding_id: str
    kind: str
    at: str
    by: str
    owner: str = ""
    due: str = ""
    text: str = ""


COMPLIANCE_KEYS: dict[type, tuple[str, ...]] = {
    CompliancePass: ("compliance_passes", "id"),
    ComplianceResult: ("compliance_results", "id"),
    ComplianceFinding: ("compliance_findings", "id"),
    ComplianceEvent: ("compliance_events", "id"),
}
"""Table and primary key of each of these records."""
