"""What a golden example says, built from a reviewed item: pure functions over a conversation and what people said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.labels import Value
from review.golden.sql_tags import sql_tags
from review.rubric.rubric import Dimension, Rubric
from storage.records_log import Conversation
from storage.records_review import Adjudication, Annotation, Item


@dataclass(frozen=True)
class Asked:
    """The part of a conversation that an example is about."""

    question: str
    prior_turns: tuple[dict[str, Any], ...]
    answer: str
    sql: str | None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the approving person says about an example; None means "as before, else the default"."""

    expected_answer: str | None = None
    expected_behaviour: str | None = None
    reference_sql: str | None = None
    kind: str | None = None
    scenario: str | None = None
    tags: tuple[str, ...] | None = None
    split: str | None = None
    must_pass: bool | None = None
    required: tuple[str, ...] | None = None
    expected_result: dict[str, Any] | None = None
    as_of: str | None = None
    snapshot: str | None = None


def asked(conversation: Conversation, item: Item) -> Asked:
    """The question, the turns before it and the reviewed answer.

    For one answer of a conversation it is the last question before that answer. For a whole conversation it is the
    final answer and the last question before it; a failed one that ends with a question has no answer. SQL belongs to
    the final answer, so an earlier one has none.
    """
    messages = list(conversation.messages)
    answers = [k for k, m in enumerate(messages) if m.get("role") == "assistant" and m.get("content")]
    questions = [k for k, m in enumerate(messages) if m.get("role") == "user"]
    final = answers[-1] if answers else len(messages)
    target = final if item.target_turn is None else item.target_turn
    unanswered = bool(questions) and questions[-1] > target and conversation.status == "error"
    if item.target_turn is None and unanswered:
        target = len(messages)
    at = max((k for k in questions if k < target), default=None)
    return Asked(
        "" if at is None else str(messages[at].get("content") or ""),
        tuple({"role": m["role"], "content": m.get("content") or ""} for m in messages[: at or 0]),
        str(messages[target].get("content") or "") if target < len(messages) else "",
        conversation.sql if target >= final else None,
    )


def judged_right(rubric: Rubric, labels: Mapping[str, Value]) -> bool:
    """Whether the settled labels say that the answer is right as it is.

    Read off the dimension ``correctness``, else the first ordinal one that declares a positive (bad) value: the label
    must be the end of the scale that lies away from the positive value; on a nominal scale of two values the other.
    """
    dimension = next((d for d in rubric.dimensions if d.name == "correctness"), None) or next(
        (d for d in rubric.dimensions if d.scale.kind == "ordinal" and d.positive is not None), None
    )
    return dimension is not None and labels.get(dimension.name) == _best(dimension)


def _best(dimension: Dimension) -> str | None:
    values = dimension.scale.values
    if not values or (dimension.scale.kind != "ordinal" and (len(values) != 2 or dimension.positive is None)):
        return None
    return values[0] if dimension.positive == values[-1] else values[-1]


def expected_answer(
    answer: str,
    *,
    right: bool,
    final: Adjudication | None,
    annotations: Sequence[Annotation],
) -> str | None:
    """The answer that should have been given, or None when nobody has said it.

    In this order: the adjudicator's corrected answer; the reviewed answer when it was judged right; the correction of
    the reviewers when all who gave one gave the same.
    """
    if final is not None and final.corrected_answer:
        return final.corrected_answer
    if right:
        return answer
    corrections = {n.corrected_answer for n in annotations if n.corrected_answer}
    return corrections.pop() if len(corrections) == 1 else None


def votes_of(
    annotations: Sequence[Annotation], *, stratum: str | None, probability: float | None
) -> tuple[dict[str, Any], ...]:
    """The votes behind an example, by rater; each carries how its item came to be reviewed."""
    return tuple(
        {
            "rater": n.rater_id,
            "submission_id": n.submission_id,
            "labels": n.labels,
            "rubric_version": n.rubric_version,
            "stratum": stratum,
            "probability": probability,
        }
        for n in sorted(annotations, key=lambda n: (n.rater_id, n.submission_id))
    )


def content_of(
    question: str,
    *,
    prior_turns: Sequence[Mapping[str, Any]] = (),
    context: Sequence[str] = (),
    answer: str = "",
    expected_answer: str,
    wish: Wish,
    reference_sql: str = "",
    origin: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The content of an example, always with the same keys. Tags given by people and those read off the SQL are joined.

    ``origin`` is where it comes from: source system, its conversation id, the number of masked spans.
    """
    return {
        "question": question,
        "prior_turns": [dict(t) for t in prior_turns],
        "context": list(context),
        "answer": answer,
        "expected_answer": expected_answer,
        "expected_behaviour": wish.expected_behaviour or "answer",
        "reference_sql": reference_sql,
        "expected_result": wish.expected_result,
        "as_of": wish.as_of or "",
        "snapshot": wish.snapshot or "",
        "required": list(wish.required or ()),
        "tags": sorted({*(wish.tags or ()), *sql_tags(reference_sql)}),
        "origin": {"system": "", "conversation": "", "week": "", "redacted": 0, "purposive": True, **(origin or {})},
    }
