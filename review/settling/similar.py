"""Cases like the one on the screen that somebody settled before: what an adjudicator should not decide differently.

A case is like another when both conversations have the same scenario, their texts are near, and the earlier decision
has a label in a dimension that this case is about. Nobody's name is shown, and never an item that the viewer owes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import NamedTuple, TypedDict

import orjson

from review.audit.store_secrets import hmac_key
from review.basics.remembered import Remembered
from review.checks.near import Near, near_examples
from review.current.assignments import owed_items
from review.privacy.hidden_spans import conversations, spans_by_conversation, without_words
from review.settling.adjudication import Case
from storage.queries.items import decided_before
from storage.records_base import StoredLabels
from storage.records_log import Conversation
from storage.records_review import Adjudication
from storage.store import Store

SHOWN = 3
NEAR = 0.4
"""The least cosine. In the demonstration, pairs of one scenario from here on are about the same matter."""

COMPARED = 200
"""Of each scenario only so many of the latest decisions are compared, because an adjudicator waits for the result."""

READ = 600
"""Characters of the question and of the answer that are compared."""

WORDS = 240


class SimilarPayload(TypedDict):
    """One earlier decision: the question, what was decided in the dimensions of this case, and why."""

    item: str
    week: str
    question: str
    labels: StoredLabels
    reason: str
    rationale: str


class _Decided(NamedTuple):
    """A decision, and the conversation of its item."""

    final: Adjudication
    week: str
    conversation: Conversation


def similar_cases(
    store: Store, found: Sequence[Case], talks: Mapping[str, Conversation], *, viewer: str
) -> dict[str, list[SimilarPayload]]:
    """Return for each case, by item, at most three earlier decisions on similar conversations, the nearest first.

    ``talks`` are the conversations of the cases, by id.
    """
    shown: dict[str, list[SimilarPayload]] = {}
    by_scenario: dict[str, list[Case]] = {}
    for case in found:
        by_scenario.setdefault(talks[case.item.conversation_id].scenario or "", []).append(case)
    owed = owed_items(store, viewer)
    for scenario, cases in by_scenario.items():
        decided = _decided(store, scenario, owed)
        near = _near(
            {c.item.id: _text(talks[c.item.conversation_id]) for c in cases},
            {item: _text(one.conversation) for item, one in decided.items()},
        )
        for case in cases:
            shown[case.item.id] = nearest(case, near, decided)
    return shown


def _near(cases: Mapping[str, str], decided: Mapping[str, str]) -> Sequence[Near]:
    """Compare texts by item, once while the texts stay the same. Only their digest is kept, never a text."""
    asked = orjson.dumps([list(cases.items()), list(decided.items())])
    return _COMPARED.get(sha256(asked).digest(), partial(near_examples, cases, decided, threshold=NEAR))


_COMPARED: Remembered[Sequence[Near]] = Remembered(64)


def nearest(case: Case, near: Sequence[Near], decided: Mapping[str, _Decided]) -> list[SimilarPayload]:
    """Return the earlier decisions for a case in the order of ``near``. Pure."""
    dimensions = case.differing or tuple(case.votes)
    rows = [
        _payload(one, dimensions)
        for subject, example, _ in near
        if subject == case.item.id != example
        for one in [decided[example]]
        if any(d in one.final.labels for d in dimensions)
    ]
    return rows[:SHOWN]


def _payload(one: _Decided, dimensions: Sequence[str]) -> SimilarPayload:
    return {
        "item": one.final.item_id,
        "week": one.week,
        "question": (one.conversation.question or "")[:WORDS],
        "labels": {d: one.final.labels[d] for d in dimensions if d in one.final.labels},
        "reason": one.final.reason,
        "rationale": one.final.rationale[:WORDS],
    }


def _decided(store: Store, scenario: str, owed: set[str]) -> dict[str, _Decided]:
    """Return the latest decisions on conversations of a scenario, by item, without words that were hidden since."""
    rows = [row for row in decided_before(store, scenario, COMPARED) if row.final.item_id not in owed]
    ids = [row.conversation_id for row in rows]
    talks, spans, key = conversations(store, ids), spans_by_conversation(store, ids), hmac_key(store)
    return {
        row.final.item_id: _Decided(
            without_words(row.final, spans[row.conversation_id], key) if spans.get(row.conversation_id) else row.final,
            row.week,
            talks[row.conversation_id],
        )
        for row in rows
        if row.conversation_id in talks
    }


def _text(conversation: Conversation) -> str:
    return f"{(conversation.question or '')[:READ]}\n{(conversation.answer or '')[:READ]}"
