"""Which API wrote a list of messages: told by marks that only one of them has.

A list without any mark is ``chat``: role and content, as most programs log it. The readers share this one function, so
no two of them claim the same list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.sources.readers.fields import parsed

CHAT, ANTHROPIC, AI_SDK, LANGCHAIN = "chat", "anthropic", "ai_sdk", "langchain"

LANGCHAIN_TYPES = frozenset(
    (
        *("human", "ai", "system", "tool", "function", "chat", "developer", "remove"),
        *(f"{name}MessageChunk" for name in ("Human", "AI", "System", "Tool", "Function", "Chat")),
    )
)
_ANTHROPIC = frozenset(("tool_use", "tool_result", "thinking", "redacted_thinking"))
_SERVER_TOOLS = ("_tool_use", "_tool_result")
_AI_SDK = frozenset(("tool-call", "tool-result", "reasoning", "tool-error"))
LOOKED_AT = 200
"""Messages of one list that are searched for a mark."""


def dialect(messages: Any) -> str | None:
    """Return who wrote the messages; None for what is no list of messages. Call with the value as it is in the file."""
    messages = parsed(messages)
    if not isinstance(messages, list | tuple) or not messages or not isinstance(messages[0], Mapping):
        return None
    found = (_mark(m) for m in messages[:LOOKED_AT] if isinstance(m, Mapping))
    marked = next((name for name in found if name), None)
    return marked or (CHAT if "role" in messages[0] else None)


def is_anthropic_part(kind: object) -> bool:
    """Whether only the Anthropic API writes parts of this type."""
    return isinstance(kind, str) and (kind in _ANTHROPIC or kind.endswith(_SERVER_TOOLS))


def _mark(message: Mapping[str, Any]) -> str | None:
    if "lc" in message and isinstance(message.get("kwargs"), Mapping):
        return LANGCHAIN
    if "role" not in message:
        known = message.get("type") in LANGCHAIN_TYPES and ("content" in message or "data" in message)
        return LANGCHAIN if known else None
    content = message.get("content")
    parts, calls = message.get("parts"), message.get("toolInvocations")
    if isinstance(parts, list) and (content is None or any(isinstance(p, Mapping) and "type" in p for p in parts)):
        return AI_SDK
    if isinstance(calls, list) and calls:
        return AI_SDK
    for part in content if isinstance(content, list) else ():
        if not isinstance(part, Mapping):
            continue
        if is_anthropic_part(part.get("type")) or (part.get("type") == "image" and "source" in part):
            return ANTHROPIC
        if part.get("type") in _AI_SDK:
            return AI_SDK
    return None
