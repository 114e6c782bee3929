"""The most frequent reasons of a week, each with one item as an example."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from review.audit.store_secrets import hmac_key
from review.basics.labels import Value
from review.basics.words import shortened
from review.current.settled import (
    Settled,
    adjudications_that_count,
    annotations_of,
    current_adjudications,
    settled_labels,
)
from review.golden.content import asked
from review.privacy.hidden_spans import conversations, spans_by_conversation, without_words
from review.report.model import Quote, Reason
from review.rubric.rubric import Dimension, Rubric
from storage.records_log import Conversation
from storage.records_review import Adjudication, Annotation
from storage.records_weeks import Item
from storage.store import Store

MOST = 5
LONGEST = 110
TELLING = 25
"""Questions with fewer characters ("Thank you, bye") make poor examples."""
ADJUDICATOR, REVIEWER = "the adjudicator", "a reviewer"


def frequent_reasons(store: Store, week: str, rubric: Rubric, *, without: Collection[str] = ()) -> tuple[Reason, ...]:
    """Return the five values of the rubric's sets that most items of a week have, each with one quoted item.

    The counts are of items, not votes, and are not weighted: they show what to work on, and the quality estimates give
    the shares in production. ``without`` items are neither counted nor quoted.
    """
    settled = {
        key: s for key, s in settled_labels(store, [week], rubric=rubric.version).items() if key[0] not in without
    }
    counted = [
        (d, value, items, len(applying))
        for d in rubric.dimensions
        if d.scale.kind == "set"
        for applying in [_named(settled, d)]
        for value in d.scale.values
        for items in [sorted(item for item, named in applying.items() if value in named)]
        if items
    ]
    counted.sort(key=lambda row: -len(row[2]))
    chosen = counted[:MOST]
    quotes = _quotes(store, week, {item for _, _, items, _ in chosen for item in items})
    quoted = _one_each([items for _, _, items, _ in chosen], quotes)
    return tuple(
        Reason(d.title, value, len(items), of, quotes.get(item))
        for (d, value, items, of), item in zip(chosen, quoted, strict=True)
    )


def _named(settled: Mapping[tuple[str, str], Settled], dimension: Dimension) -> dict[str, set[str]]:
    """Return the values that count, for each item to which the question applies; where votes tie, all of them."""
    labels: dict[str, dict[str, Value | None]] = {}
    for (item, name), s in settled.items():
        labels.setdefault(item, {})[name] = s.value
    found: dict[str, set[str]] = {}
    for (item, name), s in settled.items():
        if name == dimension.name and dimension.shown(labels[item]):
            given = [s.value] if s.value is not None else list(s.votes)
            found[item] = {part for value in given for part in (value if isinstance(value, tuple) else (value,))}
    return found


def _words(store: Store, week: str, places: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the comment on each of these items (item to conversation) and its author: adjudicator before reviewer."""
    spans = spans_by_conversation(store, sorted(set(places.values())))
    key = hmac_key(store) if spans else b""
    annotations = annotations_of(store, [week])
    finals = adjudications_that_count(current_adjudications(store, [week]), annotations)
    rows: list[Annotation | Adjudication] = [n for n in annotations if n.item_id in places]
    rows += [a for item, a in finals.items() if item in places]
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        hidden = spans.get(places[row.item_id], [])
        if isinstance(row, Annotation):
            text, speaker = (without_words(row, hidden, key) if hidden else row).comment, REVIEWER
        else:
            text, speaker = (without_words(row, hidden, key) if hidden else row).rationale, ADJUDICATOR
        if text.strip():
            found[row.item_id] = shortened(text, LONGEST), speaker
    return found


def _one_each(candidates: Sequence[Sequence[str]], quotes: Mapping[str, Quote]) -> list[str]:
    """Choose one item per reason: not quoted yet, if possible, with a comment and a question that is long enough."""

    def rank(item: str) -> tuple[bool, bool, bool, bool, str]:
        quote = quotes[item]
        telling = len(quote.question) >= TELLING and bool(quote.answer)
        return item in chosen, not quote.words, not telling, quote.speaker != ADJUDICATOR, item

    chosen: list[str] = []
    for items in candidates:
        chosen.append(min(items, key=rank))
    return chosen


def _quotes(store: Store, week: str, items: Collection[str]) -> dict[str, Quote]:
    rows = {i.id: i for i in store.find(Item, id=sorted(items))}
    shown = conversations(store, [i.conversation_id for i in rows.values()])
    words = _words(store, week, {i: row.conversation_id for i, row in rows.items()})
    return {i: _quote(row, shown[row.conversation_id], *words.get(i, ("", ""))) for i, row in rows.items()}


def _quote(item: Item, conversation: Conversation, text: str, speaker: str) -> Quote:
    part = asked(conversation, item)
    answer = part.answer or conversation.error_message or ""
    return Quote(item.id, shortened(part.question, LONGEST), shortened(answer, LONGEST), text, speaker)
