"""OpenAssistant messages as flat rows, in any order: ``parent_id`` names the message that a row replies to.

The rows of one tree are put together, and then read as :mod:`review.sources.readers.oasst` reads a tree. A message
whose parent is not in the file is left out with what follows it, and counted.

Facts: the dataset cards of OpenAssistant/oasst1 and oasst2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers import oasst
from review.sources.readers.fields import Fields, Record, text_of
from review.sources.readers.reader import TraceReader

APART = "a message whose parent is not in the file: left out with the replies to it"


def recognise(record: Record) -> bool:
    """Whether a row is one message of a tree."""
    return {"message_id", "parent_id", "text"} <= set(record) and record.get("role") in oasst.ROLES


def key(record: Record) -> str:
    """Return the id of the tree; a first message without one begins its own."""
    names = ("message_tree_id", *(("message_id",) if _is_first(record) else ()))
    found = next((text for name in names if (text := text_of(name, record.get(name)))), None)
    if found is None:
        raise Unreadable("message_tree_id", None, "the id of a tree of messages")
    return found


def _is_first(record: Record) -> bool:
    return record.get("parent_id") in (None, "", "null", "None")


def assemble(records: Sequence[Record]) -> list[Fields | Unreadable]:
    """Return each path from the first message to a last reply. Raises Unreadable for rows without a first message."""
    rows = {str(row.get("message_id")): _typed(row) for row in records}
    replies: dict[str, list[dict[str, Any]]] = {}
    for row in rows.values():
        if not _is_first(row):
            replies.setdefault(str(row.get("parent_id")), []).append(row)
    for name, row in rows.items():
        row["replies"] = sorted(replies.get(name, ()), key=lambda reply: str(reply.get("message_id")))
    roots = [row for row in rows.values() if _is_first(row)]
    if not roots:
        raise Unreadable("parent_id", f"{len(rows)} replies without the prompt", "a message without a parent")
    found = [one for root in roots for one in oasst.read({"message_tree_id": key(records[0]), "prompt": root})]
    apart = sum(str(row.get("parent_id")) not in rows for row in rows.values() if not _is_first(row))
    first = next((one for one in found if isinstance(one, dict)), None)
    if first is not None and apart:
        first["notes"] = [APART] * apart
    return found


def _typed(row: Record) -> dict[str, Any]:
    """Return a row with truth values where a table has them as text."""
    words: Mapping[str, bool | None] = {"true": True, "false": False, "": None, "none": None, "null": None}
    flags = {name: row.get(name) for name in ("deleted", "review_result", "synthetic")}
    texts = {name: words.get(value.strip().lower()) for name, value in flags.items() if isinstance(value, str)}
    return {**row, **texts}


READER = TraceReader(
    about="messages of OpenAssistant as flat rows, put together by tree",
    sign="message_id, parent_id, text and a role prompter or assistant",
    recognise=recognise,
    key=key,
    assemble=assemble,
    sample=(
        {"message_tree_id": "1", "message_id": "2", "parent_id": "1", "text": "Seven.", "role": "assistant"},
        {"message_tree_id": "1", "message_id": "1", "parent_id": None, "text": "How many?", "role": "prompter"},
    ),
)
