"""What a golden example asks and expects, built from a reviewed item or a written row. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.basics.labels import Value
from review.golden.sql_tags import sql_tags
from review.rubric.rubric import Dimension, Rubric
from storage.records_base import Json
from storage.records_golden import ExpectedTool, GoldenContent, GoldenVote, Origin, Turn, WhereGiven
from storage.records_log import Conversation, final_answer
from storage.records_review import Adjudication, Annotation
from storage.records_weeks import Item


@dataclass(frozen=True)
class Asked:
    """The part of a conversation that an example is about. ``sql`` is the query behind the answer, None without one."""

    question: str
    prior_turns: tuple[Turn, ...]
    answer: str
    sql: str | None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the approving person chose for an example. None means: as in the version before, else the default."""

    expected_answer: str | None = None
    expected_behaviour: str | None = None
    reference_sql: str | None = None
    kind: str | None = None
    scenario: str | None = None
    tags: tuple[str, ...] | None = None
    split: str | None = None
    must_pass: bool | None = None
    required: tuple[str, ...] | None = None
    expected_result: Json | None = None
    as_of: str | None = None
    snapshot: str | None = None
    expected_tools: tuple[ExpectedTool, ...] = ()


NOTHING = Wish()
"""No choice: everything stays as in the version before, else the default."""


def asked(conversation: Conversation, item: Item) -> Asked:
    """Return the reviewed answer, the question it answers, and the turns before the question.

    An item about one answer of a conversation has the last question before that answer. An item about a whole
    conversation has the final answer and the last question before it; a failed conversation that ends with a question
    has no answer. The query belongs to the final answer, so an earlier answer has none.
    """
    messages = list(conversation.messages)
    questions = [k for k, m in enumerate(messages) if m.get("role") == "user"]
    answer = final_answer(messages, conversation.status)
    final = len(messages) if answer is None else answer
    target = final if item.target_turn is None else item.target_turn
    at = max((k for k in questions if k < target), default=None)
    return Asked(
        "" if at is None else str(messages[at].get("content") or ""),
        tuple(Turn(role=m["role"], content=m.get("content") or "") for m in messages[: at or 0]),
        str(messages[target].get("content") or "") if target < len(messages) else "",
        conversation.sql if target >= final else None,
    )


def judged_right(rubric: Rubric, labels: Mapping[str, Value]) -> bool:
    """Return whether the settled labels say that the answer is right.

    This is read from the dimension ``correctness``, else from the first ordinal one that declares a positive (bad)
    value. The label must be the end of the scale opposite to the positive value; on a nominal scale of two values, the
    other one.
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
    """Return the answer that should have been given, or None when nobody gave one.

    It is the adjudicator's corrected answer, else the reviewed answer if it was judged right, else the correction of
    the reviewers if all corrections are the same.
    """
    if final is not None and final.corrected_answer:
        return final.corrected_answer
    if right:
        return answer
    corrections = {n.corrected_answer for n in annotations if n.corrected_answer}
    return corrections.pop() if len(corrections) == 1 else None


def votes_of(
    annotations: Sequence[Annotation], *, stratum: str | None, probability: float | None
) -> tuple[GoldenVote, ...]:
    """Return the votes behind an example by rater, each with the group and inclusion probability of the item."""
    return tuple(
        GoldenVote(
            rater=n.rater_id,
            submission_id=n.submission_id,
            labels=n.labels,
            rubric_version=n.rubric_version,
            stratum=stratum,
            probability=probability,
        )
        for n in sorted(annotations, key=lambda n: (n.rater_id, n.submission_id))
    )


def origin_of(
    *, system: str = "", conversation: str = "", week: str = "", redacted: int = 0, purposive: bool = True
) -> Origin:
    """Return where an example comes from; what a written example does not have stays at its default."""
    return Origin(system=system, conversation=conversation, week=week, redacted=redacted, purposive=purposive)


def content_of(
    question: str,
    *,
    prior_turns: Sequence[Turn] = (),
    context: Sequence[str] = (),
    answer: str = "",
    expected_answer: str,
    wish: Wish,
    reference_sql: str = "",
    origin: Origin | None = None,
) -> GoldenContent:
    """Return the content of an example. Its tags are those that people gave and those read off the SQL.

    Releases hash this object, and hashes of earlier releases must stay the same: never change a key or a default.
    """
    tools = WhereGiven(expected_tools=list(wish.expected_tools)) if wish.expected_tools else WhereGiven()
    return GoldenContent(
        **tools,
        question=question,
        prior_turns=[t.copy() for t in prior_turns],
        context=list(context),
        answer=answer,
        expected_answer=expected_answer,
        expected_behaviour=wish.expected_behaviour or "answer",
        reference_sql=reference_sql,
        expected_result=wish.expected_result,
        as_of=wish.as_of or "",
        snapshot=wish.snapshot or "",
        required=list(wish.required or ()),
        tags=sorted({*(wish.tags or ()), *sql_tags(reference_sql)}),
        origin=origin or origin_of(),
    )
