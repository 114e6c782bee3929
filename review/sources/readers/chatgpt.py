"""The data export of ChatGPT: a ``mapping`` of message nodes; the path to ``current_node`` is the conversation.

Other branches are edits that were abandoned. Hidden messages, thoughts and the user's profile are no turns; thoughts
become steps. A message to a recipient other than "all" is a tool call.

Facts: exported files and the open-source converters of them; OpenAI does not document the format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, object_of, parsed
from review.sources.readers.parts import Call, Mark, Part, Result, Text, Thought, Transcript
from review.sources.readers.reader import Reader

SKIPPED = ("user_editable_context", "model_editable_context", "reasoning_recap")
_NODE = {"parent", "children", "message"}


def recognise(record: Record) -> bool:
    """Whether ``mapping`` holds nodes with parent, children and message."""
    mapping = parsed(record.get("mapping"))
    first = next(iter(mapping.values()), None) if isinstance(mapping, Mapping) else None
    return isinstance(first, Mapping) and set(first) >= _NODE


def read(record: Record) -> Fields:
    """Read the messages on the path to the current node, the model that answered, title and time."""
    found, model = Transcript(), None
    for at, message in _path(record):
        parts = [part for part in _parts(message, at) if part != Text("")]
        role = _inner(message, "author").get("role")
        if not parts:
            continue
        if role == "tool":
            text = "\n".join(part.text if isinstance(part, Text) else f"[{part[0]}]" for part in parts)
            found.extend("assistant", [Result(text, name=str(_inner(message, "author").get("name") or ""))], at=at)
            continue
        if role != "assistant" or (found.says_something() and any(isinstance(p, Text) for p in parts)):
            found.close()
        found.extend(role, parts, at=at)
        if role != "assistant":
            found.close()
        slug = _inner(message, "metadata").get("model_slug")
        model = slug if isinstance(slug, str) and slug else model
    found.close()
    default = record.get("default_model_slug")
    title = record.get("title")
    return {
        "id": record.get("conversation_id") or record.get("id"),
        "created_at": record.get("create_time"),
        "model": model or (default if default != "auto" else None),
        "messages": found.messages,
        "steps": found.steps,
        "metadata": {"title": title} if title else {},
    }


def _path(record: Record) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the messages from the root to the current node, each with its place, without the hidden ones."""
    mapping = object_of("mapping", record.get("mapping"))
    name = record.get("current_node") or _newest_leaf(mapping)
    path: dict[str, Mapping[str, Any]] = {}
    while name is not None:
        node = mapping.get(str(name))
        if not isinstance(node, Mapping):
            raise Unreadable("mapping", name, "the id of a node of the mapping")
        if str(name) in path:
            raise Unreadable(f"mapping.{name}", name, "a tree; a node is its own ancestor")
        path[str(name)], name = node, node.get("parent")
    found = [(f"mapping.{name}.message", node.get("message")) for name, node in reversed(path.items())]
    return [(at, message) for at, message in found if isinstance(message, Mapping) and not _hidden(message)]


def _newest_leaf(mapping: Mapping[str, Any]) -> str | None:
    """Return the leaf with the latest message, for exports without a current node."""
    leaves = [name for name, node in mapping.items() if isinstance(node, Mapping) and not node.get("children")]
    times = {name: _inner(mapping[name], "message").get("create_time") for name in leaves}
    return max(leaves, key=lambda name: t if isinstance(t := times[name], int | float) else 0.0, default=None)


def _hidden(message: Mapping[str, Any]) -> bool:
    about, kind = _inner(message, "metadata"), _inner(message, "content").get("content_type")
    hidden = about.get("is_visually_hidden_from_conversation") is True or about.get("is_user_system_message") is True
    return hidden or message.get("weight") == 0 or kind in SKIPPED


def _parts(message: Mapping[str, Any], at: str) -> Iterator[Part]:
    content = _inner(message, "content")
    if content.get("content_type") == "thoughts":
        thoughts = content.get("thoughts")
        texts = [t.get("content") for t in thoughts if isinstance(t, Mapping)] if isinstance(thoughts, list) else []
        yield Thought("\n".join(text for text in texts if isinstance(text, str)))
        return
    recipient = message.get("recipient")
    words = [content[n] for n in ("text", "result") if isinstance(content.get(n), str)]
    given = content.get("parts")
    if recipient not in (None, "", "all"):
        texts = words or [p for p in (given if isinstance(given, list) else []) if isinstance(p, str)]
        yield Call(str(recipient), "".join(texts))
        return
    for part in given if isinstance(given, list) else words:
        if isinstance(part, str):
            yield Text(part)
        elif isinstance(part, Mapping) and isinstance(part.get("text"), str):
            yield Text(part["text"])
        elif isinstance(part, Mapping) and isinstance(part.get("content_type"), str):
            yield Mark(part["content_type"].partition("_")[0])
        else:
            raise Unreadable(f"{at}.content.parts", part, "text or an object with a content_type")


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


_NODES: dict[str, Any] = {
    name: {
        "parent": parent,
        "children": children,
        "message": {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}},
    }
    for name, parent, children, role, text in (
        ("1", None, ["2"], "user", "How many?"),
        ("2", "1", [], "assistant", "Seven."),
    )
}
READER = Reader(
    about="conversations of a ChatGPT data export",
    sign="a mapping of nodes with parent, children and message",
    recognise=recognise,
    read=read,
    sample={"conversation_id": "1", "mapping": _NODES, "current_node": "2"},
)
