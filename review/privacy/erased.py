"""What stands in the place of an erased text, and conversations without theirs. Pure.

A conversation that was erased keeps what figures count: its week, source, times, status, numbers, the names of model
and version, who spoke in which order, and the values of verdicts. Texts become ``ERASED``, where there were any.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from storage.records_log import ERASED_HASH, Conversation

ERASED = "[ERASED]"
ROLES = frozenset(("system", "user", "assistant", "tool", "developer", "function"))
THUMBS = frozenset(("up", "down", "copied", "edited"))
"""Words of feedback that are counted; others are a person's own."""
_EMPTY: dict[str, Any] = {"context": [], "tags": [], "metadata": {}, "checks": {}, "sql": None, "result": None}


def blanked(value: Any) -> Any:
    """Return a value of a fixed shape with ``ERASED`` in place of each text that is not empty; keys stay."""
    if isinstance(value, str):
        return ERASED if value else value
    if isinstance(value, Mapping):
        return {key: blanked(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [blanked(v) for v in value]
    return value


def erased_content(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that hold texts of a conversation, those of them that were given, without their texts."""
    found = {name: value for name, value in _EMPTY.items() if name in content}
    if "messages" in content:
        found["messages"] = [_message(message) for message in content["messages"]]
    if "steps" in content:
        found["steps"] = [{"kind": ERASED} for _ in content["steps"]]
    return found


def erased_conversation(found: Conversation, values: Collection[str] = ()) -> Conversation:
    """Return a conversation as an erasure leaves it; of its verdicts only ``values`` and numbers stay."""
    content = erased_content({"messages": found.messages, "steps": found.steps})
    return replace(
        found,
        messages=tuple(content["messages"]),
        steps=tuple(content["steps"]),
        context=(),
        sql=None,
        result=None,
        error_message=ERASED if found.error_message else None,
        feedback=erased_feedback(found.feedback),
        tags=(),
        metadata={},
        verdicts=erased_verdicts(found.verdicts, values),
        checks={},
        content_hash=ERASED_HASH,
    )


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    role = message.get("role")
    said = bool(message.get("content") or message.get("tool_calls"))
    return {"role": role if role in ROLES else "user", "content": ERASED if said else ""}


def erased_verdicts(verdicts: Mapping[str, Any], values: Collection[str]) -> dict[str, Any]:
    """Return the verdicts of a conversation with those values alone that are numbers or among the known ``values``."""
    found: dict[str, Any] = {}
    for judge, judged in verdicts.items():
        cells = judged.items() if isinstance(judged, Mapping) else ()
        found[judge] = {name: _cell(cell, values) for name, cell in cells}
    return found


def _cell(cell: Any, values: Collection[str]) -> Any:
    if isinstance(cell, Mapping):
        kept = {name: _cell(cell[name], values) for name in ("value", "score") if name in cell}
        return kept or None
    if isinstance(cell, list | tuple):
        return [one for one in (_cell(c, values) for c in cell) if one is not None]
    return cell if not isinstance(cell, str) or cell in values else None


def erased_feedback(feedback: str | None) -> str | None:
    """Return the words of feedback that are counted, None without one."""
    if feedback is None:
        return None
    words = [word for part in feedback.split(",") if (word := part.strip().lower()) in THUMBS]
    return ",".join(words) or None
