"""The nouns of a week of review: what is dealt, what people and judges said of it, what was settled."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class Week:
    """A unit of work, opened once. ``minutes`` is the budget per person; ``due`` a date."""

    name: str
    opened_at: str
    opened_by: str
    due: str
    seed: str
    unit: str
    overlap: float
    overlap_raters: int
    raters: tuple[str, ...]
    rubric_version: int
    minutes: float | None = None


@dataclass(frozen=True)
class WeekClosing:
    """The end of a week, with the checklist as it stood; ``reason`` when it was closed early."""

    week: str
    at: str
    by: str
    checklist: Json
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A unit of review: a conversation, or one answer in it (``target_turn``).

    ``draw_id`` and ``stratum`` place it in the ledger; a purposive (hand-picked) item has neither and weighs nothing.
    Its current probability is that of its stratum in the latest draw of its week.
    """

    id: str
    conversation_id: str
    week: str
    at: str
    draw_id: str | None = None
    stratum: str | None = None
    purposive: bool = False
    overlap: bool = False
    target_turn: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """An item dealt to a rater under one rubric version, in the rater's order ``position``."""

    id: str
    item_id: str
    rater_id: str
    week: str
    position: int
    rubric_version: int
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Reassignment:
    """An assignment taken from its holder: redistributed to another assignment, or withdrawn (``to_id`` None)."""

    id: str
    assignment_id: str
    to_id: str | None
    at: str
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """What a rater said of an item, once. ``labels`` maps dimension to canonical value (a list for a set).

    ``supersedes`` names the submission that it replaces; ``revealed`` tells whether verdicts had been shown before;
    ``late`` that the rater no longer held the assignment. ``seconds`` is active time.
    """

    submission_id: str
    assignment_id: str
    item_id: str
    rater_id: str
    rubric_version: int
    labels: Json
    at: str
    comment: str = ""
    corrected_answer: str = ""
    seconds: float | None = None
    supersedes: str | None = None
    revealed: bool = False
    late: bool = False


@dataclass(frozen=True)
class Withdrawal:
    """An undo: the named submission (an annotation, a skip or a flag) no longer counts."""

    submission_id: str
    withdraws: str
    rater_id: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Skip:
    """A rater passed an assignment by, with a reason."""

    submission_id: str
    assignment_id: str
    item_id: str
    rater_id: str
    at: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Something about an item that somebody should see; ``kind`` privacy also hides a span.

    ``span`` is the hidden span that the flag decides about: it stays hidden while one of its flags stands.
    """

    submission_id: str
    item_id: str
    rater_id: str
    at: str
    kind: str
    comment: str = ""
    span: str | None = None


@dataclass(frozen=True, kw_only=True)
class HiddenSpan:
    """A flagged text that is hidden everywhere in its conversation; only its keyed hash and length are kept."""

    id: str
    conversation_id: str
    digest: str
    length: int
    token: str
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Adjudication:
    """The settled labels of an item: who, why, and which submissions were seen."""

    id: str
    item_id: str
    rubric_version: int
    labels: Json
    rationale: str
    adjudicator: str
    at: str
    reason: str = ""
    corrected_answer: str = ""
    reference_sql: str = ""
    seen: tuple[str, ...] = ()
    supersedes: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One judge's verdict on one item in one dimension; ``value`` None is "no verdict", with ``raw`` kept.

    The latest row of an item, judge, version and dimension counts: a later run may fill a gap. ``run_id`` names the
    run it came from, None for what came with the log or a file.
    """

    id: str
    item_id: str
    judge: str
    version: str
    dimension: str
    value: str | None
    at: str
    score: float | None = None
    rationale: str = ""
    raw: str = ""
    error: str = ""
    latency_ms: float | None = None
    cost: float | None = None
    run_id: str | None = None


REVIEW_KEYS: dict[type, tuple[str, ...]] = {
    Week: ("weeks", "name"),
    WeekClosing: ("week_closings", "week"),
    Item: ("items", "id"),
    Assignment: ("assignments", "id"),
    Reassignment: ("reassignments", "id"),
    Annotation: ("annotations", "submission_id"),
    Withdrawal: ("withdrawals", "submission_id"),
    Skip: ("skips", "submission_id"),
    Flag: ("flags", "submission_id"),
    HiddenSpan: ("hidden_spans", "id"),
    Adjudication: ("adjudications", "id"),
    Verdict: ("verdicts", "id"),
}
"""Table and primary key of each of these records."""
