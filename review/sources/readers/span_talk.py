"""Which span of a trace says what was asked and answered.

The root decides. Where it has no question or no answer, the outermost spans that have one do: the earliest question,
the latest answer. The messages are those of the model call that answered the question and knew the most turns. The
conversation keeps under ``taken_from`` which spans these were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.sources.readers.fields import Fields
from review.sources.readers.span_messages import tool_call
from review.sources.readers.span_values import ANSWER_KEYS, QUESTION_KEYS, as_text, text_in
from review.sources.readers.spans import SILENT, TOOL, Span, Tree


@dataclass
class TraceTalk:
    """The messages of a trace, and the spans that question, answer and messages come from, in words."""

    messages: list[Fields]
    taken_from: dict[str, str]


@dataclass(slots=True)
class _Call:
    """A span with messages: all of them with what came out, and the last question that went in."""

    span: Span
    whole: list[Fields]
    question: str | None


def said_in(tree: Tree) -> TraceTalk:
    """Return the conversation that a trace holds."""
    calls = [
        call
        for span in tree.spans
        if span.input is not None and span.kind not in SILENT and (call := _call(span)) is not None
    ]
    by_span = {call.span.id: call for call in calls}
    levels = _levels(tree)
    question, asked_by = _found(tree, levels, by_span, question=True)
    answer, answered_by = _found(tree, levels, by_span, question=False)
    best: _Call | None = None
    for call in calls:
        # Of several that know as many turns, the latest has the final answer.
        fits = question is None or call.question == question
        if fits and (best is None or len(call.whole) >= len(best.whole)):
            best = call
    if best is not None:
        messages = list(best.whole)
    else:
        messages = [] if question is None else [{"role": "user", "content": question}]
    tools = [span for span in tree.spans if span.kind == TOOL]
    messages = _with_tools(messages, tools) if tools else messages
    messages = _with_answer(messages, answer)
    taken = {
        "question": _place(tree, asked_by, "earliest"),
        "answer": _place(tree, answered_by, "latest"),
        "messages": None if best is None else best.span.name,
    }
    return TraceTalk(messages, {name: place for name, place in taken.items() if place})


def _place(tree: Tree, span: Span | None, which: str) -> str | None:
    """Name the span that a text comes from, and the rule where it is not the root."""
    if span is None or span is tree.root:
        return None if span is None else f"{span.name} (root)"
    return f"{span.name} (the root has none: the {which} of the outermost spans that have one)"


def _call(span: Span) -> _Call | None:
    asked, told = span.asked, span.told
    if asked is None:
        return None
    before, after = asked.messages, told.messages if told else []
    same = len(after) > len(before) and [_key(m) for m in after[: len(before)]] == [_key(m) for m in before]
    return _Call(span, list(after) if same else [*before, *after], _last(before, "user"))


def _key(message: Fields) -> tuple[str, str]:
    return message["role"], message["content"]


def _last(messages: Sequence[Fields], role: str) -> str | None:
    for message in reversed(messages):
        if message["role"] == role and message["content"]:
            return str(message["content"])
    return None


def _levels(tree: Tree) -> list[list[Span]]:
    """Return the spans that may hold a question or an answer by depth: the root, then the outermost others."""
    levels: dict[int, list[Span]] = {}
    root, depth = tree.root, tree.depth
    for span in tree.spans:
        if span is not root and span.kind not in SILENT:
            levels.setdefault(depth[span.id] or 1, []).append(span)
    return [[root], *([levels[level] for level in sorted(levels)] if len(levels) > 1 else levels.values())]


def _found(
    tree: Tree, levels: list[list[Span]], calls: dict[str, _Call], *, question: bool
) -> tuple[str | None, Span | None]:
    """Return the text of the outermost spans that have one, and its span."""
    for level in levels:
        for span in level if question else reversed(level):
            text = _question(span, calls, tree) if question else _answer(span, tree)
            if text is not None:
                return text, span
    root = tree.root
    raw = root.input if question else root.output
    # An object without a known name for its text is shown whole, not hidden.
    whole = isinstance(raw, dict | list) and bool(raw) and (root.asked if question else root.told) is None
    return (as_text(raw), root) if whole else (None, None)


def _question(span: Span, calls: dict[str, _Call], tree: Tree) -> str | None:
    call = calls.get(span.id)
    return call.question if call else text_in(span.input, QUESTION_KEYS, other=span is tree.root)


def _answer(span: Span, tree: Tree) -> str | None:
    told = span.told
    if told is not None:
        return _last(told.messages, "assistant")
    return text_in(span.output, ANSWER_KEYS, other=True) if span is tree.root else None


def _answered(messages: list[Fields]) -> bool:
    return bool(messages) and messages[-1]["role"] == "assistant" and bool(messages[-1]["content"])


def _with_answer(messages: list[Fields], answer: str | None) -> list[Fields]:
    """Return messages that end with what the user was told."""
    if answer is None or (_answered(messages) and messages[-1]["content"] == answer):
        return messages
    if _answered(messages) and not messages[-1].get("tool_calls"):
        return [*messages[:-1], {**messages[-1], "content": answer}]
    return [*messages, {"role": "assistant", "content": answer}]


def _with_tools(messages: list[Fields], tools: list[Span]) -> list[Fields]:
    """Return messages with the tools that ran: the results that are missing, or calls and results before the answer."""
    called = any(m.get("tool_calls") or m["role"] == "tool" for m in messages)
    if not called:
        pairs = [made for span in tools for made in _pair(span)]
        at = len(messages) - 1 if _answered(messages) else len(messages)
        return [*messages[:at], *pairs, *messages[at:]]
    known = {m.get("tool_call_id") for m in messages if m["role"] == "tool"}
    waiting, result = list(tools), []
    for message in messages:
        result.append(message)
        for call in message.get("tool_calls") or ():
            name, call_id = call["function"]["name"], call.get("id")
            span = next((s for s in waiting if s.name == name), None)
            if span is not None:
                waiting.remove(span)
            if span is not None and call_id not in known and not _has_result(messages, name, call_id):
                result.append(_tool_result(span, call_id))
    return result


def _has_result(messages: list[Fields], name: str, call_id: str | None) -> bool:
    return call_id is None and any(m["role"] == "tool" and m.get("name") in (name, None) for m in messages)


def _pair(span: Span) -> list[Fields]:
    call = tool_call(span.name, {} if span.input is None else span.input)
    return [{"role": "assistant", "content": "", "tool_calls": [call]}, _tool_result(span, None)]


def _tool_result(span: Span, call_id: str | None) -> Fields:
    content = span.error if span.output is None and span.error else as_text(span.output)
    return {"role": "tool", "content": content, "name": span.name, **({"tool_call_id": call_id} if call_id else {})}
