"""What a reviewer can learn from a week: the items whose settled label differs from their own, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from review.audit.store_secrets import hmac_key
from review.basics.labels import Value
from review.current.assignments import closing_of, owed_items
from review.current.known import items_of
from review.current.settled import (
    Settled,
    adjudications_that_count,
    annotations_of,
    canonical_value,
    current_adjudications,
    settled_labels,
)
from review.people.people import person
from review.privacy.hidden_spans import spans_by_conversation, without_words
from storage.records_review import Adjudication, Annotation
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A reviewer's label and the settled one; ``yours`` is None when the reviewer was not asked.

    ``rule`` is "adjudicated", or "plurality" for a majority that nobody has settled. ``rationale`` is the
    adjudicator's reason, "" without one.
    """

    item: str
    conversation: str
    dimension: str
    yours: Value | None
    settled: Value
    rule: str
    votes: Mapping[Value, int]
    rationale: str


def differences(store: Store, week: str, rater: str) -> list[Difference]:
    """Return where the settled labels of a week differ from this reviewer's, by item.

    Only items that the reviewer submitted and no longer owes are in it. An adjudicator's decision counts at any time,
    a majority of votes only after the week is closed. Raises UnknownError for a person who is not in the store.
    """
    somebody = person(store, rater)
    owed = owed_items(store, somebody.id)
    said = annotations_of(store, [week])
    mine = [n for n in said if n.rater_id == somebody.id and n.item_id not in owed]
    rules = ("adjudicated", "plurality") if closing_of(store, week) else ("adjudicated",)
    settled: dict[str, list[Settled]] = {}
    for (item, _), s in settled_labels(store, [week]).items():
        if s.rule in rules:
            settled.setdefault(item, []).append(s)
    places = {i.id: i.conversation_id for i in items_of(store, week)}
    finals = adjudications_that_count(current_adjudications(store, [week]), said)
    finals = _without_spans(store, finals, places)
    return [
        Difference(
            item=n.item_id,
            conversation=places[n.item_id],
            dimension=s.dimension,
            yours=yours,
            settled=s.value,
            rule=s.rule,
            votes=s.votes,
            rationale=_why(finals.get(n.item_id)),
        )
        for n in mine
        for s, yours in differing(n, settled.get(n.item_id, ()))
        if s.value is not None
    ]


def differing(mine: Annotation, settled: Iterable[Settled]) -> list[tuple[Settled, Value | None]]:
    """Return the settled labels of one item that differ from an annotation, each with the annotation's label. Pure."""
    said = {dimension: canonical_value(value) for dimension, value in mine.labels.items()}
    return [(s, said.get(s.dimension)) for s in settled if s.value is not None and s.value != said.get(s.dimension)]


def _why(final: Adjudication | None) -> str:
    if final is None:
        return ""
    return ": ".join(part for part in (final.reason, final.rationale) if part)


def _without_spans(
    store: Store, finals: Mapping[str, Adjudication], places: Mapping[str, str]
) -> dict[str, Adjudication]:
    spans = spans_by_conversation(store, [places[item] for item in finals])
    key = hmac_key(store) if spans else b""
    return {
        item: without_words(a, spans[places[item]], key) if places[item] in spans else a for item, a in finals.items()
    }
