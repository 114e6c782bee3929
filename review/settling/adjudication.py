"""Settle items: the cases of a week, and decisions with who made them, why, and which votes they saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused, UnknownError
from review.basics.labels import Value
from review.current.assignments import owed_items
from review.current.known import Known, items_of
from review.current.settled import (
    Settled,
    adjudications_that_count,
    annotations_of,
    current_adjudications,
    labels_of,
    settle,
    state_of_decisions,
)
from review.people.people import Person, people, require
from review.privacy.hidden_spans import spans_by_conversation, without_words
from review.rubric.rubric import rubric_version
from storage.queries.annotations import current_annotations_of_item
from storage.queries.pairs import PAIR
from storage.records_log import Conversation
from storage.records_review import Adjudication, Annotation
from storage.records_weeks import Item, WeekClosing
from storage.store import Store

REASONS = ("rubric unclear", "hard case", "slip", "missing context")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One item as an adjudicator sees it.

    ``kind`` is "disputed" (votes differ), "unanimous" (two or more, all alike), "single" (one vote) or "settled".
    ``votes`` maps dimension to value to count. ``spread`` is the share of disagreeing pairs, by which the queue is
    ordered. ``annotations`` are the submissions behind the votes.
    """

    item: Item
    kind: str
    votes: Mapping[str, Mapping[Value, int]]
    spread: float
    annotations: tuple[Annotation, ...]
    settled: Adjudication | None = None

    @property
    def differing(self) -> tuple[str, ...]:
        """The dimensions in which votes differ, also after somebody has settled them."""
        return tuple(dimension for dimension, votes in self.votes.items() if len(votes) > 1)


def cases(store: Store, week: str, *, viewer: str) -> list[Case]:
    """Return the items of a week that have votes and that the viewer does not owe, the most disputed first."""
    owed = owed_items(store, viewer)
    state = partial(state_of_decisions, store, week)
    found = _CASES.get(store, week, state, partial(_every_case, store, week))
    return _without_spans(store, [case for case in found if case.item.id not in owed])


_CASES: Known[Sequence[Case]] = Known(4)


def _every_case(store: Store, week: str) -> tuple[Case, ...]:
    """Return the items of a week that have votes in the order of :func:`cases`, with hidden spans as they came in."""
    annotations = annotations_of(store, [week])
    # Read after the annotations: an import of labels may add both at any moment.
    items = {i.id: i for i in items_of(store, week)}
    by_item: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        by_item.setdefault(annotation.item_id, []).append(annotation)
    finals = adjudications_that_count(current_adjudications(store, [week]), annotations)
    by_votes: dict[str, list[Settled]] = {}
    for (item, _), decision in settle(labels_of(annotations), {}).items():
        by_votes.setdefault(item, []).append(decision)
    found = [_case(items[item], rows, by_votes.get(item, ()), finals.get(item)) for item, rows in by_item.items()]
    return tuple(sorted(found, key=lambda c: (c.kind == "settled", -c.spread, c.item.id)))


def _without_spans(store: Store, found: Sequence[Case]) -> list[Case]:
    """Return the cases with hidden spans also hidden in the texts that people wrote about them."""
    spans = spans_by_conversation(store, [c.item.conversation_id for c in found])
    if not spans:
        return list(found)
    key = hmac_key(store)
    talks = {c.id: c for c in store.find(Conversation, id=list(spans))}

    def clean(case: Case) -> Case:
        hidden, talk = spans.get(case.item.conversation_id, []), talks.get(case.item.conversation_id)
        rows = tuple(without_words(n, hidden, key, talk) if hidden else n for n in case.annotations)
        return replace(case, annotations=rows, settled=case.settled and without_words(case.settled, hidden, key))

    return [clean(case) for case in found]


def _case(item: Item, rows: Sequence[Annotation], decided: Sequence[Settled], final: Adjudication | None) -> Case:
    votes = {s.dimension: s.votes for s in decided}
    spread = max((_spread(v) for v in votes.values()), default=0.0)
    # A dimension that only some were asked (reasons, when not correct) follows another's disagreement and adds none.
    kind = "single" if len(rows) == 1 else "disputed" if any(s.disputed for s in decided) else "unanimous"
    return Case(
        item=item, kind="settled" if final else kind, votes=votes, spread=spread, annotations=tuple(rows), settled=final
    )


