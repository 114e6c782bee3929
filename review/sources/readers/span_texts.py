"""Messages that have a role and texts and nothing else, as nearly all that trace tools record."""

from __future__ import annotations

from typing import Any

from review.sources.readers.fields import ROLES, Fields

PLAIN = {"role", "content", "parts", "finish_reason"}
"""The fields of a message that calls no tool outside of its content."""


def texts_alone(value: list[Any]) -> list[Fields] | None:
    """Return the messages of a list, None where one of them has more than a role and texts: then all are read anew."""
    made: list[Fields] = []
    for item in value:
        if type(item) is not dict or not item.keys() <= PLAIN:
            return None
        role = item.get("role")
        known = (ROLES.get(role) or ROLES.get(role.lower())) if type(role) is str else None
        content = item["parts"] if "parts" in item else item.get("content")
        text = content if type(content) is str else _text_parts(content)
        if known is None or known == "tool" or text is None:
            return None
        made.append({"role": known, "content": text})
    return made


def _text_parts(parts: Any) -> str | None:
    """Return the text of parts of the type text, None for anything else."""
    if type(parts) is not list:
        return None
    texts = []
    for part in parts:
        if type(part) is not dict or part.get("type") != "text" or "thought" in part:
            return None
        text = part.get("text")
        if text is None:
            text = part.get("content")
        if type(text) is not str:
            return None
        texts.append(text)
    return texts[0] if len(texts) == 1 else "".join(texts)
