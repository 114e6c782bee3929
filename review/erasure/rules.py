"""What each table of the store may hold of a person: which rows are about them, and which columns hold texts.

Every record has a rule. Rows that are about the person lose the texts of their ``texts`` columns. Elsewhere people and
judges may quote the person, so the person's own sentences are looked for in every column that can hold a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from storage.records import KEYS
from storage.records_alerts import AlertEvent, AlertSwitch
from storage.records_calibration import (
    Anchor,
    CalibrationDecision,
    CalibrationEnd,
    CalibrationReveal,
    CalibrationSession,
    CalibrationVote,
)
from storage.records_comments import Comment, QuestionAnswer
from storage.records_compliance import ComplianceEvent, ComplianceFinding, CompliancePass, ComplianceResult
from storage.records_erasure import ErasedKey, ErasureEvent, ErasureRequest
from storage.records_experiments import (
    ExperimentAnswer,
    ExperimentEvent,
    ExperimentRun,
    ExperimentScore,
    PromptVersion,
    VersionState,
)
from storage.records_failures import (
    FailureEvent,
    FailureModes,
    FailureTriage,
    FixClaim,
    GoldenProposal,
    ProposalDecision,
)
from storage.records_gate import GateDecision, GateWaiver
from storage.records_golden import GoldenExample, Release, ReleaseExample
from storage.records_judges import Judge, JudgeCall, JudgeResult, JudgeRun, Look, RunEvent, TrainingSet
from storage.records_log import (
    Conversation,
    Draw,
    Import,
    ImportWithdrawal,
    Pull,
    ScenarioAssignment,
    SourceConnection,
    SourceSettings,
    Stratum,
)
from storage.records_notices import Notice
from storage.records_people import (
    AuditEntry,
    Invitation,
    LinkEnd,
    LinkLogin,
    Rater,
    Role,
    RoleDecision,
    RoleRequest,
    RubricVersion,
    Setting,
)
from storage.records_pushes import PushedScore
from storage.records_retention import HoldRelease, LegalHold, NeverDrawn, RetentionRun
from storage.records_review import (
    Adjudication,
    Annotation,
    Flag,
    HiddenSpan,
    LabelImport,
    LabelImportWithdrawal,
    Skip,
    Verdict,
    Withdrawal,
)
from storage.records_weeks import (
    Assignment,
    DueChange,
    Item,
    ItemWithdrawal,
    Pair,
    Reassignment,
    Week,
    WeekClosing,
    WeekSchedule,
)


class Rule(NamedTuple):
    """How rows of a table lead to a person, and what they lose.

    ``by`` names a column and the ids that it must hold, as ``Person.names`` calls them. ``quotes`` False: nothing in
    the table can be a quotation. ``copied`` columns hold texts that people take over into other places.
    """

    by: Mapping[str, str] = {}
    texts: tuple[str, ...] = ()
    quotes: bool = True
    copied: tuple[str, ...] = ()


RULES: dict[type, Rule] = {
    Conversation: Rule({"id": "conversations", "user_id": "users"}, quotes=False),
    Item: Rule({"conversation_id": "conversations"}, ("reason",), copied=("reason",)),
    Annotation: Rule({"item_id": "items"}, ("comment", "corrected_answer", "marks"), copied=("corrected_answer",)),
    Skip: Rule({"item_id": "items"}, ("reason",)),
    Flag: Rule({"item_id": "items"}, ("comment",)),
    Adjudication: Rule(
        {"item_id": "items"}, ("rationale", "corrected_answer", "reference_sql", "reason"), copied=("corrected_answer",)
    ),
    Verdict: Rule({"item_id": "items"}, ("rationale", "raw")),
    Comment: Rule({"item_id": "items"}, ("text",)),
    CalibrationVote: Rule({"item_id": "items"}, ("comment",)),
    CalibrationDecision: Rule(
        {"item_id": "items"}, ("rationale", "sentence", "example"), copied=("sentence", "example")
    ),
    FailureEvent: Rule({"conversation_id": "conversations"}, ("text",)),
    GoldenProposal: Rule({"id": "proposals"}, ("content",)),
    GoldenExample: Rule({"example_id": "examples"}, ("content", "note"), copied=("content",)),
    ReleaseExample: Rule({"example_id": "examples"}, ("content",)),
    ExperimentAnswer: Rule({"case_id": "examples"}, ("answer",), copied=("answer",)),
    ExperimentScore: Rule({"answer_id": "answers"}, ("detail",)),
    JudgeCall: Rule({"subject": "subjects"}, ("reply",)),
    JudgeResult: Rule({"subject": "subjects"}, ("rationale", "raw")),
    Rater: Rule({"id": "reviewers"}, ("name", "issuer", "subject"), quotes=False),
    Invitation: Rule({"rater_id": "reviewers"}, ("name",), quotes=False),
    RoleRequest: Rule({"name": "reviewers"}, ("issuer", "subject"), quotes=False),
    ProposalDecision: Rule({"proposal_id": "proposals"}, ("reason",), copied=("reason",)),
    **dict.fromkeys(
        (
            *(RubricVersion, AuditEntry, Import, ImportWithdrawal, SourceSettings, ScenarioAssignment),
            *(SourceConnection, Pull, Draw, Week, WeekClosing, DueChange, WeekSchedule, Pair, Reassignment),
            *(LabelImport, LabelImportWithdrawal, QuestionAnswer, Notice, PushedScore, Release),
            *(FailureModes, FailureTriage, FixClaim, Judge, TrainingSet, JudgeRun, RunEvent, PromptVersion),
            *(VersionState, ExperimentRun, ExperimentEvent, GateDecision, GateWaiver, LegalHold, HoldRelease),
            *(RetentionRun, NeverDrawn, ComplianceResult, ComplianceFinding, ComplianceEvent),
            AlertEvent,
        ),
        Rule(),
    ),
    **dict.fromkeys(
        (
            *(Role, LinkLogin, LinkEnd, Setting, HiddenSpan, Stratum, Assignment, Withdrawal),
            *(ItemWithdrawal, CalibrationSession, CalibrationReveal, CalibrationEnd, Anchor, Look, CompliancePass),
            *(ErasureRequest, ErasureEvent, ErasedKey, AlertSwitch, RoleDecision),
        ),
        Rule(quotes=False),
    ),
}
"""The rule of every record: first those about a conversation, then those that may quote one, then those without texts
of their own: ids, names of colleagues, keyed digests."""

KEPT = frozenset(
    (
        *("id", "at", "by", "actor", "action", "hash", "previous", "digest", "key", "content_hash", "prompt_hash"),
        *("week", "rater", "adjudicator", "approved_by", "opened_by", "opened_at", "created_at", "created_by"),
    )
)
"""Columns that hold ids, times, names of colleagues and digests, beside those whose names end in ``_id``."""


def rule_of(record: type) -> Rule:
    """Return the rule of a record; one that nobody has written a rule for yet is searched for quotations."""
    return RULES.get(record, Rule())


def searched_columns(record: type, names: tuple[str, ...]) -> list[str]:
    """Return the columns of a record in which quotations are looked for."""
    if not rule_of(record).quotes:
        return []
    return [n for n in names if n not in KEPT and not n.endswith("_id") and n != KEYS[record][1]]
