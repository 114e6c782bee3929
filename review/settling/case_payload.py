"""What an adjudicator's browser receives: the shape of the payload, and a whitelist of what a case may hold.

Votes carry no names, and their order says nothing about who cast them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NotRequired, TypedDict

from review.annotating.executed import Executed
from review.annotating.marks import MarkPayload, placed
from review.annotating.payload import ConversationPayload, RaterPayload, RubricPayload, conversation_payload
from review.basics.labels import Value
from review.basics.limits import MAX_ANSWER, MAX_COMMENT
from review.settling.adjudication import Case
from review.settling.similar import SimilarPayload
from storage.records_base import StoredLabels
from storage.records_log import Conversation
from storage.records_review import Adjudication, Annotation
from storage.records_weeks import Item


class CaseLimits(TypedDict):
    """How many characters each text of a decision may have."""

    rationale: int
    corrected_answer: int
    reference_sql: int


LIMITS: CaseLimits = {"rationale": MAX_COMMENT, "corrected_answer": MAX_ANSWER, "reference_sql": MAX_ANSWER}


class VotePayload(TypedDict):
    """One submission without its author."""

    labels: StoredLabels
    comment: str
    corrected_answer: str
    marks: NotRequired[list[MarkPayload]]


class SettledPayload(TypedDict):
    """A decision; ``by_you`` tells whether the viewer made it."""

    submission_id: str
    labels: StoredLabels
    reason: str
    rationale: str
    corrected_answer: str
    reference_sql: str
    by_you: bool


class CasePayload(ConversationPayload):
    """A case: the conversation, what reviewers said about it, and what is settled.

    ``assignment`` is the item's id. ``differing`` are the dimensions whose votes differ, ``start`` the labels to begin
    with. The viewer may not settle a ``barred`` case; a ``golden`` one is a golden example already. ``similar``
    are earlier decisions on similar cases. ``executed`` is what the execution of its query found, where there was one.
    """

    assignment: str
    kind: str
    state: str
    rubric_version: int
    votes: list[VotePayload]
    differing: list[str]
    start: dict[str, Value]
    barred: bool
    golden: bool
    similar: list[SimilarPayload]
    executed: Executed | None
    mine: SettledPayload | None


class CaseWeekPayload(TypedDict):
    """The week and the kind of case that is walked through.

    ``waiting`` counts the cases that are hidden until the viewer has reviewed them.
    """

    name: str
    view: str
    kind: str
    due: str
    rubric_version: int
    total: int
    done: int
    left: int
    waiting: int
    minutes_left: None


class CaseBatchPayload(TypedDict):
    """What the adjudicate page receives with every answer.

    ``key`` is the browser's name for this store and viewer. ``rubrics`` are by version, ``counts`` by kind of case;
    ``order`` and ``done`` are items.
    """

    key: str
    rater: RaterPayload
    week: CaseWeekPayload
    limits: CaseLimits
    reasons: list[str]
    rubrics: dict[str, RubricPayload]
    counts: dict[str, int]
    order: list[str]
    done: list[str]
    items: list[CasePayload]


def case_payload(
    case: Case,
    conversation: Conversation,
    *,
    viewer: str,
    barred: bool,
    golden: bool,
    similar: Sequence[SimilarPayload] = (),
    executed: Executed | None = None,
    dialect: str = "",
) -> CasePayload:
    """Return what an adjudicator may see of a case."""
    return {
        "assignment": case.item.id,
        **conversation_payload(case.item, conversation, dialect=dialect),
        "kind": case.kind,
        "state": state_of(case, viewer),
        "rubric_version": case.annotations[0].rubric_version,
        "votes": [_vote(n, case.item, conversation) for n in sorted(case.annotations, key=shuffled)],
        "differing": list(case.differing),
        "start": _leading(case),
        "barred": barred,
        "golden": golden,
        "similar": list(similar),
        "executed": executed,
        "mine": _settled_payload(case.settled, viewer),
    }


def _vote(said: Annotation, item: Item, conversation: Conversation) -> VotePayload:
    found: VotePayload = {
        "labels": said.labels,
        "comment": said.comment,
        "corrected_answer": said.corrected_answer,
    }
    if said.marks:
        found["marks"] = placed(said.marks, item, conversation)
    return found


def state_of(case: Case, viewer: str) -> str:
    """Return a short hash of what a decision rests on: the votes, and what somebody else than ``viewer`` decided."""
    final = case.settled.id if case.settled and case.settled.adjudicator != viewer else ""
    known = "\n".join([*sorted(n.submission_id for n in case.annotations), final])
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def held_name(case: Case, viewer: str) -> str:
    """Return how a browser names a case that it holds: ``item@state``."""
    return f"{case.item.id}@{state_of(case, viewer)}"


def shuffled(vote: Annotation) -> str:
    """Return the key of an order of votes that stays the same and in which no reviewer always comes first."""
    return hashlib.sha256(f"{vote.item_id} {vote.submission_id}".encode()).hexdigest()


def _leading(case: Case) -> dict[str, Value]:
    """Return the value of each dimension that has more votes than any other."""
    found = {}
    for dimension, votes in case.votes.items():
        top = max(votes.values())
        leaders = [value for value, n in votes.items() if n == top]
        if len(leaders) == 1:
            found[dimension] = leaders[0]
    return found


def _settled_payload(final: Adjudication | None, viewer: str) -> SettledPayload | None:
    if final is None:
        return None
    return {
        "submission_id": final.id,
        "labels": final.labels,
        "reason": final.reason,
        "rationale": final.rationale,
        "corrected_answer": final.corrected_answer,
        "reference_sql": final.reference_sql,
        "by_you": final.adjudicator == viewer,
    }
