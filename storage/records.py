"""The nouns: one frozen dataclass per table, rows that are added and never changed.

Times are ISO 8601 text in UTC. A tuple or dict field is stored as JSON text. The first field named in ``KEYS`` is the
primary key; inserting a key that exists does nothing, which makes every write idempotent. "Current" is always a query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from storage.records_judges import JUDGE_KEYS

Json = dict[str, Any]


@dataclass(frozen=True)
class Rater:
    """A person who reviews. ``issuer`` and ``subject`` identify a logged-in person; empty for a chosen name."""

    id: str
    name: str
    created_at: str
    created_by: str
    issuer: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Role:
    """A role given to a rater: annotator, adjudicator, lead, or none (taken away). The latest row counts."""

    id: str
    rater_id: str
    role: str
    at: str
    by: str
    scope: str = ""


@dataclass(frozen=True)
class RubricVersion:
    """One version of the rubric, as data; ``version`` counts from 1, ``content_hash`` is over the document."""

    version: int
    content_hash: str
    document: Json
    at: str
    by: str
    note: str = ""


@dataclass(frozen=True)
class Import:
    """One import of one file: what was detected and the counts that were printed."""

    id: str
    at: str
    by: str
    file: str
    format: str
    source: str
    read: int
    added: int
    duplicate: int
    changed: int
    rejected: int
    undated: int
    rejections: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """A masked, frozen production conversation.

    ``id`` is the source's own id, prefixed with ``source/`` unless the source is the default ``production``; records
    without an id get a keyed hash. ``messages`` are {role, content[, name, tool_calls]} in order; ``context`` the
    retrieved passages; ``steps`` the reasoning chain; ``result`` {columns, rows, total} or {text}. ``user_id`` and
    ``session_id`` are keyed hashes. ``verdicts`` maps judge to dimension to value. ``redacted`` counts masked spans.
    ``checks`` maps each check that ran on import to what it found; it is derived, so the content hash leaves it out.
    """

    id: str
    source: str
    source_id: str
    created_at: str | None
    week: str
    messages: tuple[Json, ...]
    context: tuple[str, ...] = ()
    steps: tuple[Any, ...] = ()
    sql: str | None = None
    result: Json | None = None
    status: str = "ok"
    error_type: str | None = None
    error_message: str | None = None
    repair_rounds: int | None = None
    repaired: bool | None = None
    confidence: float | None = None
    low_confidence: bool | None = None
    latency_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    retries: int | None = None
    model: str | None = None
    prompt_version: str | None = None
    variant: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    feedback: str | None = None
    scenario: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Json = field(default_factory=dict)
    verdicts: dict[str, Json] = field(default_factory=dict)
    content_hash: str = ""
    redacted: int = 0
    checks: dict[str, Json] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """The last thing the user said before the final answer, as text."""
        return next((str(m["content"]) for m in reversed(self.messages) if m["role"] == "user"), "")

    @property
    def answer(self) -> str:
        """The final assistant message, as text."""
        return next(
            (str(m["content"]) for m in reversed(self.messages) if m["role"] == "assistant" and m.get("content")), ""
        )


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Draw:
    """One draw from the sealed frame of a week; a later draw of the week only raises probabilities.

    ``frame`` keeps source, window, rows, distinct, null_ids, duplicate_ids, late and the verdict counts by stratum.
    ``digest`` is md5 over the sorted drawn ids joined by newlines.
    """

    id: str
    week: str
    at: str
    by: str
    source: str
    seed: str
    key_rule: str
    rate: float
    frame: Json
    digest: str


@dataclass(frozen=True)
class Stratum:
    """The ledger line of one group in one draw: population N_h, sampled n_h, inclusion probability pi_h."""

    id: str
    draw_id: str
    week: str
    name: str
    population: int
    sampled: int
    probability: float


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Reassignment:
    """An assignment taken from its holder: redistributed to another assignment, or withdrawn (``to_id`` None)."""

    id: str
    assignment_id: str
    to_id: str | None
    at: str
    by: str
    reason: str


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Skip:
    """A rater passed an assignment by, with a reason."""

    submission_id: str
    assignment_id: str
    item_id: str
    rater_id: str
    at: str
    reason: str


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class HiddenSpan:
    """A flagged text that is hidden everywhere in its conversation; only its keyed hash and length are kept."""

    id: str
    conversation_id: str
    digest: str
    length: int
    token: str
    at: str
    by: str


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class GoldenExample:
    """One version of an approved example; the latest version of an ``example_id`` that is not retired is current.

    ``content`` holds question, prior turns, answer as reviewed, expected answer and behaviour, reference SQL, tags;
    ``votes`` the labels behind it with raters, rubric version and inclusion probability.
    """

    id: str
    example_id: str
    conversation_id: str
    item_id: str
    content: Json
    labels: Json
    votes: tuple[Json, ...]
    rubric_version: int
    approved_by: str
    at: str
    source: str = "historical"
    kind: str = "normal"
    scenario: str = ""
    split: str = "test"
    must_pass: bool = False
    rule: str = ""
    adjudication_id: str | None = None
    supersedes: str | None = None
    retired: bool = False
    note: str = ""


@dataclass(frozen=True)
class Release:
    """A frozen set of golden examples: ``content_hash`` is over canonical JSON of its examples."""

    name: str
    content_hash: str
    size: int
    at: str
    by: str
    notes: str = ""


@dataclass(frozen=True)
class ReleaseExample:
    """One frozen example of a release, exactly as exported."""

    id: str
    release: str
    example_id: str
    content_hash: str
    content: Json


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class AuditEntry:
    """Who did what, when; ``hash`` covers the row and the ``previous`` hash, so that a removed row shows."""

    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    detail: Json
    previous: str
    hash: str


@dataclass(frozen=True)
class Setting:
    """A fact about the store itself, such as its identity and its HMAC key. Added once, never changed."""

    name: str
    value: str


KEYS: dict[type, tuple[str, ...]] = {
    Rater: ("raters", "id"),
    Role: ("roles", "id"),
    RubricVersion: ("rubric_versions", "version"),
    Import: ("imports", "id"),
    Conversation: ("conversations", "id"),
    Week: ("weeks", "name"),
    WeekClosing: ("week_closings", "week"),
    Draw: ("draws", "id"),
    Stratum: ("strata", "id"),
    Item: ("items", "id"),
    Assignment: ("assignments", "id"),
    Reassignment: ("reassignments", "id"),
    Annotation: ("annotations", "submission_id"),
    Withdrawal: ("withdrawals", "submission_id"),
    Skip: ("skips", "submission_id"),
    Flag: ("flags", "submission_id"),
    HiddenSpan: ("hidden_spans", "id"),
    Adjudication: ("adjudications", "id"),
    GoldenExample: ("golden_examples", "id"),
    Release: ("releases", "name"),
    ReleaseExample: ("release_examples", "id"),
    Verdict: ("verdicts", "id"),
    AuditEntry: ("audit", "sequence"),
    Setting: ("settings", "name"),
    **JUDGE_KEYS,
}
"""Table and primary key of every record."""
