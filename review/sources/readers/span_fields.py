"""The fields of a conversation from the spans of its trace: messages, steps, context, errors, times and cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from review.basics.record import Unreadable
from review.basics.times import utc_text
from review.sources.readers.fields import Fields
from review.sources.readers.span_talk import TraceTalk, said_in
from review.sources.readers.span_values import as_text
from review.sources.readers.spans import LLM, RETRIEVER, TOOL, Span, Tree, tree_of
from review.sources.readers.sql_calls import query_in_calls, sql_in


def fields_of(spans: Sequence[Span], *, id: str, given: Fields) -> Fields:
    """Return the fields of the conversation that a trace holds.

    ``given`` are fields that the tool records for the trace as a whole; they win over those of spans, and its
    metadata is kept. Raises Unreadable for parents in a circle, and for a trace without any text.
    """
    tree = tree_of(spans)
    said = said_in(tree)
    if not any(m["content"] or m.get("tool_calls") for m in said.messages):
        names = ", ".join(dict.fromkeys(span.name for span in tree.spans))[:200]
        raise Unreadable(
            "messages",
            f"{len(tree.spans)} spans without input and output ({names})",
            "an input or an output in one of them; capture of content may be off in the traced product",
        )
    status = _status(tree, said)
    missing = _empty(said, status)
    of = _figures(tree)
    known = {name: value for name, value in given.items() if value not in (None, "", [], {}) and name != "metadata"}
    return {
        "id": id,
        "created_at": _time(tree),
        "messages": said.messages,
        "steps": of.steps,
        "context": of.documents,
        "latency_ms": tree.root.milliseconds,
        "model": of.answer_model or of.model,
        "prompt_version": of.answer_prompt or of.prompt,
        "user_id": tree.root.user or of.user,
        "session_id": tree.root.session or of.session,
        "tags": list(dict.fromkeys(of.tags)) if of.tags else [],
        "tokens_in": _sum(tree, of.tokens_in),
        "tokens_out": _sum(tree, of.tokens_out),
        "cost": _sum(tree, of.cost),
        **_query(tree, said.messages),
        **status,
        **known,
        "metadata": {
            "trace": tree.root.name,
            "taken_from": said.taken_from,
            **({"missing": missing} if missing else {}),
            **(given.get("metadata") or {}),
        },
        "notes": [*tree.notes, *missing],
    }


def _time(tree: Tree) -> str | None:
    start = tree.root.start
    if start is None:
        start = next((span.start for span in tree.spans if span.start is not None), None)
    return None if start is None else utc_text(datetime.fromtimestamp(start / 1000, UTC))


@dataclass(slots=True, kw_only=True)
class _Figures:
    """What the spans of a trace say between them: the latest model and prompt, the first user and session, the rest."""

    steps: list[Fields] = field(default_factory=list)
    documents: list[Any] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    tokens_in: list[tuple[Span, Any]] = field(default_factory=list)
    tokens_out: list[tuple[Span, Any]] = field(default_factory=list)
    cost: list[tuple[Span, Any]] = field(default_factory=list)
    model: str | None = None
    prompt: str | None = None
    answer_model: str | None = None
    answer_prompt: str | None = None
    user: str | None = None
    session: str | None = None


def _figures(tree: Tree) -> _Figures:
    """Gather the figures of a trace in one pass over its spans."""
    of, depth = _Figures(), tree.depth
    for span in tree.spans:
        if depth[span.id] > 0:
            of.steps += _steps(span)
        if span.documents:
            of.documents += span.documents
        if span.tags:
            of.tags += span.tags
        if span.tokens_in:
            of.tokens_in.append((span, span.tokens_in))
        if span.tokens_out:
            of.tokens_out.append((span, span.tokens_out))
        if span.cost:
            of.cost.append((span, span.cost))
        if span.model:
            of.model = span.model
            if span.kind == LLM:
                of.answer_model = span.model
        if span.prompt:
            of.prompt = span.prompt
            if span.kind == LLM:
                of.answer_prompt = span.prompt
        of.user = of.user or span.user
        of.session = of.session or span.session
    return of


def _sum(tree: Tree, counted: Sequence[tuple[Span, Any]]) -> Any:
    """Return the sum over the spans that count for themselves; the totals of a span around others are not added.

    Zero is what tools write where nothing was counted, so it is missing.
    """
    if not counted:
        return None
    around: set[str] = set()
    for span, _ in counted:
        at = span.parent
        while at is not None and at in tree.parents and at not in around:
            around.add(at)
            at = tree.parents[at]
    values = [value for span, value in counted if span.id not in around]
    return round(sum(values), 12) if values else None


def _status(tree: Tree, said: TraceTalk) -> Fields:
    """Return the status: the root's, and an error of a step where the trace has no answer."""
    failed = [span for span in tree.spans if span.error is not None]
    if not failed or (tree.root.error is None and _has_answer(said)):
        return {"status": "ok"}
    source = tree.root if tree.root.error else failed[-1]
    message = next((span.error for span in (source, *reversed(failed)) if span.error), None)
    kind = next((span.error_type for span in (source, *reversed(failed)) if span.error_type), None)
    return {"status": "error", "error_message": message or "the tool gives no reason", "error_type": kind}


def _has_answer(said: TraceTalk) -> bool:
    last = said.messages[-1] if said.messages else {}
    return last.get("role") == "assistant" and bool(last.get("content"))


def _empty(said: TraceTalk, status: Fields) -> list[str]:
    """Say why a conversation has no question or no answer."""
    notes = []
    for message in said.messages:
        if message["role"] == "user" and message["content"]:
            break
    else:
        notes.append("no question: no span of the trace has one")
    if not _has_answer(said):
        last = said.messages[-1]
        waits = "the trace ends with a tool" if last["role"] == "tool" or last.get("tool_calls") else "no span has one"
        notes.append("no answer: the trace failed" if status["status"] == "error" else f"no answer: {waits}")
    return notes


def _steps(span: Span) -> list[Fields]:
    """Return a span as a step of the reasoning chain, after what its model thought."""
    told = span.told if span.kind == LLM else None
    given = told.thoughts if told is not None else None
    thoughts = [{"name": span.name, "kind": "thinking", "output": text} for text in given] if given else ()
    # The messages of a model call are in the conversation already.
    shown = None if span.kind == LLM and span.asked is not None else span.input
    if told is not None:
        last = told.messages[-1] if told.messages else {}
        output = last.get("content") or as_text([c["function"] for c in last.get("tool_calls", ())] or None)
    else:
        output = "" if span.kind == RETRIEVER and span.documents else as_text(span.output)
    made: Fields = {}
    if span.name:
        made["name"] = span.name
    if span.kind:
        made["kind"] = span.kind
    if shown is not None and (text := as_text(shown)):
        made["input"] = text
    if output:
        made["output"] = output
    if (took := span.milliseconds) is not None:
        made["milliseconds"] = took
    if span.tokens_in:
        made["tokens_in"] = span.tokens_in
    if span.tokens_out:
        made["tokens_out"] = span.tokens_out
    if span.cost:
        made["cost"] = span.cost
    if span.model:
        made["model"] = span.model
    if span.error:
        made["error"] = span.error
    return [*thoughts, made]


def _query(tree: Tree, messages: list[Fields]) -> Fields:
    """Return the last query that a tool ran, and its result: from the spans of tools, else from the messages."""
    for span in reversed(tree.spans):
        if span.kind == TOOL and (query := sql_in(span.input)) is not None:
            return {"sql": query, "result": as_text(span.output) or None}
    return query_in_calls(messages)
