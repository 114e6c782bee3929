"""Messages of LangChain: from ``messages_to_dict``, ``dumpd`` or ``model_dump``.

Model and token counts come from the answers; tokens of several model calls are added up.

Facts: the package langchain-core 1.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers import plain
from review.sources.readers.call_log import beside
from review.sources.readers.dialects import LANGCHAIN, dialect
from review.sources.readers.fields import Fields, Record, as_json_text, list_of
from review.sources.readers.parts import Call, Mark, Part, Passage, Result, Text, Thought, Transcript
from review.sources.readers.reader import Reader

TOOL_KINDS = ("tool", "function")
_CALLS = ("tool_use", "tool_call", "function_call", "input_json_delta", "server_tool_call")
_THOUGHTS = ("thinking", "reasoning", "redacted_thinking", "reasoning_content")


def recognise(record: Record) -> bool:
    """Whether messages have the types or the constructors of LangChain."""
    return dialect(record.get("messages")) == LANGCHAIN


def read(record: Record) -> Fields:
    """Read the messages, tool calls, model and tokens; the record's other fields as in a plain log."""
    found, made = conversation(record.get("messages"))
    fields = beside(record)
    steps = fields.get("steps")
    fields.setdefault("context", found.context)
    turns = {name: record[name] for name in ("question", "answer") if name in record}
    return {
        **made,
        **fields,
        "messages": plain.with_turns(found.messages, turns),
        "steps": [*(steps if isinstance(steps, list) else []), *found.steps],
    }


def conversation(messages: Any) -> tuple[Transcript, Fields]:
    """Return LangChain messages as a transcript, and the model and tokens that they tell."""
    found, told = Transcript(), Fields()
    for i, one in enumerate(list_of("messages", messages, "a list of messages")):
        at = f"messages.{i}"
        kind, data = _kind(one, at)
        if kind == "remove":
            continue
        content = data.get("content")
        if kind in TOOL_KINDS:
            failed = data.get("status") == "error"
            text = _plain_text(content, at)
            call, name = str(data.get("tool_call_id") or ""), str(data.get("name") or "")
            found.add("tool", [*documents(data.get("artifact")), Result(text, call, name, failed)], at=at)
            continue
        found.add(kind, [*_parts(content, at), *_calls(data, at)], at=at)
        _tell(told, data)
    return found, told


def documents(value: Any) -> Iterator[Passage]:
    """Yield the texts of LangChain documents, as they are or dumped; nothing for anything else."""
    for one in value if isinstance(value, list) else ():
        inner = one.get("kwargs") if isinstance(one, Mapping) and "lc" in one else one
        if isinstance(inner, Mapping):
            inner = inner.get("page_content", inner.get("pageContent"))
        if isinstance(inner, str):
            yield Passage(inner)


def _kind(one: Any, at: str) -> tuple[str, Mapping[str, Any]]:
    """Return the role word of a message and its fields, in any of the three shapes."""
    if not isinstance(one, Mapping):
        raise Unreadable(at, one, "a message of LangChain")
    if "lc" in one:
        named, data = one.get("id"), one.get("kwargs")
        word = named[-1] if isinstance(named, list) and named else None
    elif isinstance(one.get("data"), Mapping):
        word, data = one.get("type"), one["data"]
    else:
        word, data = one.get("type") or one.get("role"), one
    if not isinstance(word, str) or not isinstance(data, Mapping):
        raise Unreadable(at, one, "a message with a type")
    word = word.removesuffix("Chunk").removesuffix("Message").lower() or "chat"
    return (str(data.get("role") or "user") if word == "chat" else word), data


def _parts(content: Any, at: str) -> Iterator[Part]:
    if content is None:
        return
    if isinstance(content, str):
        yield Text(content)
        return
    for part in list_of(f"{at}.content", content, "text or a list of parts"):
        kind = part.get("type") if isinstance(part, Mapping) else None
        if isinstance(part, str):
            yield Text(part)
        elif kind in _THOUGHTS:
            yield Thought(next((str(part[n]) for n in ("thinking", "reasoning", "text") if part.get(n)), ""))
        elif isinstance(part, Mapping) and isinstance(part.get("text"), str):
            yield Text(part["text"])
        elif isinstance(kind, str):
            if kind not in _CALLS:
                yield Mark(kind)
        else:
            raise Unreadable(f"{at}.content", part, "a part with text or a type")


def _plain_text(content: Any, at: str) -> str:
    """Return a tool's content as text."""
    if content is None or isinstance(content, str):
        return content or ""
    typed = isinstance(content, list) and all(
        isinstance(p, str) or (isinstance(p, Mapping) and "type" in p) for p in content
    )
    if not typed:
        return as_json_text(content)
    return "\n".join(p.text if isinstance(p, Text | Thought) else f"[{p[0]}]" for p in _parts(content, at))


def _calls(data: Mapping[str, Any], at: str) -> Iterator[Call]:
    """Yield the tool calls, also those whose arguments were no JSON; older messages keep them in the OpenAI form."""
    listed = [*_list(data.get("tool_calls")), *_list(data.get("invalid_tool_calls"))]
    extra = data.get("additional_kwargs")
    if not listed and isinstance(extra, Mapping):
        listed = _list(extra.get("tool_calls")) or _list(
            [extra["function_call"]] if extra.get("function_call") else None
        )
    for call in listed:
        if not isinstance(call, Mapping):
            raise Unreadable(f"{at}.tool_calls", call, "an object with name and args")
        inner = call.get("function")
        function = inner if isinstance(inner, Mapping) else call
        name, given = function.get("name"), function.get("args", function.get("arguments", {}))
        yield Call(str(name or ""), given, str(call.get("id") or ""))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tell(told: Fields, data: Mapping[str, Any]) -> None:
    usage, response = data.get("usage_metadata"), data.get("response_metadata")
    if isinstance(usage, Mapping):
        for ours, theirs in (("tokens_in", "input_tokens"), ("tokens_out", "output_tokens")):
            count = usage.get(theirs)
            if isinstance(count, int) and not isinstance(count, bool):
                told[ours] = told.get(ours, 0) + count
    if isinstance(response, Mapping):
        model = response.get("model_name") or response.get("model")
        told |= {"model": model} if isinstance(model, str) else {}


READER = Reader(
    about="messages of LangChain, from messages_to_dict, dumpd or model_dump",
    sign="messages with a LangChain type (human, ai) or constructor",
    recognise=recognise,
    read=read,
    sample={"messages": [{"type": "human", "content": "How many?"}, {"type": "ai", "content": "Seven."}]},
)
