"""Rows that tell something of conversations that stand elsewhere: a thumb, a comment, an error, tags, verdicts.

A row names a conversation by the id of the source, or by its trace. It has no question and no messages, and no field
of another kind: a row that has more is another format.
"""

from __future__ import annotations

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, text_of
from review.sources.readers.reader import Reader
from review.sources.readers.thumbs import thumb_of

IDS = ("conversation_id", "conversation", "trace_id", "traceId", "trace", "source_id", "id")
"""Names of the id of a conversation, the most telling first."""
THUMBS = ("feedback", "thumb", "thumbs", "user_feedback")
TOLD = ("status", "error_type", "error_message", "tags", "verdicts")
TIMES = ("created_at", "timestamp", "at")
BESIDE = ("comment", *TIMES, "user_id", "session_id", "source", "copied", "edited")


def recognise(record: Record) -> bool:
    """Whether there are an id, something told of it, and nothing else."""
    names = {name for name, value in record.items() if value is not None}
    told = names & {*THUMBS, *TOLD} - {"status", "tags"}
    return bool(told) and bool(names & {*IDS}) and names <= {*IDS, *THUMBS, *TOLD, *BESIDE}


def read(record: Record) -> Fields:
    """Read what is told and when; the comment and the time are an entry among the scores of the conversation."""
    name = next((text for field in IDS if (text := text_of(field, record.get(field)))), None)
    if name is None:
        raise Unreadable("id", None, f"the id of a conversation under one of {', '.join(IDS)}")
    given = next((record[field] for field in THUMBS if record.get(field) not in (None, "")), None)
    marks = {field: True for field in ("copied", "edited") if record.get(field) in (True, "true", 1, "1")}
    found: Fields = {field: record[field] for field in TOLD if record.get(field) not in (None, "")}
    thumb = thumb_of(given)
    if marks:
        found["feedback"] = {"thumb": thumb, **marks}
    elif given is not None:
        found["feedback"] = thumb or given
    comment = text_of("comment", record.get("comment"))
    if not found and not comment:
        raise Unreadable("feedback", None, f"one of {', '.join((*THUMBS, *TOLD, 'comment'))}")
    entry = {"name": "comment", "comment": comment, "at": record.get("created_at") or record.get("at")}
    kept = {key: value for key, value in entry.items() if value is not None}
    moment = next((record[field] for field in TIMES if record.get(field) not in (None, "")), None)
    told: Fields = {"late": True, "id": name, "created_at": moment, "messages": []}
    return {**told, **found, "metadata": {"scores": [kept]} if comment else {}}


READER = Reader(
    about="rows with the id of a conversation that is in the log, and a thumb, an error, tags or verdicts",
    sign="the id of a conversation with feedback, an error or verdicts, and no messages",
    recognise=recognise,
    read=read,
    sample={"conversation_id": "1", "feedback": "down"},
    tells=True,
)
