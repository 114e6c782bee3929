"""Why a conversation of the store is a failure: the rules of the log, for one that the log does not hold any more."""

from __future__ import annotations

from review.basics.feedback_words import feedback_word
from review.failures.error_types import error_kind
from review.log.failed import CAUSE
from review.log.failure_rules import FailureRules
from storage.records_log import Conversation


def cause_of(talk: Conversation, rules: FailureRules) -> str | None:
    """Return why a conversation is a failure, None when it is none. Pure."""
    rounds = talk.repair_rounds or 0
    repaired = bool(talk.repaired) and rounds >= 1
    unrepaired = talk.repaired is False and (rounds >= 1 or talk.error_type is not None)
    unsure = talk.confidence is not None and talk.confidence < rules.confidence
    tests = {
        "error": talk.status == "error" and not repaired,
        "repaired": repaired,
        "low_confidence": bool(talk.low_confidence) or unsure or unrepaired,
        "feedback": feedback_word(talk.feedback) in rules.negative,
        "wrong": talk.id in rules.wrong,
    }
    return next((cause for cause, holds in tests.items() if holds), None)


def group_of(talk: Conversation, rules: FailureRules) -> str | None:
    """Return the group that a failure falls into, None for a conversation that is no failure. Pure."""
    cause = cause_of(talk, rules)
    if cause is None or talk.id in rules.without:
        return None
    provisional = error_kind(talk.error_type, talk.error_message) or f"{CAUSE}/{cause}"
    return rules.given.get(talk.id) or rules.modes.get(provisional, provisional)
