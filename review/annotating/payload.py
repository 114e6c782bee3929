"""What a browser receives: the shape of the annotate page's payload, and a whitelist of what it may hold.

A field that is not named here is not sent: no verdict, no confidence, no feedback, no stratum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

from review.annotating.entries import Limits
from review.annotating.executed import Executed
from review.annotating.findings import Shown
from review.annotating.marks import MarkPayload, placed
from review.annotating.not_fine import not_fine
from review.annotating.pair_votes import PairPayload, answers_by_side, as_seen
from review.annotating.skipped import Skipped
from review.basics import sql_text
from review.people.people import Person
from review.privacy.hidden_spans import without, without_words
from review.rubric.rubric import Dimension, Rubric
from storage.queries.pairs import PAIR
from storage.records_base import StoredLabels
from storage.records_log import Conversation, Message, ResultTable, final_answer
from storage.records_review import Annotation, HiddenSpan
from storage.records_weeks import Assignment, Item

ROWS_SHOWN = 100

Hidden = tuple[Sequence[HiddenSpan], bytes]
"""The hidden spans of a conversation, and the key that finds them."""


class ConversationPayload(TypedDict):
    """The part of a conversation that an item is about.

    ``sql`` is the query as it is laid out, ``sql_tokens`` are its pairs of kind and text. ``sql_written`` is the query
    as it was written, where that differs.
    """

    item: str
    unit: str
    target_turn: int | None
    messages: list[Message]
    context: list[str]
    steps: list[Any]
    sql: str | None
    sql_tokens: list[list[str]]
    sql_written: str | None
    result: ResultTable | None
    error: str | None


class ValuePayload(TypedDict):
    """One value of a dimension, with its key ("" without one)."""

    value: str
    key: str
    guidance: str


class DimensionPayload(TypedDict):
    """One question of the rubric. ``not_fine`` are the values after which a reviewer may have something to add."""

    name: str
    title: str
    scale: str
    required: bool
    guidance: str
    multiple: bool
    shown_when: dict[str, list[str]]
    not_fine: list[str]
    values: list[ValuePayload]


class RubricPayload(TypedDict):
    """A rubric as a form; ``reveal`` tells whether verdicts are shown after submission."""

    version: int
    reveal: bool
    dimensions: list[DimensionPayload]


class RaterPayload(TypedDict):
    """Who looks at the page."""

    id: str
    name: str


class AnsweredPayload(TypedDict):
    """What the rater submitted for an item; ``marks`` only where there are some."""

    submission_id: str
    labels: StoredLabels
    comment: str
    corrected_answer: str
    marks: NotRequired[list[MarkPayload]]


class SkippedPayload(TypedDict):
    """A skip of the rater's own; ``kind`` is "skip"."""

    submission_id: str
    kind: str
    reason: str


class ItemPayload(ConversationPayload):
    """An item of the rater: its assignment, the conversation, and what the rater submitted for it.

    A pair has both answers as well, and its conversation ends with the question. ``executed`` comes with submitted
    items that have a query, where verdicts are shown: what its execution found, or False.
    """

    assignment: str
    executed: NotRequired[Executed | Literal[False]]
    mine: AnsweredPayload | SkippedPayload | None
    pair: NotRequired[PairPayload]


class WeekPayload(TypedDict):
    """The week and how far the rater is in it, in items and minutes."""

    name: str
    due: str
    total: int
    done: int
    left: int
    minutes_left: float
    closed: bool


class BatchPayload(TypedDict):
    """What the annotate page receives with every answer.

    ``key`` is the browser's name for this store and rater. ``order`` and ``done`` are assignments, ``skipped`` pairs
    of an assignment and how many of ``done`` came before it, ``taken`` a sentence per assignment that the rater no
    longer holds. ``reveals`` maps assignment to judge to dimension to verdict.

    With ``same``, the lists are as the browser expected. They are left out, and so is what never changes under one
    rubric version. With ``unsure`` they are not as expected, so it is unknown what the browser holds: no item is sent,
    and the browser asks again.
    """

    key: str
    week: WeekPayload
    rater: NotRequired[RaterPayload]
    rubric: NotRequired[RubricPayload]
    limits: NotRequired[Limits]
    order: NotRequired[list[str]]
    done: NotRequired[list[str]]
    skipped: NotRequired[list[list[str | int]]]
    same: NotRequired[bool]
    unsure: NotRequired[bool]
    taken: dict[str, str]
    items: list[ItemPayload]
    reveals: dict[str, dict[str, dict[str, str | None]]]
    findings: dict[str, list[Shown]]


def rater_payload(rater: Person) -> RaterPayload:
    """Return who looks at the page."""
    return {"id": rater.id, "name": rater.name}


