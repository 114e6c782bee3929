"""tau-bench few-shot dialogues: a text ``messages_display`` whose turns begin with ``user:``, ``tool:`` and so on.

``assistant: None`` is a tool call; the format does not keep its name and arguments. The simulated user ends with the
marker ``###STOP###``. It is not part of the conversation: it is removed from the text and kept as metadata.
"""

from __future__ import annotations

import re

from review.basics.record import Unreadable
from review.sources.readers.fields import UNKNOWN_CALL, Fields, Record, message
from review.sources.readers.reader import Reader

_TURN = re.compile(r"^(system|user|assistant|tool): ?", re.MULTILINE)
_STOP = "###STOP###"


def recognise(record: Record) -> bool:
    """Whether there is a text ``messages_display``."""
    return isinstance(record.get("messages_display"), str)


def read(record: Record) -> Fields:
    """Split the text at the lines that begin with a speaker."""
    text = record.get("messages_display")
    if not isinstance(text, str) or not _TURN.match(text):
        raise Unreadable("messages_display", text, "text that begins with 'user:', 'assistant:', 'tool:' or 'system:'")
    pieces = _TURN.split(text)[1:]
    turns = zip(pieces[::2], pieces[1::2], strict=True)
    messages = [made for speaker, part in turns if (made := _turn(speaker, part)) is not None]
    metadata = {"ended_by": _STOP} if _STOP in text else {}
    return {"id": record.get("id"), "messages": messages, "metadata": metadata}


def _turn(speaker: str, text: str) -> Fields | None:
    text = text.removesuffix("\n")
    if speaker == "assistant" and text.strip() == "None":
        return message("assistant", None, tool_calls=[UNKNOWN_CALL])
    if speaker == "user" and _STOP in text:
        text = text.replace(_STOP, "").rstrip()
        if not text:
            return None
    return message(speaker, text)


READER = Reader(
    about="few-shot dialogues of tau-bench",
    sign="the text messages_display",
    recognise=recognise,
    read=read,
    sample={"messages_display": "user: How many?\nassistant: Seven."},
)
