"""Decide the next version of an item's example from what people said, the version before, and what was wished."""

from __future__ import annotations

from dataclasses import fields, replace

from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused
from review.golden.content import Asked, Wish, asked, content_of, expected_answer, origin_of, votes_of
from review.golden.examples import example_id_of
from review.golden.reviewed import Reviewed
from review.golden.sql_tags import sql_tags
from review.privacy.hidden_spans import without
from review.statistics.calibration.split import split_of
from storage.records_golden import GoldenExample


def decide(reviewed: Reviewed, earlier: GoldenExample | None, wish: Wish, *, by: str, note: str) -> GoldenExample:
    """Return the next version of an item's example. Raises Refused without a question, InputError without an answer."""
    item, final, conversation = reviewed.item, reviewed.final, reviewed.conversation
    part = asked(conversation, item)
    if not part.question:
        raise Refused(f"item '{item.id}' has no question: its labels were imported without the conversation.")
    wish = _completed(wish, earlier, reviewed, part)
    content = content_of(
        part.question,
        prior_turns=part.prior_turns,
        context=conversation.context,
        answer=part.answer,
        expected_answer=_expected(wish, item.id),
        wish=wish,
        reference_sql=(wish.reference_sql or "").strip(),
        origin=origin_of(
            system=conversation.source,
            conversation=conversation.source_id,
            week=item.week,
            redacted=conversation.redacted,
            purposive=item.purposive,
        ),
    )
    return GoldenExample(
        id=new_id(),
        example_id=example_id_of(item.id),
        conversation_id=item.conversation_id,
        item_id=item.id,
        content=without(content, reviewed.spans, reviewed.key) if reviewed.spans else content,
        labels={d: list(v) if isinstance(v, tuple) else v for d, v in sorted(reviewed.labels.items())},
        votes=votes_of(reviewed.annotations, stratum=reviewed.stratum, probability=reviewed.probability),
        rubric_version=reviewed.rubric_version,
        approved_by=by,
        at=now(),
        source="feedback" if conversation.source == "feedback" else "historical",
        kind=wish.kind or "normal",
        scenario=(wish.scenario or "").strip(),
        split=wish.split or split_of(item.conversation_id),
        must_pass=bool(wish.must_pass),
        rule=reviewed.rule,
        adjudication_id=final.id if final else None,
        note=note,
    )


def _completed(wish: Wish, earlier: GoldenExample | None, reviewed: Reviewed, part: Asked) -> Wish:
    """Return the wish with its gaps filled from the version before, else from the review."""
    final = reviewed.final
    fresh = final if final is not None and (earlier is None or earlier.adjudication_id != final.id) else None
    wish = _inherit(
        wish,
        earlier,
        answer=not (fresh and fresh.corrected_answer),
        sql=not (fresh and fresh.reference_sql),
    )
    if wish.expected_answer is None:
        answer = expected_answer(part.answer, right=reviewed.right, final=final, annotations=reviewed.annotations)
        wish = replace(wish, expected_answer=answer)
    if wish.reference_sql is None:
        query = (final.reference_sql if final else "") or (part.sql if reviewed.right else "") or ""
        wish = replace(wish, reference_sql=query)
    if (
        earlier is not None
        and wish.expected_result == earlier.content["expected_result"]
        and ((wish.reference_sql or "").strip() != earlier.content["reference_sql"])
    ):
        # A result belongs to the query that gave it.
        wish = replace(wish, expected_result=None, snapshot=None)
    return wish if wish.scenario is not None else replace(wish, scenario=reviewed.conversation.scenario or "")


def _inherit(wish: Wish, earlier: GoldenExample | None, *, answer: bool, sql: bool) -> Wish:
    """Return the wish with its gaps filled from the version before, its answer and SQL only if the flags say so."""
    if earlier is None:
        return wish
    content = earlier.content
    tags = tuple(t for t in content["tags"] if t not in sql_tags(content["reference_sql"]))
    before = Wish(
        expected_answer=content["expected_answer"] if answer else None,
        expected_behaviour=content["expected_behaviour"],
        reference_sql=content["reference_sql"] if sql else None,
        kind=earlier.kind,
        scenario=earlier.scenario,
        tags=tags,
        split=earlier.split,
        must_pass=earlier.must_pass,
        required=tuple(content["required"]),
        expected_result=content["expected_result"],
        as_of=content["as_of"],
        snapshot=content["snapshot"],
    )
    chosen = {f.name: value for f in fields(Wish) if (value := getattr(wish, f.name)) is not None}
    return replace(before, **chosen)


def _expected(wish: Wish, item_id: str) -> str:
    """Return the expected answer. It may be empty only if the expected behaviour is to clarify or refuse."""
    text = (wish.expected_answer or "").strip()
    if not text and (wish.expected_behaviour or "answer") == "answer":
        raise InputError(
            f"expected_answer: item '{item_id}' has no answer that was judged right or corrected. "
            "Give the expected answer, or choose the expected behaviour clarify or refuse."
        )
    return text