def item_payload(
    assignment: str,
    item: Item,
    conversation: Conversation,
    mine: Annotation | Skipped | None,
    hidden: Hidden,
    *,
    dialect: str = "",
) -> ItemPayload:
    """Return what a reviewer may see of an item before and after submission."""
    own = _own(mine, hidden, item, conversation)
    return {"assignment": assignment, **conversation_payload(item, conversation, dialect=dialect), "mine": own}


def pair_payload(
    assignment: Assignment, item: Item, conversation: Conversation, mine: Annotation | Skipped | None, hidden: Hidden
) -> ItemPayload:
    """Return what a reviewer may see of a pair: no name of an answer, and no order but their own."""
    left, right = ([message_payload(m) for m in answer] for answer in answers_by_side(conversation, assignment))
    seen = as_seen(assignment, mine) if isinstance(mine, Annotation) else mine
    shown = item_payload(assignment.id, item, conversation, seen, hidden)
    return {**shown, "unit": PAIR, "pair": {"left": left, "right": right}}


def _own(
    mine: Annotation | Skipped | None, hidden: Hidden, item: Item, conversation: Conversation
) -> AnsweredPayload | SkippedPayload | None:
    """Return what the rater submitted for an item, without the words that are hidden in it."""
    if mine is None:
        return None
    if isinstance(mine, Skipped):
        reason = str(without(mine.reason, *hidden))
        return {"submission_id": mine.submission_id, "kind": "skip", "reason": reason}
    said = without_words(mine, *hidden, conversation) if hidden[0] else mine
    own: AnsweredPayload = {
        "submission_id": said.submission_id,
        "labels": said.labels,
        "comment": said.comment,
        "corrected_answer": said.corrected_answer,
    }
    if said.marks:
        own["marks"] = placed(said.marks, item, conversation)
    return own


def conversation_payload(item: Item, conversation: Conversation, *, dialect: str = "") -> ConversationPayload:
    """Return the part of a conversation that an item is about, up to the turn under review.

    ``dialect`` is that of its query, "" where nobody named one.

    Steps, SQL, result, passages and error belong to the final answer, or to the question that failed. They are left
    out when an earlier answer is under review.
    """
    final = max((k for k, m in enumerate(conversation.messages) if m.get("role") == "assistant"), default=-1)
    answered = final_answer(conversation.messages, conversation.status) is not None
    whole = item.target_turn is None or (answered and item.target_turn >= final)
    written = conversation.sql.strip() if conversation.sql and whole else None
    sql = sql_text.formatted(written, dialect or None) if written else None
    end = None if item.target_turn is None else item.target_turn + 1
    return {
        "item": item.id,
        "unit": "session" if item.target_turn is None else "turn",
        "target_turn": item.target_turn,
        "messages": [message_payload(m) for m in conversation.messages[:end]],
        "context": list(conversation.context) if whole else [],
        "steps": list(conversation.steps) if whole else [],
        "sql": sql,
        "sql_tokens": sql_text.tokens(sql, dialect or None) if sql else [],
        "sql_written": written if written and sql and written.split() != sql.split() else None,
        "result": _result_payload(conversation.result) if whole else None,
        "error": conversation.error_message if whole else None,
    }


def message_payload(message: Message) -> Message:
    """Return the parts of a message that a reviewer may see, without empty ones."""
    shown: Message = {"role": message["role"]}
    if message.get("content"):
        shown["content"] = message["content"]
    if message.get("name"):
        shown["name"] = message["name"]
    if message.get("tool_calls"):
        shown["tool_calls"] = message["tool_calls"]
    return shown


def _result_payload(result: ResultTable | None) -> ResultTable | None:
    if not result or "rows" not in result:
        return result
    return {
        "columns": result.get("columns", []),
        "rows": result["rows"][:ROWS_SHOWN],
        "total": result.get("total", len(result["rows"])),
    }


def rubric_payload(rubric: Rubric) -> RubricPayload:
    """Return a rubric as a form: its dimensions in order, each value with its key and guidance."""
    worse = not_fine(rubric)
    return {
        "version": rubric.version,
        "reveal": rubric.reveal,
        "dimensions": [_dimension_payload(dimension, worse[dimension.name]) for dimension in rubric.dimensions],
    }


def _dimension_payload(dimension: Dimension, worse: list[str]) -> DimensionPayload:
    return {
        "name": dimension.name,
        "title": dimension.title or dimension.name,
        "scale": dimension.scale.kind,
        "required": dimension.required,
        "guidance": dimension.guidance,
        "multiple": dimension.scale.kind == "set",
        "shown_when": {k: list(v) for k, v in dimension.shown_when.items()},
        "not_fine": worse,
        "values": [
            {"value": value, "key": key, "guidance": dimension.value_guidance.get(value, "")}
            for value, key in zip(dimension.scale.values, dimension.keys, strict=True)
        ],
    }
