"""Parts of a message as APIs write them (text, tool call, result, thought, passage, image), put together as messages.

Each reader turns its own kinds of parts into these; the transcript decides what becomes one message. Texts of one
message are joined without a separator, because APIs split an answer anywhere. A tool result is a message of its own
with the role tool. Thoughts are steps, retrieved passages the context, and neither is part of an answer. What is no
text leaves a mark such as ``[image]``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from review.basics.record import Unreadable
from review.sources.readers.fields import ROLES, Fields, as_json_text

NO_NAME = "not recorded"


class Text(NamedTuple):
    """Words of a message."""

    text: str


class Mark(NamedTuple):
    """Something that is no text, by its kind: image, audio, file."""

    kind: str


class Thought(NamedTuple):
    """What a model thought before it answered; "" when the source hides it."""

    text: str


class Passage(NamedTuple):
    """A document, or a part of one, that was retrieved for the answer."""

    text: str


class Call(NamedTuple):
    """A tool call; arguments that are no text are kept as JSON."""

    name: str
    arguments: Any
    id: str = ""


class Result(NamedTuple):
    """What a tool gave back, and whether it failed."""

    content: str
    id: str = ""
    name: str = ""
    failed: bool = False


Part = Text | Mark | Thought | Passage | Call | Result


def tool_call(name: str, arguments: Any, id: str = "") -> Fields:
    """Return a tool call as messages hold it."""
    call: Fields = {"type": "function", "function": {"name": name or NO_NAME, "arguments": as_json_text(arguments)}}
    return {"id": id, **call} if id else call


def thinking(text: str) -> Fields:
    """Return the step of a thought."""
    return {"name": "thinking", "kind": "thinking", "output": text or "[not shown by the source]"}


@dataclass(kw_only=True)
class Transcript:
    """The messages, steps and retrieved passages of a conversation, filled part by part."""

    messages: list[Fields] = field(default_factory=list)
    steps: list[Fields] = field(default_factory=list)
    context: list[str] = field(default_factory=list)
    _open: Fields | None = None
    _ends_with_text: bool = False
    _tools: dict[str, str] = field(default_factory=dict)

    def add(self, role: Any, parts: Iterable[Part], *, at: str, name: str = "") -> None:
        """Add a message with its parts. Raises Unreadable for an unknown role."""
        self.close()
        self.extend(role, parts, at=at, name=name)
        self.close()

    def extend(self, role: Any, parts: Iterable[Part], *, at: str, name: str = "") -> None:
        """Add parts to the open message of the same role; without one, open a message."""
        known = ROLES.get(role.strip().lower()) if isinstance(role, str) else None
        if known is None:
            raise Unreadable(f"{at}.role", role, f"one of {', '.join(ROLES)}")
        if self._open is not None and self._open["role"] != known:
            self.close()
        for part in parts:
            if isinstance(part, Thought):
                self.steps.append(thinking(part.text))
            elif isinstance(part, Passage):
                if part.text and part.text not in self.context:
                    self.context.append(part.text)
            elif isinstance(part, Result):
                self.close()
                self._result(part)
            else:
                self._put(known, part, name)

    def says_something(self) -> bool:
        """Whether the open message has text already."""
        return self._open is not None and bool(self._open["content"])

    def close(self) -> None:
        """End the open message; one without text and calls is dropped."""
        if self._open is not None and (self._open["content"] or self._open.get("tool_calls")):
            self.messages.append(self._open)
        self._open, self._ends_with_text = None, False

    def _put(self, role: str, part: Text | Mark | Call, name: str) -> None:
        if self._open is None:
            self._open = {"role": role, "content": "", **({"name": name} if name else {})}
        if isinstance(part, Call):
            self._open.setdefault("tool_calls", []).append(tool_call(part.name, part.arguments, part.id))
            self._tools[part.id] = part.name
            return
        words = part.text if isinstance(part, Text) else f"[{part.kind}]"
        before = self._open["content"]
        glued = not before or (isinstance(part, Text) and self._ends_with_text)
        self._open["content"] = before + words if glued else f"{before}\n{words}"
        self._ends_with_text = isinstance(part, Text)

    def _result(self, result: Result) -> None:
        name = result.name or self._tools.get(result.id, "") if result.id else result.name
        made: Fields = {"role": "tool", "content": result.content}
        made |= {"name": name} if name else {}
        made |= {"tool_call_id": result.id} if result.id else {}
        self.messages.append(made)
        if result.failed:
            self.steps.append({"name": name or NO_NAME, "kind": "tool", "error": result.content})