def _spread(votes: Mapping[Value, int]) -> float:
    """Return the share of pairs of votes that differ, from 0 to 1."""
    n = sum(votes.values())
    return 0.0 if n < 2 else 1 - sum(v * (v - 1) for v in votes.values()) / (n * (n - 1))


def adjudicate(
    store: Store,
    item_id: str,
    *,
    by: str,
    labels: Mapping[str, Any],
    rationale: str = "",
    reason: str = "",
    corrected_answer: str = "",
    reference_sql: str = "",
    decision_id: str | None = None,
) -> Adjudication:
    """Settle an item and return the decision. An earlier decision stays in the store and is superseded.

    A decision after the week's end is logged as late. ``decision_id`` is the client's own name for this decision:
    given again by the same person, it changes nothing and returns the decision that was made.

    Raises Refused without the role, when the item has no annotation, when the adjudicator annotated it and somebody
    else could decide, or when somebody else used the ``decision_id``. Raises InputError for labels outside the rubric
    and for a disagreement that is settled without a reason or rationale.
    """
    require(store, by, "adjudicator")
    item = store.get(Item, item_id)
    if item is None:
        raise UnknownError(f"item '{item_id}' is not in the store.")
    if item.kind == PAIR:
        raise Refused(f"'{item_id}' is a pair of answers. People may differ about it; nothing is settled.")
    with store.transaction():
        made = decided(store, decision_id, by=by) if decision_id else None
        if made is not None:
            return made
        said = current_annotations_of_item(store, item.week, item_id)
        rows = [n for n in said if n.rubric_version == max(other.rubric_version for other in said)]
        if not rows:
            raise Refused(f"item '{item_id}' has no annotation yet. Settle it after somebody has reviewed it.")
        others = judges_between(people(store), rows, by)
        if others:
            raise Refused(f"you annotated this item yourself; {', '.join(others[:3])} can settle it.")
        rubric = rubric_version(store, rows[0].rubric_version)
        final = rubric.canonical(labels)
        if reason and reason not in REASONS:
            raise InputError(f"reason: found {reason!r}, expected one of {', '.join(REASONS)}.")
        disputed = any(s.disputed for s in settle(labels_of(rows), {}).values())
        if disputed and not (rationale.strip() or reason):
            raise InputError("Give a rationale or a reason, because the reviewers disagree.")
        earlier = next(iter(store.find(Adjudication, item_id=item_id, order_by="rowid desc")), None)
        decision = Adjudication(
            id=decision_id or new_id(),
            item_id=item_id,
            rubric_version=rubric.version,
            labels={k: list(v) if isinstance(v, tuple) else v for k, v in final.items()},
            rationale=rationale.strip(),
            adjudicator=by,
            at=now(),
            reason=reason,
            corrected_answer=corrected_answer.strip(),
            reference_sql=reference_sql.strip(),
            seen=tuple(n.submission_id for n in rows),
            supersedes=earlier.id if earlier else None,
        )
        store.add(decision)
        late = {"late": True} if store.get(WeekClosing, item.week) is not None else {}
        chain.record(store, by, "adjudicate", item_id, adjudication=decision.id, **late)
    return decision


def decided(store: Store, decision_id: str, *, by: str) -> Adjudication | None:
    """Return the decision with this id, None when there is none. Raises Refused when somebody else made it."""
    made = store.get(Adjudication, decision_id)
    if made is not None and made.adjudicator != by:
        raise Refused("decision_id: somebody else used it already. Reload the page.")
    return made


def judges_between(everybody: Sequence[Person], rows: Sequence[Annotation], by: str) -> list[str]:
    """Return the names of those who can settle an item instead of ``by``, who annotated it; empty if ``by`` may."""
    voters = {n.rater_id for n in rows}
    return [p.name for p in everybody if p.may("adjudicator") and p.id not in voters] if by in voters else []
