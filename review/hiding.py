"""A flagged span is hidden everywhere in its conversation; a keyed hash and its length are kept, never the text."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from review import audit
from review.clock import now
from review.errors import InputError
from review.people import hmac_key
from storage.records import Conversation, HiddenSpan
from storage.store import Store

LONGEST = 2_000
FIELDS = ("messages", "context", "steps", "sql", "result", "error_message", "metadata")
"""The fields of a conversation that hold text from people and models."""


def hide_span(store: Store, conversation_id: str, text: str, *, by: str) -> HiddenSpan:
    """Hide ``text`` wherever it stands in the conversation and in what was said about it.

    Raises InputError for an empty or overlong span, or one that does not stand in the conversation.
    """
    text = text.strip()
    if not 2 <= len(text) <= LONGEST:
        raise InputError(f"span: found {len(text)} characters, expected 2 to {LONGEST}. Select the text to hide.")
    digest = _digest(hmac_key(store), text)
    with store.transaction():
        rows = store.find(HiddenSpan, conversation_id=conversation_id)
        same = next((r for r in rows if r.digest == digest), None)
        if same is not None:
            return same
        identity = f"{conversation_id}:{digest[:16]}"
        conversation = store.get(Conversation, conversation_id)
        if conversation is None or text not in _all_text(conversation):
            raise InputError("span: the selected text does not stand in one piece here. Select it within one message.")
        span = HiddenSpan(identity, conversation_id, digest, len(text), f"[HIDDEN_{len(rows) + 1}]", now(), by)
        store.add(span)
        audit.record(store, by, "hide", conversation_id, token=span.token)
    return span


def spans_by_conversation(store: Store, ids: Sequence[str]) -> dict[str, list[HiddenSpan]]:
    """The hidden spans of some conversations, longest first so that a span inside another cannot spoil it."""
    found: dict[str, list[HiddenSpan]] = {}
    for span in store.find(HiddenSpan, conversation_id=list(ids)):
        found.setdefault(span.conversation_id, []).append(span)
    return {c: sorted(spans, key=lambda s: -s.length) for c, spans in found.items()}


def conversations(store: Store, ids: Sequence[str]) -> dict[str, Conversation]:
    """Conversations as anybody may see them: masked at import, and without their hidden spans."""
    spans = spans_by_conversation(store, ids)
    key = hmac_key(store) if spans else b""
    return {
        c.id: without_spans(c, spans[c.id], key) if c.id in spans else c for c in store.find(Conversation, id=list(ids))
    }


def without_spans(conversation: Conversation, spans: Sequence[HiddenSpan], key: bytes) -> Conversation:
    """The conversation with each hidden span replaced by its token in every field that holds text."""
    return replace(conversation, **{f: without(getattr(conversation, f), spans, key) for f in FIELDS})


def _all_text(conversation: Conversation) -> str:
    """Every text of the conversation, one below the other."""
    texts: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            collect(list(value.values()))
        elif isinstance(value, list | tuple):
            for part in value:
                collect(part)

    for field in FIELDS:
        collect(getattr(conversation, field))
    return "\n".join(texts)


def without(value: Any, spans: Sequence[HiddenSpan], key: bytes) -> Any:
    """``value`` with the spans hidden in every text inside it, whatever its nesting."""
    if isinstance(value, str):
        return _hide_text(value, spans, key)
    if isinstance(value, dict):
        return {k: without(v, spans, key) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(without(v, spans, key) for v in value)
    return value


def _hide_text(text: str, spans: Sequence[HiddenSpan], key: bytes) -> str:
    for span in spans:
        position = 0
        while position + span.length <= len(text):
            window = text[position : position + span.length]
            if not window[0].isspace() and hmac.compare_digest(_digest(key, window), span.digest):
                text = text[:position] + span.token + text[position + span.length :]
                position += len(span.token)
            else:
                position += 1
    return text


def _digest(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()
