"""What each table of the store may hold of a person: which rows are about them, and which columns hold texts.

Every record has a rule. Rows that are about the person lose the texts of their ``texts`` columns. In the columns of
``quotes``, and in all text columns of a rule without any, the person's own sentences are found wherever they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from storage.records import KEYS
from storage.records_calibration import CalibrationDecision, CalibrationVote
from storage.records_comments import Comment
from storage.records_experiments import ExperimentAnswer, ExperimentScore
from storage.records_failures import FailureEvent, GoldenProposal
from storage.records_golden import GoldenExample, ReleaseExample
from storage.records_judges import JudgeCall, JudgeResult
from storage.records_log import Conversation
from storage.records_people import Invitation, LinkEnd, LinkLogin, Rater, Role, Setting
from storage.records_review import Adjudication, Annotation, Flag, HiddenSpan, Skip, Verdict
from storage.records_weeks import Item


class Rule(NamedTuple):
    """How rows of a table lead to a person, and what they lose.

    ``by`` names a column and the ids that it must hold, as ``Person.names`` calls them. ``quotes`` False: nothing in
    the table can be a quotation.
    """

    by: Mapping[str, str] = {}
    texts: tuple[str, ...] = ()
    quotes: bool = True


RULES: dict[type, Rule] = {
    Conversation: Rule({"id": "conversations", "user_id": "users"}, quotes=False),
    Item: Rule({"conversation_id": "conversations"}, ("reason",)),
    Annotation: Rule({"item_id": "items"}, ("comment", "corrected_answer", "marks")),
    Skip: Rule({"item_id": "items"}, ("reason",)),
    Flag: Rule({"item_id": "items"}, ("comment",)),
    HiddenSpan: Rule(quotes=False),
    Adjudication: Rule({"item_id": "items"}, ("rationale", "corrected_answer", "reference_sql", "reason")),
    Verdict: Rule({"item_id": "items"}, ("rationale", "raw")),
    Comment: Rule({"item_id": "items"}, ("text",)),
    CalibrationVote: Rule({"item_id": "items"}, ("comment",)),
    CalibrationDecision: Rule({"item_id": "items"}, ("rationale", "sentence", "example")),
    FailureEvent: Rule({"conversation_id": "conversations"}, ("text",)),
    GoldenProposal: Rule({"id": "proposals"}, ("content",)),
    GoldenExample: Rule({"example_id": "examples"}, ("content", "note")),
    ReleaseExample: Rule({"example_id": "examples"}, ("content",)),
    ExperimentAnswer: Rule({"case_id": "examples"}, ("answer",)),
    ExperimentScore: Rule({"answer_id": "answers"}, ("detail",)),
    JudgeCall: Rule({"subject": "subjects"}, ("reply",)),
    JudgeResult: Rule({"subject": "subjects"}, ("rationale", "raw")),
    Rater: Rule(quotes=False),
    Role: Rule(quotes=False),
    Invitation: Rule(quotes=False),
    LinkLogin: Rule(quotes=False),
    LinkEnd: Rule(quotes=False),
    Setting: Rule(quotes=False),
}
"""Rules of the records that are about a conversation, or cannot hold a quotation; all others are searched."""

KEPT = frozenset(
    (
        *("id", "item_id", "conversation_id", "example_id", "case_id", "answer_id", "run_id", "rater_id", "draw_id"),
        *("submission_id", "assignment_id", "session_id", "import_id", "proposal_id", "adjudication_id", "decision_id"),
        *("at", "by", "actor", "action", "hash", "previous", "digest", "key", "content_hash", "prompt_hash", "week"),
        *("rater", "adjudicator", "approved_by", "opened_by", "opened_at", "created_at", "created_by", "user_id"),
    )
)
"""Columns that hold ids, times, names of people and digests: they are what the rows are found by."""


def rule_of(record: type) -> Rule:
    """Return the rule of a record."""
    return RULES.get(record, Rule())


def searched_columns(record: type, names: tuple[str, ...]) -> list[str]:
    """Return the columns of a record in which quotations are looked for."""
    return [n for n in names if n not in KEPT and n != KEYS[record][1]] if rule_of(record).quotes else []
