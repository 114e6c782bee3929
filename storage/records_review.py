"""Records of what people and judges say about items: annotations, skips, flags, verdicts, and adjudications."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json, StoredLabels


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """One review of an item by a rater. ``labels`` maps dimensions to canonical values (a list for a set).

    The vote on a pair is the label "pair:preference": a, b, tie or both_bad, by answer and not by side.

    ``supersedes`` is the submission that it replaces. ``revealed``: verdicts had been shown to the rater before.
    ``late``: the rater no longer held the assignment. ``seconds`` is active time. ``import_id`` names the import of
    labels that it came with, None for one that was given in the application. ``marks`` say what is wrong in the
    answer, each with turn, start, end, quote, and where given proof, source and passage; None without marks.
    """

    submission_id: str
    assignment_id: str
    item_id: str
    rater_id: str
    rubric_version: int
    labels: StoredLabels
    at: str
    comment: str = ""
    corrected_answer: str = ""
    seconds: float | None = None
    supersedes: str | None = None
    revealed: bool = False
    late: bool = False
    import_id: str | None = None
    marks: tuple[Json, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class LabelImport:
    """One import of people's labels that added annotations. ``items`` and ``raters`` are those that it made."""

    id: str
    at: str
    by: str
    file: str
    format: str
    annotations: int
    weeks: tuple[str, ...]
    items: tuple[str, ...]
    raters: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LabelImportWithdrawal:
    """The undo of an import of labels; each of its annotations is withdrawn by a row of its own."""

    import_id: str
    at: str
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Withdrawal:
    """An undo: the submission ``withdraws`` (an annotation, a skip or a flag) no longer counts."""

    submission_id: str
    withdraws: str
    rater_id: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Skip:
    """A rater skipped an assignment, with a reason."""

    submission_id: str
    assignment_id: str
    item_id: str
    rater_id: str
    at: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A note for leads and adjudicators about an item. ``kind`` privacy also hides a span.

    ``span`` is the hidden span of this flag. It stays hidden until all flags on it are withdrawn.
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
    """A flagged text that is hidden everywhere in its conversation. Only its keyed hash and length are stored."""

    id: str
    conversation_id: str
    digest: str
    length: int
    token: str
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Adjudication:
    """The settled labels of an item: who settled them, why, and which submissions they had seen (``seen``)."""

    id: str
    item_id: str
    rubric_version: int
    labels: StoredLabels
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
    """One judge's verdict on one item in one dimension. ``value`` None is "no verdict"; ``raw`` is what the judge
    wrote.

    The latest row with a value counts for an item, judge, version and dimension: a later run may fill a gap. ``run_id``
    is the run it came from, None for verdicts from the log or a file.
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
    Annotation: ("annotations", "submission_id"),
    LabelImport: ("label_imports", "id"),
    LabelImportWithdrawal: ("label_import_withdrawals", "import_id"),
    Withdrawal: ("withdrawals", "submission_id"),
    Skip: ("skips", "submission_id"),
    Flag: ("flags", "submission_id"),
    HiddenSpan: ("hidden_spans", "id"),
    Adjudication: ("adjudications", "id"),
    Verdict: ("verdicts", "id"),
}
"""Table and primary key of each of these records."""
