"""Conversations of Intercom: the first message is ``source.body``, the others are ``conversation_parts``.

A list of conversations holds no parts, so no answers, and is refused. Notes are internal and no turns. Bodies are HTML
and become text. The rating is the feedback, with the number that was given (1 to 5); its remark stays in the metadata.

Facts: the types of the package python-intercom 5.0 (Conversation, ConversationPart).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, parsed, text_of
from review.sources.readers.html_text import html_text
from review.sources.readers.parts import Text, Transcript
from review.sources.readers.reader import Reader

TEAM = ("admin", "bot", "team", "teammate", "operator")
KEPT = ("title", "state", "priority")


def recognise(record: Record) -> bool:
    """Whether there is a source with a body in a conversation or beside conversation parts."""
    source, parts = parsed(record.get("source")), parsed(record.get("conversation_parts"))
    whole = isinstance(parts, Mapping | list) or record.get("type") == "conversation"
    return isinstance(source, Mapping) and "body" in source and whole


def read(record: Record) -> Fields:
    """Read the turns, the customer, tags, rating and time."""
    if record.get("conversation_parts") is None:
        expected = "the parts of the conversation; a list or search leaves them out, so fetch each one by its id"
        raise Unreadable("conversation_parts", None, expected)
    found = Transcript()
    source = _inner(record, "source")
    parts = [source, *_listed(record, "conversation_parts")]
    for i, part in enumerate(parts):
        body = text_of(f"conversation_parts.{i}.body", part.get("body"))
        if not body or part.get("part_type") == "note":
            continue
        role = "assistant" if _inner(part, "author").get("type") in TEAM else "user"
        found.add(role, [Text(html_text(body))], at=f"conversation_parts.{i}")
    rating = _inner(record, "conversation_rating")
    contact = next(iter(_listed(record, "contacts")), _inner(source, "author"))
    metadata = {name: record[name] for name in KEPT if record.get(name) not in (None, "")}
    return {
        "id": record.get("id"),
        "created_at": record.get("created_at"),
        "user_id": contact.get("external_id") or contact.get("id"),
        "feedback": rating.get("rating"),
        "tags": [str(tag["name"]) for tag in _listed(record, "tags") if tag.get("name")],
        "messages": found.messages,
        "metadata": {**metadata, **({"feedback_comment": rating["remark"]} if rating.get("remark") else {})},
    }


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = parsed(value.get(name))
    return found if isinstance(found, Mapping) else {}


def _listed(record: Record, name: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list, which Intercom wraps in an object with the same name."""
    found = parsed(record.get(name))
    found = found.get(name) if isinstance(found, Mapping) else found
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


READER = Reader(
    about="conversations of Intercom",
    sign="source.body and conversation_parts",
    recognise=recognise,
    read=read,
    sample={
        "type": "conversation",
        "id": "1",
        "source": {"body": "<p>How many?</p>", "author": {"type": "user", "id": "2"}},
        "conversation_parts": {
            "conversation_parts": [{"part_type": "comment", "body": "<p>Seven.</p>", "author": {"type": "bot"}}]
        },
    },
)
