"""The Vercel AI SDK: UI messages with ``parts``, and model messages whose content has tool-call and tool-result parts.

UI messages of version 4 have ``content`` beside their parts, and tool calls as ``toolInvocations``; both are read.

One assistant UI message holds calls, results and the answer of several steps. It becomes a message for each step, and
each result a tool message, as the SDK's own convertToModelMessages does. Reasoning is a step of the conversation.

Facts: the package ai 6.0.326 (its types, and samples converted by it); version 4 from its documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers import plain
from review.sources.readers.call_log import beside
from review.sources.readers.dialects import AI_SDK, dialect
from review.sources.readers.fields import Fields, Record, as_json_text, list_of
from review.sources.readers.parts import Call, Mark, Part, Passage, Result, Text, Thought, Transcript
from review.sources.readers.reader import Reader

STEP = "step-start"
DONE = ("output-available", "output-error", "output-denied")


def recognise(record: Record) -> bool:
    """Whether messages have parts and no content, or content parts of model messages."""
    return dialect(record.get("messages")) == AI_SDK


def read(record: Record) -> Fields:
    """Read the messages of both shapes; the record's other fields as in a plain log, the time of the last message."""
    if record.get("messages") in (None, "", []):
        return plain.read(record)
    found = Transcript()
    made: Fields = {}
    for i, one in enumerate(list_of("messages", record["messages"], "a list of messages")):
        at = f"messages.{i}"
        if not isinstance(one, Mapping) or "role" not in one:
            raise Unreadable(at, one, "an object with role and parts or content")
        name = "parts" if one.get("parts") or "content" not in one else "content"
        parts = [*_invocations(one), *_parts(one.get(name), f"{at}.{name}")]
        found.close()
        for part in parts:
            if part is None:
                found.close()
            else:
                found.extend(one["role"], [part], at=at)
        found.close()
        about = one.get("metadata")
        made |= beside({"metadata": about}) if isinstance(about, Mapping) else {}
    fields = beside(record)
    for name in ("created_at", "model"):
        if fields.get(name) is None and isinstance(made.get(name) or made["metadata"].get(name) if made else None, str):
            fields[name] = made.get(name) or made["metadata"][name]
    steps = [*_listed(fields.get("steps")), *found.steps]
    turns = {name: record[name] for name in ("question", "answer") if name in record}
    return {**fields, "messages": plain.with_turns(found.messages, turns), "steps": steps, **_context(fields, found)}


def _context(fields: Fields, found: Transcript) -> Fields:
    return {"context": found.context} if found.context and not fields.get("context") else {}


def _listed(steps: Any) -> list[Any]:
    return steps if isinstance(steps, list) else []


def _invocations(message: Mapping[str, Any]) -> Iterator[Part | None]:
    """Yield the tool calls of a message of version 4 that has no parts."""
    calls = message.get("toolInvocations")
    for call in calls if isinstance(calls, list) and not message.get("parts") else ():
        if isinstance(call, Mapping):
            yield from _ui_tool("dynamic-tool", call)


def _parts(content: Any, at: str) -> Iterator[Part | None]:
    """Yield the parts of a message; None where a new step begins."""
    if isinstance(content, str):
        yield Text(content)
        return
    for part in list_of(at, content or [], "text or a list of parts"):
        if not isinstance(part, Mapping) or not isinstance(part.get("type"), str):
            raise Unreadable(at, part, "a part with a type")
        kind = part["type"]
        if kind == STEP:
            yield None
        elif kind == "reasoning":
            yield Thought(next((part[n] for n in ("text", "reasoning") if isinstance(part.get(n), str)), ""))
        elif isinstance(part.get("text"), str):
            yield Text(part["text"])
        elif kind == "tool-invocation" and isinstance(part.get("toolInvocation"), Mapping):
            yield from _ui_tool("dynamic-tool", part["toolInvocation"])
        elif kind in ("tool-call", "tool-result", "tool-error"):
            yield _model_tool(kind, part)
        elif kind.startswith("tool-") or kind == "dynamic-tool":
            yield from _ui_tool(kind, part)
        elif kind.startswith("source"):
            inner = part.get("source")
            yield _source(inner if isinstance(inner, Mapping) else part)
        elif not kind.startswith("data-"):
            yield Mark(kind)


def _source(source: Mapping[str, Any]) -> Passage:
    """Return the title and address of a source that the answer cites."""
    return Passage(" ".join(source[name] for name in ("title", "url", "filename") if isinstance(source.get(name), str)))


def _ui_tool(kind: str, part: Mapping[str, Any]) -> Iterator[Part]:
    """Yield the call of a tool part, and its result once there is one."""
    name = str(part.get("toolName") or "") if kind == "dynamic-tool" else kind.removeprefix("tool-")
    call = str(part.get("toolCallId") or "")
    yield Call(name, part.get("input", part.get("args", {})), call)
    state = part.get("state")
    if state in DONE or {"output", "result"} & set(part) or part.get("errorText"):
        failed = state in ("output-error", "output-denied") or bool(part.get("errorText"))
        given = part.get("errorText") or ("denied" if state == "output-denied" else "")
        given = given if failed else part.get("output", part.get("result"))
        yield Result("" if given is None else as_json_text(given), call, name, failed)


def _model_tool(kind: str, part: Mapping[str, Any]) -> Part:
    name, call = str(part.get("toolName") or ""), str(part.get("toolCallId") or "")
    if kind == "tool-call":
        return Call(name, part.get("input", part.get("args", {})), call)
    given = part.get("output", part.get("result", part.get("error")))
    typed = given if isinstance(given, Mapping) and "type" in given and "value" in given else None
    failed = kind == "tool-error" or (typed is not None and str(typed["type"]).startswith("error"))
    value = given if typed is None else typed["value"]
    return Result("" if value is None else as_json_text(value), call, name, failed)


READER = Reader(
    about="UI messages and model messages of the Vercel AI SDK",
    sign="messages with parts, or content with tool-call parts",
    recognise=recognise,
    read=read,
    sample={
        "messages": [
            {"role": "user", "parts": [{"type": "text", "text": "How many?"}]},
            {"role": "assistant", "parts": [{"type": "text", "text": "Seven."}]},
        ]
    },
    includes=("openai", "jsonl"),
)
