"""The plain log: named fields in JSONL, CSV or Parquet; a mapping reaches fields under other names.

Unknown fields are kept under ``metadata``.
"""

from __future__ import annotations

from dataclasses import replace

from review.basics.record import Unreadable
from review.sources.readers.dialects import CHAT, dialect
from review.sources.readers.fields import Fields, Record, is_list_of_objects, messages_of, object_of, text_of
from review.sources.readers.reader import Reader
from review.sources.readers.sql_calls import query_in_calls

TEXT = (
    *("error_type", "error_message", "model", "prompt_version", "variant", "scenario", "language", "sql"),
    *("user_id", "session_id"),
)
CONTENT = ("id", "created_at", "context", "steps", "result", "status", "feedback", "verdicts", "tags")
NUMBERS = (
    *("repair_rounds", "repaired", "confidence", "low_confidence", "latency_ms"),
    *("tokens_in", "tokens_out", "cost", "retries"),
)
TURNS = ("question", "answer", "messages")
FIELDS = frozenset((*TEXT, *CONTENT, *NUMBERS, *TURNS, "metadata"))
"""The fields of a plain log, which ``--map`` may fill."""

SHARED_WITH_CHATS = frozenset({"messages", "metadata", "model"})
OF_CALLS = frozenset({"choices", "litellm_call_id", "stop_reason"})
"""Keys of a logged API call: with one of them, messages are no plain log."""
PAIR = frozenset({"chosen", "rejected"})
"""Keys of a pair of answers, which is no plain log even with a question."""


def recognise(record: Record) -> bool:
    """Whether there is a question, or messages beside at least one field that only a plain log has."""
    if PAIR.issubset(record):
        return False
    if "question" in record:
        return True
    if dialect(record.get("messages")) not in (CHAT, None) or not OF_CALLS.isdisjoint(record):
        return False
    return is_list_of_objects(record.get("messages")) and bool((FIELDS - SHARED_WITH_CHATS) & set(record))


def read(record: Record) -> Fields:
    """Keep the known fields, turn question and answer into messages, and collect the rest as metadata."""
    fields = {name: value for name, value in record.items() if name in FIELDS and name not in TURNS}
    extra = {name: value for name, value in record.items() if name not in FIELDS and value is not None}
    metadata = fields.get("metadata")
    fields["metadata"] = {**extra, **(object_of("metadata", metadata) if metadata not in (None, "") else {})}
    fields["messages"] = _messages(record)
    if not fields.get("sql") and record.get("messages"):
        given = {name: value for name, value in fields.items() if value not in (None, "")}
        return {**fields, **query_in_calls(fields["messages"]), **given}
    return fields


def _messages(record: Record) -> list[Fields]:
    messages = record.get("messages")
    if messages not in (None, "", []):
        if record.get("question") or record.get("answer"):
            return with_turns(messages_of(messages), record)
        return messages_of(messages)
    question = text_of("question", record.get("question"))
    if question is None:
        raise Unreadable("question", record.get("question"), "the user's question as text, or messages")
    return with_turns([], record)


def with_turns(messages: list[Fields], record: Record) -> list[Fields]:
    """Return the prior messages followed by the record's question and answer, unless they already end with these."""
    turns = [
        ("user", text_of("question", record.get("question"))),
        ("assistant", text_of("answer", record.get("answer"))),
    ]
    new: list[Fields] = [{"role": role, "content": text} for role, text in turns if text is not None]
    before = [m for m in messages if m["role"] in ("user", "assistant") and m["content"]]
    if new and [(m["role"], m["content"]) for m in before[-len(new) :]] == [(m["role"], m["content"]) for m in new]:
        return messages
    return messages + new


JSONL = Reader(
    about="a plain log, one conversation a row",
    sign="the fields of a plain log (question, or messages beside others)",
    recognise=recognise,
    read=read,
    sample={"id": "1", "question": "How many?", "answer": "Seven."},
)
CSV = PARQUET = replace(JSONL, sign="the columns of a plain log (question, or messages)")
