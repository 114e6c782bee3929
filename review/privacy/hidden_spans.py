"""Hide a flagged span everywhere in its conversation. The store keeps a keyed hash and the length, never the text."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.clock import now
from review.basics.errors import InputError
from storage.queries.hidden_spans import spans_hidden_now
from storage.records_base import Json
from storage.records_log import Conversation
from storage.records_review import Adjudication, Annotation, HiddenSpan
from storage.store import Store

LONGEST = 2_000
FIELDS = ("messages", "context", "steps", "sql", "result", "error_message", "metadata", "scenario", "language")
"""The fields of a conversation that hold text from people and models."""

WORDS = ("comment", "corrected_answer", "rationale", "reference_sql")
"""The fields of an annotation or adjudication that hold text from a person."""

MARK = "[HIDDEN_"
"""The beginning of the token that replaces a hidden span."""

W = TypeVar("W", Annotation, Adjudication)
ROLES = ("system", "user", "assistant", "tool")


def hide_span(store: Store, conversation_id: str, text: str, *, by: str) -> HiddenSpan:
    """Hide ``text`` wherever it occurs in the conversation and in what people wrote about it; return the span.

    Hiding the same text again returns the same span. Raises InputError for a text that is too short, too long, or not
    in the conversation.
    """
    text = text.strip()
    if not 2 <= len(text) <= LONGEST:
        raise InputError(f"span: found {len(text)} characters, expected 2 to {LONGEST:,}. Select the text to hide.")
    digest = _digest(hmac_key(store), text)
    with store.transaction():
        rows = store.find(HiddenSpan, conversation_id=conversation_id)
        same = next((r for r in rows if r.digest == digest), None)
        if same is not None:
            return same
        identity = f"{conversation_id}:{digest[:16]}"
        conversation = store.get(Conversation, conversation_id)
        if conversation is None or not _contains([getattr(conversation, f) for f in FIELDS], text):
            raise InputError("span: no message here contains the selected text. Select text within one message.")
        span = HiddenSpan(
            id=identity,
            conversation_id=conversation_id,
            digest=digest,
            length=len(text),
            token=f"{MARK}{len(rows) + 1}]",
            at=now(),
            by=by,
        )
        store.add(span)
        chain.record(store, by, "hide", conversation_id, token=span.token)
    return span


def spans_by_conversation(store: Store, ids: Sequence[str]) -> dict[str, list[HiddenSpan]]:
    """Return the spans that are hidden now in some conversations, the longest first, by conversation."""
    by_conversation: dict[str, list[HiddenSpan]] = {}
    for span in spans_hidden_now(store, ids):
        by_conversation.setdefault(span.conversation_id, []).append(span)
    return {c: sorted(spans, key=lambda s: -s.length) for c, spans in by_conversation.items()}


def conversations(store: Store, ids: Sequence[str]) -> dict[str, Conversation]:
    """Return conversations by id as anybody may see them: masked at import, and without their hidden spans."""
    spans = spans_by_conversation(store, ids)
    key = hmac_key(store) if spans else b""
    return {
        c.id: without_spans(c, spans[c.id], key) if c.id in spans else c for c in store.find(Conversation, id=list(ids))
    }


def without_spans(conversation: Conversation, spans: Sequence[HiddenSpan], key: bytes) -> Conversation:
    """Return the conversation with each hidden span replaced by its token in every field that holds text."""
    return replace(conversation, **{f: without(getattr(conversation, f), spans, key) for f in FIELDS})


def lost_its_places(shown: Conversation) -> bool:
    """Return whether a conversation shows a hidden span; if so, positions in its texts have moved. Pure."""
    return any(_contains(getattr(shown, f), MARK) for f in FIELDS)


def without_words(row: W, spans: Sequence[HiddenSpan], key: bytes, talk: Conversation | None = None) -> W:
    """Return an annotation or adjudication without the hidden spans of its conversation ``talk``.

    What a mark quotes may hold only a part of a hidden span, which no search for the span finds. So a quote that does
    not stand in the conversation as it is shown becomes the token of a span, and every quote without a ``talk``.
    """
    changed = {f: without(getattr(row, f), spans, key) for f in WORDS if hasattr(row, f)}
    if marks := getattr(row, "marks", None):
        shown = without_spans(talk, spans, key) if talk else None
        changed["marks"] = tuple(_without_mark(mark, spans, key, talk, shown) for mark in marks)
    return replace(row, **changed)


def _without_mark(
    mark: Json, spans: Sequence[HiddenSpan], key: bytes, talk: Conversation | None, shown: Conversation | None
) -> Json:
    """Return a mark without hidden words, in the conversation as it came in (``talk``) and as it is ``shown``."""
    # Only words: the places of a mark are numbers, and a number that is hidden may equal one of them.
    found = {k: without(v, spans, key) if isinstance(v, str) else v for k, v in mark.items()}
    for name in ("quote", "proof"):
        text = found.get(name)
        # A proof may be in the reviewer's own words; only one that was copied from the conversation has to stand there.
        copied = name == "quote" or (talk is not None and _stands_in(talk, str(mark.get(name) or "")))
        if text and copied and (shown is None or not _stands_in(shown, text)):
            found[name] = spans[0].token
    return found


def _stands_in(talk: Conversation, text: str) -> bool:
    return any(_contains(getattr(talk, field), text) for field in FIELDS)


def _contains(value: Any, text: str) -> bool:
    """Whether ``text`` is part of a text inside ``value``, or equals one of its numbers."""
    if isinstance(value, str):
        return text in value
    if isinstance(value, dict):
        return any(_contains(v, text) for k, v in value.items() if not _is_role(k, v))
    if isinstance(value, list | tuple):
        return any(_contains(v, text) for v in value)
    return _is_number(value) and text == str(value)


def without(value: Any, spans: Sequence[HiddenSpan], key: bytes) -> Any:
    """Return ``value`` with the spans hidden in every text and number inside it; the roles of messages stay."""
    if isinstance(value, str):
        return _hide_text(value, spans, key)
    if isinstance(value, dict):
        return {k: v if _is_role(k, v) else without(v, spans, key) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(without(v, spans, key) for v in value)
    if _is_number(value):
        text = str(value)
        return next((s.token for s in spans if s.length == len(text) and _is(s, text, key)), value)
    return value


def _is_role(key: str, value: Any) -> bool:
    """Whether this is the role of a message. Hiding a word such as "user" must not remove who speaks."""
    return key == "role" and value in ROLES


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _hide_text(text: str, spans: Sequence[HiddenSpan], key: bytes) -> str:
    """Find each span in the original text, so that of two overlapping ones neither leaves a part of the other."""
    places = sorted(
        ((start, start + span.length, span.token) for span in spans for start in _starts(text, span, key)),
        key=lambda place: (place[0], -place[1]),
    )
    shown, end = [], 0
    for start, stop, token in places:
        if start >= end:
            shown += [text[end:start], token]
        end = max(end, stop)
    return "".join([*shown, text[end:]])


def _starts(text: str, span: HiddenSpan, key: bytes) -> list[int]:
    return [
        start
        for start in range(len(text) - span.length + 1)
        if not text[start].isspace() and _is(span, text[start : start + span.length], key)
    ]


def _is(span: HiddenSpan, text: str, key: bytes) -> bool:
    return hmac.compare_digest(_digest(key, text), span.digest)


def _digest(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()
