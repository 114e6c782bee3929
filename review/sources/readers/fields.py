"""What the readers of all formats share: the error for one record, and messages in one shape.

A message is ``{role, content[, name, tool_calls, tool_call_id]}``; roles are system, user, assistant and tool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from review.basics.record import Unreadable

Record = Mapping[str, Any]
Fields = dict[str, Any]

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "customer": "user",
    "assistant": "assistant",
    "agent": "assistant",
    "ai": "assistant",
    "bot": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "action": "tool",
}
"""Name of a role in a format -> our role."""

UNKNOWN_CALL = {"type": "function", "function": {"name": "not recorded", "arguments": ""}}
"""The tool call that is recorded when the source only says that there was one."""


def text_of(field: str, value: Any) -> str | None:
    """Return a text, or a number as text; None when empty. Raises Unreadable for nested JSON."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise Unreadable(field, value, "text")


def parsed(value: Any) -> Any:
    """Return the value of a cell that holds JSON text; any other value unchanged."""
    if isinstance(value, str) and value[:1] in ("{", "[") and value.rstrip()[-1:] in ("}", "]"):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def list_of(field: str, value: Any, expected: str) -> list[Any]:
    """Return a list, possibly from JSON text; raises Unreadable for anything else."""
    value = parsed(value)
    if not isinstance(value, list | tuple):
        raise Unreadable(field, value, expected)
    return list(value)


def object_of(field: str, value: Any, expected: str = "a JSON object") -> dict[str, Any]:
    """Return a dict with text keys, possibly from JSON text or pairs; raises Unreadable for anything else."""
    value = parsed(value)
    if isinstance(value, list) and value and all(isinstance(p, tuple) and len(p) == 2 for p in value):
        value = dict(value)
    if type(value) is not dict and not isinstance(value, Mapping):  # the first test is ten times as fast
        raise Unreadable(field, value, expected)
    return {str(key): item for key, item in value.items()}


def message(role: Any, content: Any, *, at: str = "messages", **more: Any) -> Fields:
    """Return one message in our shape, without the additions that are empty."""
    known = ROLES.get(role.strip().lower()) if isinstance(role, str) else None
    if known is None:
        raise Unreadable(f"{at}.role", role, f"one of {', '.join(ROLES)}")
    result: Fields = {"role": known, "content": content_text(content, at=f"{at}.content")}
    result.update({key: value for key, value in more.items() if value})
    return result


def content_text(content: Any, *, at: str) -> str:
    """Return the text of a message's content: of a list of parts the texts, and the type of each other part."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple):
        return "\n".join(_part_text(part, at) for part in content)
    raise Unreadable(at, content, "text or a list of parts")


def _part_text(part: Any, at: str) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        text = next((part[key] for key in ("text", "content", "refusal") if isinstance(part.get(key), str)), None)
        if text is not None:
            return str(text)
        if isinstance(part.get("type"), str):
            return f"[{part['type']}]"
    raise Unreadable(at, part, "a part with text or a type")


def messages_of(value: Any, *, at: str = "messages") -> list[Fields]:
    """Return chat messages in our shape; raises Unreadable with the position of a message that cannot be read."""
    return [_chat_message(item, f"{at}.{i}") for i, item in enumerate(list_of(at, value, "a list of messages"))]


def _chat_message(item: Any, at: str) -> Fields:
    if not isinstance(item, Mapping):
        raise Unreadable(at, item, "an object with role and content")
    if "role" not in item:
        raise Unreadable(at, item, "an object with role and content")
    calls = item.get("tool_calls")
    if not calls and item.get("function_call"):
        calls = [{"type": "function", "function": item["function_call"]}]
    if calls is not None and not (isinstance(calls, list) and all(isinstance(c, Mapping) for c in calls)):
        raise Unreadable(f"{at}.tool_calls", calls, "a list of objects")
    content = item.get("content")
    if content in (None, "") and isinstance(item.get("refusal"), str):
        content = item["refusal"]
    if content is None and not calls and "content" not in item:
        raise Unreadable(at, item, "an object with role and content")
    return message(
        item["role"],
        content,
        at=at,
        name=text_of(f"{at}.name", item.get("name")),
        tool_calls=calls,
        tool_call_id=text_of(f"{at}.tool_call_id", item.get("tool_call_id")),
    )


def each(items: Iterable[Any], read: Callable[[Any], Fields]) -> list[Fields | Unreadable]:
    """Return what each of some entries holds, or why it cannot be read."""
    found: list[Fields | Unreadable] = []
    for item in items:
        try:
            found.append(read(item))
        except Unreadable as error:
            found.append(error)
    return found


def as_json_text(value: Any) -> str:
    """Return a text unchanged, anything else as compact JSON."""
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def is_list_of_objects(value: Any, keys: Iterable[str] = ()) -> bool:
    """Whether ``value`` is a list, possibly as JSON text, whose first element is an object with these keys."""
    value = parsed(value)
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping) and set(keys) <= set(value[0])
