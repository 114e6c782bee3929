"""The groups of a draw (strata), declared as data: failing, low confidence, and the rest.

A conversation belongs to the first group that fits. A condition on an absent column or an empty cell does not hold
(except ``absent`` itself), so NULL puts a conversation in no group but the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from review.basics.feedback_words import NEGATIVE_FEEDBACK

Cap = int | Literal["all"]
Test = Literal["in", "first_in", "any_word", "below", "at_least", "present", "absent"]
REST = "rest"
JUDGES_DISAGREE = "judges_disagree"
"""The group of conversations whose judges contradict each other, and the column of the log that says so."""
SQL = "sql"
"""The group of conversations with a query outside all other groups, and the field that holds the query."""
FLAGGED = "flagged"
"""The column of the log with the names of the checks that flagged the conversation."""
DEFAULT_CAP = 50

TRUE_WORDS = ("true", "t", "1", "1.0", "yes", "y")
FALSE_WORDS = ("false", "f", "0", "0.0", "no", "n")


@dataclass(frozen=True)
class Condition:
    """One test of one field of the log.

    ``in``: the text, trimmed and in lower case, is one of ``value``. ``first_in``: the part before its first comma is
    (feedback such as ``down,copied``). ``any_word``: one of its words between spaces is. ``below``, ``at_least``:
    compare the number. ``present``: there is any text. ``absent``: there is none.
    """

    field: str
    test: Test
    value: Any = None


@dataclass(frozen=True)
class Group:
    """A stratum: a conversation fits when all conditions of at least one alternative hold.

    ``cap`` is how many are drawn by default when the rate gives fewer, or "all"; None leaves the group to the rate.
    ``share`` is the least probability of each of its conversations.
    """

    name: str
    alternatives: tuple[tuple[Condition, ...], ...]
    cap: Cap | None = None
    share: float = 0.0


def default_groups(
    confidence: float = 0.5,
    *,
    failing_checks: Sequence[str] = (),
    judges_disagree: Cap | None = None,
    sql_share: float | None = None,
) -> tuple[Group, ...]:
    """Return the groups: failing, low confidence, and those for disagreeing judges and for queries where asked for.

    Failing: status error (without a status: an error type or message, as on import), negative feedback, or flagged by
    one of ``failing_checks`` on import. Low confidence: marked so, or confidence below ``confidence``, or unrepaired: a
    repair was needed (an error type, or at least one repair round) and did not succeed. ``repaired = false`` alone
    says nothing, because logs write it when there was nothing to repair. ``judges_disagree`` is how many conversations
    are drawn in which two judges of the log contradict each other, "all" or a number; None makes no such group.
    ``sql_share`` is the least probability of a conversation with a query; None makes no such group.
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
        *(() if sql_share is None else (Group(SQL, ((Condition(SQL, "present"),),), share=sql_share),)),
    )


def _disagreeing(cap: Cap) -> Group:
    return Group(JUDGES_DISAGREE, ((Condition(JUDGES_DISAGREE, "in", TRUE_WORDS),),), cap)


DEFAULT_GROUPS = default_groups()


def names_of(groups: Sequence[Group]) -> tuple[str, ...]:
    """Return the names of all strata in order, the rest last."""
    return (*(g.name for g in groups), REST)


def fields_of(groups: Sequence[Group]) -> tuple[str, ...]:
    """Return the log fields that the groups read, each once."""
    return tuple(dict.fromkeys(c.field for g in groups for alternative in g.alternatives for c in alternative))
