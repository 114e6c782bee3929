"""Golden examples that are proposed with everything filled in, and what a person decides about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.audit import chain
from review.basics import setting
from review.basics.canonical import digest
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.basics.limits import MAX_ANSWER
from review.checks.near import near_examples
from review.current.settled import Settled, outcomes_in
from review.golden.approve import approve
from review.golden.candidates import item_rule
from review.golden.content import Wish, content_of, origin_of
from review.golden.examples import BEHAVIOURS, SPLITS, add_version, current_examples
from review.people.people import require
from review.privacy.erased import ERASED
from review.privacy.masking import mask_values
from review.rubric.rubric import current_rubric
from review.settings.project import project_of
from review.sources.conversations import recognisers_of
from review.statistics.calibration.split import split_of
from storage.queries.failures import open_proposals
from storage.records_failures import GoldenProposal, ProposalDecision
from storage.records_golden import EXAMPLE_KINDS, GoldenExample, Turn
from storage.records_log import Conversation
from storage.records_weeks import Item
from storage.store import Store

FIELDS = (
    *("question", "prior_turns", "context", "answer", "expected_answer", "expected_behaviour", "reference_sql"),
    *("required", "tags", "kind", "scenario", "split", "item_id"),
)
"""What a proposal fills in. ``item_id`` is the reviewed item of the conversation, "" without one."""


def proposal_of(
    talk: Conversation, *, tags: Sequence[str], rule: str, by: str, more: Mapping[str, Any]
) -> GoldenProposal:
    """Return a proposal made of a conversation, an edge case; ``more`` are fields that are known besides."""
    at = max((k for k, m in enumerate(talk.messages) if m["role"] == "user"), default=0)
    content: dict[str, Any] = {
        "question": talk.question,
        "prior_turns": [Turn(role=m["role"], content=m.get("content") or "") for m in talk.messages[:at]],
        "context": list(talk.context),
        "answer": talk.answer,
        "expected_answer": "",
        "expected_behaviour": "answer",
        "reference_sql": "",
        "required": [],
        "tags": sorted(set(tags) - {""}),
        "kind": "edge",
        "scenario": talk.scenario or "",
        "split": split_of(talk.id),
        "item_id": "",
    }
    source = "feedback" if talk.feedback else "historical"
    return GoldenProposal(
        id=new_id(), at=now(), by=by, source=source, origin=talk.id, rule=rule, content={**content, **more}
    )


def settled_item(store: Store, conversation_id: str) -> str:
    """Return the item of a conversation that people settled last, "" while there is none."""
    for item in reversed(store.find(Item, conversation_id=conversation_id, kind=None)):
        outcomes = outcomes_in(store, item.week, None).get(item.id, {})
        labels = [Settled(item.id, dimension, *outcome) for dimension, outcome in outcomes.items()]
        if labels and item_rule(labels) is not None:
            return item.id
    return ""


def new_ones(
    store: Store, found: Sequence[GoldenProposal], *, besides: Mapping[str, str] | None = None
) -> list[GoldenProposal]:
    """Return the proposals whose question no golden example, open proposal or earlier one of them nearly repeats.

    An erased question is none.

    ``besides`` names for a proposal the example that it may be near to.
    """
    allowed = besides or {}
    known = {e.example_id: e.content["question"] for e in current_examples(store)}
    known |= {p.id: str(p.content["question"]) for p in open_proposals(store)}
    asked = {p.id: str(p.content["question"]) for p in found}
    taken = {n.subject for n in near_examples(asked, known) if allowed.get(n.subject) != n.example}
    order, origin = {p.id: at for at, p in enumerate(found)}, {p.id: p.origin for p in found}
    for n in near_examples(asked, asked):
        alike = allowed and origin[n.subject] == origin[n.example] and asked[n.subject] != asked[n.example]
        if order[n.example] < order[n.subject] and n.example not in taken and not alike:
            taken.add(n.subject)
    return [p for p in found if p.id not in taken and asked[p.id].strip() not in ("", ERASED)]


def approve_proposal(store: Store, name: str, *, by: str, changes: Mapping[str, Any] | None = None) -> GoldenExample:
    """Approve a proposal, with what the person changed in it, and return its example.

    Raises Refused without the role adjudicator, UnknownError, NothingToDo when it was decided before, and InputError
    when it does not say what a right answer is.
    """
    require(store, by, "adjudicator")
    wrong = sorted(set(changes or {}) - set(FIELDS))
    if wrong:
        raise InputError(f"proposal: found the field {wrong[0]!r}, expected one of {', '.join(FIELDS)}.")
    with store.transaction():
        held = _open(store, name)
        content = {**held.content, **(changes or {})}
        _check(content)
        example = _from_item(store, content, by) if content["item_id"] else _written(store, held, content, by)
        store.add(ProposalDecision(proposal_id=name, at=now(), by=by, approved=True, example_id=example.example_id))
        chain.record(store, by, "approve proposal", name, example=example.example_id)
    return example


def reject_proposal(store: Store, name: str, *, by: str, reason: str) -> None:
    """Reject a proposal with a reason. Raises as :func:`approve_proposal` does."""
    require(store, by, "adjudicator")
    if not reason.strip():
        raise InputError("Give a reason for rejecting the proposal.")
    with store.transaction():
        _open(store, name)
        store.add(ProposalDecision(proposal_id=name, at=now(), by=by, approved=False, reason=reason.strip()))
        chain.record(store, by, "reject proposal", name, reason=reason.strip())


def _open(store: Store, name: str) -> GoldenProposal:
    held = store.get(GoldenProposal, name)
    if held is None:
        raise UnknownError(f"there is no proposal '{name}'.")
    decided = store.get(ProposalDecision, name)
    if decided is not None:
        raise NothingToDo(f"proposal '{name}' was {'approved' if decided.approved else 'rejected'} already.")
    return held


def _check(content: Mapping[str, Any]) -> None:
    for field, allowed in (("expected_behaviour", BEHAVIOURS), ("kind", EXAMPLE_KINDS), ("split", SPLITS)):
        setting.one_of(field, content[field], allowed)
    if not str(content["question"]).strip():
        raise Refused("the proposal has no question, so nothing can be asked of a model.")
    if len(content["expected_answer"]) > MAX_ANSWER:
        raise InputError(f"expected_answer: found {len(content['expected_answer']):,} characters, expected at most "
                         f"{MAX_ANSWER:,}.")  # fmt: skip


def _from_item(store: Store, content: Mapping[str, Any], by: str) -> GoldenExample:
    return approve(
        store,
        content["item_id"],
        Wish(
            expected_answer=content["expected_answer"] or None,
            expected_behaviour=content["expected_behaviour"],
            reference_sql=content["reference_sql"] or None,
            kind=content["kind"],
            scenario=content["scenario"],
            tags=tuple(content["tags"]),
            split=content["split"],
            required=tuple(content["required"]),
        ),
        by=by,
    )


def _written(store: Store, held: GoldenProposal, content: Mapping[str, Any], by: str) -> GoldenExample:
    answers = content["expected_behaviour"] == "answer"
    if answers and not content["expected_answer"].strip() and not content["reference_sql"].strip():
        raise InputError(
            "expected_answer: the proposal has none. Give the right answer or a reference SQL, or choose the expected "
            "behaviour clarify or refuse."
        )
    wanted = recognisers_of(project_of(store.path).privacy)
    masked, spans = mask_values(
        {f: content[f] for f in ("prior_turns", "question", "context", "expected_answer", "tags", "scenario")}, wanted
    )
    found = store.get(Conversation, held.origin)
    wish = Wish(
        expected_behaviour=content["expected_behaviour"],
        tags=tuple(masked["tags"]),
        required=tuple(content["required"]),
    )
    made = content_of(
        masked["question"],
        prior_turns=masked["prior_turns"],
        context=masked["context"],
        answer=str(content["answer"]),
        expected_answer=masked["expected_answer"],
        wish=wish,
        reference_sql=content["reference_sql"].strip(),
        origin=origin_of(
            system=held.source, conversation=found.source_id if found else held.origin, redacted=len(spans)
        ),
    )
    example = GoldenExample(
        id=new_id(),
        example_id=f"ex-{digest(['proposal', held.origin, content['question']])[:12]}",
        conversation_id=found.id if found else "",
        item_id="",
        content=made,
        labels={},
        votes=(),
        rubric_version=current_rubric(store).version,
        approved_by=by,
        at=now(),
        source=held.source,
        kind=content["kind"],
        scenario=masked["scenario"],
        split=content["split"],
        rule="written",
        note=held.rule,
    )
    return add_version(store, example, action="write")
