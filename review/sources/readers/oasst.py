"""OpenAssistant trees: one conversation for each path from the prompt to a last reply.

Deleted messages, and those that a review turned down, are left out with what follows them. The rank that people gave
to the last reply among its siblings (0 is best) stays in the metadata.

Facts: the schema of oasst-data in LAION-AI/Open-Assistant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, each, message, parsed
from review.sources.readers.reader import Reader

ROLES = {"prompter": "user", "assistant": "assistant"}
DEEPEST = 200
Node = Mapping[str, Any]


def recognise(record: Record) -> bool:
    """Whether there is a tree with a prompt and its replies."""
    prompt = parsed(record.get("prompt"))
    return "message_tree_id" in record and isinstance(prompt, Mapping) and "text" in prompt


def read(record: Record) -> list[Fields | Unreadable]:
    """Read each path as a conversation with the id TREE/LAST MESSAGE."""
    prompt = parsed(record.get("prompt"))
    if not isinstance(prompt, Mapping) or not _kept(prompt):
        raise Unreadable("prompt", prompt, "a prompt that was not deleted or turned down")
    tree = record.get("message_tree_id")
    return each(_paths([prompt]), lambda path: _conversation(path, tree))


def _paths(path: list[Node]) -> Iterator[list[Node]]:
    if len(path) > DEEPEST:
        raise Unreadable("prompt.replies", len(path), f"at most {DEEPEST} messages in a row")
    replies = path[-1].get("replies")
    further = [r for r in replies if isinstance(r, Mapping) and _kept(r)] if isinstance(replies, list) else []
    if not further:
        yield path
    for reply in further:
        yield from _paths([*path, reply])


def _kept(node: Node) -> bool:
    return not node.get("deleted") and node.get("review_result") is not False


def _conversation(path: list[Node], tree: Any) -> Fields:
    last = path[-1]
    messages = []
    for node in path:
        role = node.get("role")
        if not isinstance(role, str) or role not in ROLES:
            raise Unreadable("role", role, "prompter or assistant")
        messages.append(message(ROLES[role], node.get("text"), at="text"))
    kept = {name: last[name] for name in ("rank", "synthetic") if last.get(name) is not None}
    return {
        "id": f"{tree}/{last.get('message_id')}",
        "created_at": path[0].get("created_date"),
        "language": path[0].get("lang"),
        "model": last.get("model_name"),
        "messages": messages,
        "metadata": kept,
    }


READER = Reader(
    about="message trees of OpenAssistant",
    sign="message_tree_id and a prompt with replies",
    recognise=recognise,
    read=read,
    sample={
        "message_tree_id": "1",
        "prompt": {
            "message_id": "1",
            "role": "prompter",
            "text": "How many?",
            "replies": [{"message_id": "2", "role": "assistant", "text": "Seven.", "replies": []}],
        },
    },
)
