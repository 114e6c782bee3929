"""A flagged span is hidden everywhere in its conversation; a keyed hash and its length are kept, never the text."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import orjson

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.clock import now
from review.basics.errors import InputError
from storage.queries.conditions import stands
from storage.records_log import Conversation
from storage.records_review import Adjudication, Annotation, HiddenSpan
from storage.store import Store

LONGEST = 2_000
FIELDS = ("messages", "context", "steps", "sql", "result", "error_message", "metadata", "scenario", "language")
"""The fields of a conversation that hold text from people and models."""

WORDS = ("comment", "corrected_answer", "rationale", "reference_sql")
"""The fields of an annotation or adjudication that hold a person's words."""

MARK = "[HIDDEN_"
"""How what stands in the place of a hidden span begins."""

W = TypeVar("W", Annotation, Adjudication)
ROLES = ("system", "user", "assistant", "tool")


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
        if conversation is None or not _stands_in(text, [getattr(conversation, f) for f in FIELDS]):
            raise InputError("span: the selected text does not stand in one piece here. Select it within one message.")
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
    """The spans of some conversations that are hidden now, the longest first."""
    found: dict[str, list[HiddenSpan]] = {}
    for span in store.select(HiddenSpan, _HIDDEN_SQL, {"ids": orjson.dumps(list(ids)).decode()}):
        found.setdefault(span.conversation_id, []).append(span)
    return {c: sorted(spans, key=lambda s: -s.length) for c, spans in found.items()}


_HIDDEN_SQL = f"""
SELECT h.* FROM hidden_spans h
WHERE h.conversation_id IN (SELECT value FROM json_each(:ids))
  AND (NOT EXISTS (SELECT 1 FROM flags f WHERE f.span = h.id)
       OR EXISTS (SELECT 1 FROM flags f WHERE f.span = h.id AND {stands("f")}))
ORDER BY h.rowid
"""  # noqa: S608 - constants of ours
"""A span that flags decide about is hidden while one of them stands."""


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


def lost_its_places(shown: Conversation) -> bool:
    """Whether a span is hidden anywhere in a conversation as it is shown: places in its texts have moved then. Pure."""
    return any(_stands_in(MARK, getattr(shown, f)) for f in FIELDS)


def without_words(row: W, spans: Sequence[HiddenSpan], key: bytes) -> W:
    """What somebody wrote about a conversation, with its hidden spans hidden there too."""
    return replace(row, **{f: without(getattr(row, f), spans, key) for f in WORDS if hasattr(row, f)})


def _stands_in(text: str, value: Any) -> bool:
    """Whether ``text`` is part of one text inside ``value``, or is one of its numbers as a whole."""
    if isinstance(value, str):
        return text in value
    if isinstance(value, dict):
        return any(_stands_in(text, v) for k, v in value.items() if not _is_role(k, v))
    if isinstance(value, list | tuple):
        return any(_stands_in(text, v) for v in value)
    return _is_number(value) and text == str(value)


def without(value: Any, spans: Sequence[HiddenSpan], key: bytes) -> Any:
    """``value`` with the spans hidden in every text inside it, whatever its nesting; the roles of messages stay."""
    if isinstance(value, str):
        return _hide_text(value, spans, key)
    if isinstance(value, dict):
        return {k: v if _is_role(k, v) else without(v, spans, key) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(without(v, spans, key) for v in value)
    if _is_number(value):
        text = str(value)
        whole = (s for s in spans if s.length == len(text) and _is(s, text, key))
        return next((s.token for s in whole), value)
    return value


def _is_role(key: str, value: Any) -> bool:
    """The role of a message says who speaks: hiding a word such as "user" must not take a turn's speaker away."""
    return key == "role" and value in ROLES


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _hide_text(text: str, spans: Sequence[HiddenSpan], key: bytes) -> str:
    """Each span is looked for in the text as it was, so that of two that overlap neither leaves a rest of the other."""
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
