"""Chat messages wherever a trace tool recorded them, in the forms of several providers and of OpenTelemetry.

A trace mixes what its tools write, so each message is read by its own marks. What is no list of messages is None here,
never an error: then a question or an answer is looked for as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from review.sources.readers.fields import ROLES, Fields, as_json_text
from review.sources.readers.span_texts import PLAIN, texts_alone
from review.sources.readers.span_values import called_with, mapping_of, opened

_CALLS = ("tool_call", "tool_use", "tool-call", "function_call", "functionCall")
_RESULTS = ("tool_call_response", "tool_result", "tool-result", "function_call_output", "functionResponse")
_THOUGHTS = ("reasoning", "thinking", "redacted_thinking", "reasoning_content")
_PARTS = (*_CALLS, *_RESULTS, *_THOUGHTS)
_CONTENT = ("content", "parts", "tool_calls", "data")
_LISTS = ("messages", "input_messages", "contents", "chat_history", "input", "output")


@dataclass
class Talk:
    """Messages in our shape, and what the model thought, which is no message."""

    messages: list[Fields] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)


def talk_in(value: Any, *, role: str | None = None) -> Talk | None:
    """Return the messages that a value holds, None when it holds none.

    ``role`` is that of a message without one, such as the content of an answer.
    """
    if type(value) is not list:
        value = called_with(value)
    simple = texts_alone(value) if type(value) is list else None
    if simple:
        return Talk(simple)
    listed = _listed(value)
    if not listed:
        return None
    talk = Talk()
    for item in listed:
        if not _add(talk, opened(item), role):
            return None
    return talk


def _listed(value: Any) -> list[Any]:
    """Return the messages of a value as they were recorded."""
    if isinstance(value, list):
        if value and isinstance(value[0], list):
            return _listed(value[0])
        return value if value and all(_is_message(opened(item)) for item in value) else []
    if not isinstance(value, dict):
        return []
    if _is_message(value):
        return [value]
    for name, inner in (("choices", "message"), ("candidates", "content")):
        first = _first(value.get(name))
        if isinstance(first, dict) and isinstance(first.get(inner), dict):
            return [{"role": "assistant", **first[inner]}]
    generation = _first(_first(value.get("generations")))
    if isinstance(generation, dict):
        said = generation.get("message")
        return [{"role": "assistant", **said} if isinstance(said, dict) else {"role": "assistant", **generation}]
    for name in _LISTS:
        found = _listed(opened(value.get(name)))
        if found:
            return found
    return []


def _first(value: Any) -> Any:
    value = opened(value)
    return value[0] if isinstance(value, list) and value else None


def _is_message(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    if "kwargs" in item and _lc(item) is not None:
        return True
    kind = item.get("type")
    if kind is not None and kind in ("function_call", "function_call_output", "reasoning"):
        return True
    word = item.get("role", kind)
    known = isinstance(word, str) and word.lower() in ROLES
    return known and ("content" in item or "parts" in item or "tool_calls" in item or "data" in item)


def _lc(item: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """Return type and fields of a message that LangChain serialised with its constructor."""
    kwargs = item.get("kwargs")
    if not isinstance(kwargs, dict):
        return None
    named = item.get("id")
    word = str(named[-1]) if isinstance(named, list) and named else str(kwargs.get("type") or item.get("role") or "")
    return word.removesuffix("Chunk").removesuffix("Message").lower() or "ai", kwargs


def _add(talk: Talk, item: Mapping[str, Any], role: str | None) -> bool:
    """Add one message with its calls, results and thoughts; False when its role is unknown."""
    built = _lc(item) if "kwargs" in item else None
    if built is not None:
        word, item = built
    elif isinstance(item.get("data"), dict):
        word, item = str(item.get("type")), item["data"]
    else:
        word = str(item.get("role") or item.get("type") or role or "")
    if "role" not in item and item.get("type") in _PARTS:
        parts: Any = [item]
        word = "assistant"
    else:
        parts = item.get("parts", item.get("content", item.get("text")))
    known = ROLES.get(word.lower())
    if known is None:
        return False
    if known == "tool" and not _has_result(parts):
        content = parts if isinstance(parts, str) else _texts(parts)
        talk.messages.append(_result(content, item.get("tool_call_id") or item.get("id"), item.get("name")))
        return True
    made: Fields = {"role": known, "content": "", **({"name": str(item["name"])} if item.get("name") else {})}
    results: list[Fields] = []
    _fill(made, results, talk.thoughts, parts)
    if not item.keys() <= PLAIN:
        for call in _calls(item):
            made.setdefault("tool_calls", []).append(call)
    thought = item.get("reasoning_content") or item.get("reasoning")
    if isinstance(thought, str) and thought:
        talk.thoughts.append(thought)
    if not made["content"] and isinstance(item.get("refusal"), str):
        made["content"] = item["refusal"]
    if made["content"] or made.get("tool_calls") or not results:
        talk.messages.append(made)
    talk.messages.extend(results)
    return True


def _has_result(parts: Any) -> bool:
    return isinstance(parts, list) and any(isinstance(p, dict) and _kind(p) in _RESULTS for p in parts)


def _kind(part: Mapping[str, Any]) -> str:
    kind = part.get("type")
    if isinstance(kind, str):
        return kind
    return next((name for name in ("functionCall", "functionResponse") if name in part), "text")


def _fill(made: Fields, results: list[Fields], thoughts: list[str], parts: Any) -> None:
    """Put the parts of a content into a message."""
    for part in parts if isinstance(parts, list) else [parts]:
        if part is None or part == "":
            continue
        if not isinstance(part, dict):
            made["content"] += part if isinstance(part, str) else as_json_text(part)
            continue
        kind = _kind(part)
        named = part.get(kind)
        inner: Mapping[str, Any] = named if isinstance(named, dict) else part
        if kind in _CALLS:
            made.setdefault("tool_calls", []).append(_call(inner))
        elif kind in _RESULTS:
            content = next((inner[k] for k in ("response", "content", "result", "output") if k in inner), None)
            results.append(_result(content, _id(inner), inner.get("name") or inner.get("toolName")))
        elif kind in _THOUGHTS or part.get("thought") is True:
            thoughts += [text for text in (_text(part),) if text]
        else:
            text = _text(part)
            made["content"] += text if text is not None else _mark(made, kind)


def _mark(made: Fields, kind: str) -> str:
    """Stand for a part without text, such as an image."""
    return f"\n[{kind}]" if made["content"] else f"[{kind}]"


def _text(part: Mapping[str, Any]) -> str | None:
    for name in ("text", "content", "thinking", "reasoning", "refusal"):
        if isinstance(part.get(name), str):
            return str(part[name])
    summary = part.get("summary")
    if isinstance(summary, list):
        return "\n".join(str(item["text"]) for item in summary if isinstance(item, dict) and item.get("text"))
    return None


def _texts(parts: Any) -> str:
    """Return the content of a tool message as text."""
    parts = opened(parts)
    if isinstance(parts, list) and all(isinstance(p, str) or (isinstance(p, dict) and _text(p)) for p in parts):
        return "".join(p if isinstance(p, str) else _text(p) or "" for p in parts)
    return "" if parts is None else as_json_text(parts)


def _result(content: Any, call: Any, name: Any) -> Fields:
    made: Fields = {"role": "tool", "content": content if isinstance(content, str) else _texts(content)}
    made |= {"name": str(name)} if name else {}
    return made | ({"tool_call_id": str(call)} if call else {})


def _id(part: Mapping[str, Any]) -> Any:
    return next((part[k] for k in ("tool_use_id", "toolCallId", "call_id", "tool_call_id", "id") if part.get(k)), None)


def _call(part: Mapping[str, Any]) -> Fields:
    inner = part.get("function")
    function: Mapping[str, Any] = inner if isinstance(inner, dict) else part
    name = next((function[k] for k in ("name", "toolName") if function.get(k)), "not recorded")
    given: Any = next((function[k] for k in ("arguments", "input", "args") if function.get(k) is not None), {})
    call = _id(part)
    return tool_call(str(name), given, None if call is None else str(call))


def tool_call(name: str, arguments: Any, call: str | None = None) -> Fields:
    """Return a tool call in the form of the OpenAI API, which is ours."""
    named = {"id": call} if call else {}
    return {**named, "type": "function", "function": {"name": name, "arguments": as_json_text(arguments)}}


def _calls(item: Mapping[str, Any]) -> list[Fields]:
    listed = item.get("tool_calls") or mapping_of(item.get("additional_kwargs")).get("tool_calls")
    if not listed and isinstance(item.get("function_call"), dict):
        listed = [item["function_call"]]
    listed = [*(listed if isinstance(listed, list) else []), *(item.get("invalid_tool_calls") or [])]
    return [_call(call.get("tool_call", call)) for call in listed if isinstance(call, dict)]
