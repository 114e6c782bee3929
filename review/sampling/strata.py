"""The groups of a draw (strata), declared as data: which conversations fail, which are doubtful, which are the rest.

A conversation belongs to the first group that fits. A condition on an absent column or an empty cell does not hold
(except ``absent`` itself): NULL neither fails nor counts as doubtful. Further groups are more data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Cap = int | Literal["all"]
Test = Literal["in", "first_in", "any_word", "below", "at_least", "present", "absent"]
REST = "rest"
JUDGES_DISAGREE = "judges_disagree"
"""The group of conversations whose judges contradict each other, and the column of the log that tells it."""
FLAGGED = "flagged"
"""The column of the log with the names of the checks that raised their hand."""
DEFAULT_CAP = 50

TRUE_WORDS = ("true", "t", "1", "1.0", "yes", "y")
FALSE_WORDS = ("false", "f", "0", "0.0", "no", "n")
# What a thumb down is called. 0 is left out: many logs write it for "no feedback given".
NEGATIVE_FEEDBACK = (
    "down", "thumb_down", "thumbs_down", "thumb-down", "thumbs-down", "thumb down", "thumbs down", "thumbsdown",
    "negative", "dislike", "disliked", "bad", "false", "-1", "-1.0", "\U0001f44e",
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One test of one field of the log.

    ``in``: the text, trimmed and in lower case, is one of ``value``; ``first_in``: its first word before a comma is
    (feedback such as ``down,copied``); ``any_word``: one of its words between spaces is; ``below``, ``at_least``: the
    number is; ``present``: there is any text; ``absent``: there is none.
    """

    field: str
    test: Test
    value: Any = None


@dataclass(frozen=True)
class Group:
    """A stratum: a conversation fits when all conditions of any of the alternatives hold.

    ``cap`` is how many are drawn by default where the rate gives fewer, or "all"; None leaves the group to the rate.
    """

    name: str
    alternatives: tuple[tuple[Condition, ...], ...]
    cap: Cap | None = None


def default_groups(
    confidence: float = 0.5, *, failing_checks: Sequence[str] = (), judges_disagree: Cap | None = None
) -> tuple[Group, ...]:
    """Failing, then low confidence, then where judges disagree if that is asked for; whatever fits none is the rest.

    Failing: status error (without a status: an error type or message, as on import), negative feedback, or flagged by
    one of ``failing_checks`` on import. ``judges_disagree`` is how many of those in which two judges of the log
    contradict each other are drawn, "all" or a number; None leaves them where they are.
    Low confidence: flagged, or confidence under ``confidence``, or unrepaired: a repair was needed (an error type, or
    at least one round of it) and did not succeed. A bare ``repaired = false`` says nothing, since logs write it where
    there was nothing to repair.
    """
    silent = Condition("status", "absent")
    unrepaired = Condition("repaired", "in", FALSE_WORDS)
    return (
        Group(
            "failing",
            (
                (Condition("status", "in", ("error",)),),
                (silent, Condition("error_type", "present")),
                (silent, Condition("error_message", "present")),
                (Condition("feedback", "first_in", NEGATIVE_FEEDBACK),),
                *(((Condition(FLAGGED, "any_word", tuple(failing_checks)),),) if failing_checks else ()),
            ),
            DEFAULT_CAP,
        ),
        Group(
            "low_confidence",
            (
                (Condition("low_confidence", "in", TRUE_WORDS),),
                (Condition("confidence", "below", confidence),),
                (unrepaired, Condition("repair_rounds", "at_least", 1)),
                (unrepaired, Condition("error_type", "present")),
            ),
            DEFAULT_CAP,
        ),
        *(() if judges_disagree is None else (_disagreeing(judges_disagree),)),
    )


def _disagreeing(cap: Cap) -> Group:
    return Group(JUDGES_DISAGREE, ((Condition(JUDGES_DISAGREE, "in", TRUE_WORDS),),), cap)


DEFAULT_GROUPS = default_groups()


def names_of(groups: Sequence[Group]) -> tuple[str, ...]:
    """The names of all strata in order, the rest last."""
    return (*(g.name for g in groups), REST)


def fields_of(groups: Sequence[Group]) -> tuple[str, ...]:
    """The log fields that the groups read, each once."""
    return tuple(dict.fromkeys(c.field for g in groups for alternative in g.alternatives for c in alternative))
