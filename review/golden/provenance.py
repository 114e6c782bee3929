"""Where an example comes from: its versions, votes, adjudication, item, draw, import and conversation."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from review.audit.store_secrets import hmac_key
from review.golden.examples import versions_of
from review.privacy.hidden_spans import conversations, spans_by_conversation, without
from storage.records_golden import ReleaseExample
from storage.records_log import Conversation, Draw, Import, Stratum
from storage.records_people import Rater
from storage.records_review import Adjudication, Annotation, Item
from storage.store import Store


def provenance(store: Store, example_id: str) -> dict[str, Any]:
    """Everything behind the current version of an example, as plain data, down to the imported file.

    ``votes`` are the annotations that were counted when it was approved, with the raters' names; ``stratum`` the ledger
    line of its item in the draw that selected it; ``imports`` those of its source up to that time; ``releases`` the
    names that hold it. What a written example does not have is None or empty.
    Raises UnknownError when there is no such example.
    """
    versions = versions_of(store, example_id)
    example = versions[-1]
    votes = store.find(Annotation, submission_id=[v["submission_id"] for v in example.votes])
    names = {r.id: r.name for r in store.find(Rater, id=[v.rater_id for v in votes])}
    final = store.get(Adjudication, example.adjudication_id) if example.adjudication_id else None
    item = store.get(Item, example.item_id)
    draw = store.get(Draw, item.draw_id) if item and item.draw_id else None
    lines = store.find(Stratum, draw_id=draw.id, name=item.stratum) if draw and item else []
    conversation = conversations(store, [example.conversation_id]).get(example.conversation_id)
    spans = spans_by_conversation(store, [example.conversation_id]).get(example.conversation_id, [])
    chain = {
        "example": asdict(example),
        "versions": [asdict(v) for v in versions],
        "votes": [{**asdict(v), "rater": names[v.rater_id]} for v in votes],
        "adjudication": _plain(final),
        "item": _plain(item),
        "draw": _plain(draw),
        "stratum": _plain(lines[0] if lines else None),
        "imports": [asdict(i) for i in _imports(store, conversation, item)],
        "conversation": _plain(conversation),
        "releases": [r.release for r in store.find(ReleaseExample, example_id=example_id)],
    }
    return without(chain, spans, hmac_key(store)) if spans else chain


def _plain(record: Any) -> dict[str, Any] | None:
    return None if record is None else asdict(record)


def _imports(store: Store, conversation: Conversation | None, item: Item | None) -> tuple[Import, ...]:
    if conversation is None or item is None:
        return ()
    return tuple(i for i in store.find(Import, source=conversation.source) if i.at <= item.at)
