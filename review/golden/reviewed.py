"""Gather everything about one reviewed item before it becomes an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from review.audit.store_secrets import hmac_key
from review.basics.errors import Refused, UnknownError
from review.basics.labels import Value
from review.current.settled import adjudications_that_count, labels_of, settle
from review.evidence.evidence import ledger
from review.golden.candidates import item_rule
from review.golden.content import judged_right
from review.privacy.hidden_spans import conversations, spans_by_conversation
from review.rubric.rubric import rubric_version
from storage.queries.annotations import current_annotations_of_item
from storage.queries.assignments import is_open_for
from storage.records_log import Conversation
from storage.records_review import Adjudication, Annotation, HiddenSpan
from storage.records_weeks import Item
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """Everything that an item's example is made of. The conversation comes without its hidden spans.

    ``right`` says whether the settled labels call the answer right. ``probability`` is the inclusion probability of the
    item's group, None for a hand-picked item. ``key`` finds the hidden ``spans`` in texts.
    """

    item: Item
    conversation: Conversation
    annotations: tuple[Annotation, ...]
    final: Adjudication | None
    labels: Mapping[str, Value]
    rule: str
    rubric_version: int
    right: bool
    stratum: str | None
    probability: float | None
    spans: tuple[HiddenSpan, ...]
    key: bytes


def gather(store: Store, item_id: str, *, by: str) -> Reviewed:
    """Read what people said about an item.

    Raises UnknownError for an unknown item, Refused when it is not reviewed, disputed, or still owed by ``by``.
    """
    item = store.get(Item, item_id)
    if item is None:
        raise UnknownError(f"item '{item_id}' is not in the store.")
    if is_open_for(store, item.week, by, item_id):
        raise Refused(f"item '{item_id}' still waits for your own review. Review it before you approve it.")
    rows = current_annotations_of_item(store, item.week, item_id)
    newest = max((n.rubric_version for n in rows), default=0)
    rows = [n for n in rows if n.rubric_version == newest]
    last = next(iter(store.find(Adjudication, item_id=item_id, order_by="rowid desc")), None)
    final = last and adjudications_that_count({item_id: last}, rows).get(item_id)
    settled = settle(labels_of(rows), {item_id: final.labels} if final else {})
    if not settled:
        raise Refused(f"item '{item_id}' has not been reviewed yet. Only settled items can become golden.")
    rule = item_rule(list(settled.values()))
    if rule is None:
        raise Refused(f"item '{item_id}' is disputed; settle it first on the page Adjudicate.")
    labels = {d: s.value for (_, d), s in settled.items() if s.value is not None}
    version = final.rubric_version if final else newest
    line = ledger(store, [item.week]).get((item.week, item.stratum or ""))
    spans = spans_by_conversation(store, [item.conversation_id]).get(item.conversation_id, [])
    return Reviewed(
        item=item,
        conversation=conversations(store, [item.conversation_id])[item.conversation_id],
        annotations=tuple(rows),
        final=final,
        labels=labels,
        rule=rule,
        rubric_version=version,
        right=judged_right(rubric_version(store, version), labels),
        stratum=item.stratum,
        probability=None if item.purposive or line is None else line.probability,
        spans=tuple(spans),
        key=hmac_key(store),
    )
