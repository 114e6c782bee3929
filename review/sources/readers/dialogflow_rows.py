"""Turns of Dialogflow CX as rows, as its export to BigQuery writes them: one turn a row, in any order.

The turns of one conversation are put in their order and read as :mod:`review.sources.readers.dialogflow` reads a
conversation. The thumb of the last turn that has one is its feedback.

Facts: cloud.google.com/dialogflow/cx/docs/concept/export-bq (table description) and the type AnswerFeedback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers import dialogflow
from review.sources.readers.fields import Fields, Record, parsed, text_of
from review.sources.readers.reader import TraceReader

THUMBS = {"THUMBS_UP": "up", "THUMBS_DOWN": "down"}


def recognise(record: Record) -> bool:
    """Whether a row is one turn of a conversation."""
    return {"conversation_name", "turn_position", "response"} <= set(record)


def key(record: Record) -> str:
    """Return the name of the conversation."""
    found = text_of("conversation_name", record.get("conversation_name"))
    if found is None:
        raise Unreadable("conversation_name", None, "the name of a conversation")
    return found


def assemble(records: Sequence[Record]) -> list[Fields]:
    """Read the turns from the oldest on; of turns with one position the last row counts."""
    turns = [row for _, row in sorted({_position(row): row for row in records}.items())]
    newest_first = [{name: row.get(name) for name in ("request", "response")} for row in reversed(turns)]
    first = turns[0]
    found = dialogflow.read({"name": key(first), "interactions": newest_first})
    thumbs = [thumb for row in turns if (thumb := _thumb(row.get("bot_answer_feedback")))]
    more = {"feedback": thumbs[-1]} if thumbs else {}
    return [{**found, **more, "created_at": first.get("request_time"), "language": first.get("language_code")}]


def _position(record: Record) -> int:
    given = record.get("turn_position")
    try:
        return int(str(given))
    except ValueError:
        raise Unreadable("turn_position", given, "the number of a turn") from None


def _thumb(value: Any) -> str | None:
    feedback = parsed(value)
    rating = feedback.get("rating") if isinstance(feedback, Mapping) else None
    return THUMBS.get(rating) if isinstance(rating, str) else None


READER = TraceReader(
    about="turns of Dialogflow CX as its export to BigQuery writes them, put together by conversation",
    sign="conversation_name, turn_position and response",
    recognise=recognise,
    key=key,
    assemble=assemble,
    sample=(
        {
            "conversation_name": "conversations/1",
            "turn_position": 1,
            "request": {"queryInput": {"text": {"text": "How many?"}}},
            "response": {"queryResult": {"responseMessages": [{"text": {"text": ["Seven."]}}]}},
        },
    ),
)
