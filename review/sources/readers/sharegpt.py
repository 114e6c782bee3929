"""ShareGPT: ``conversations`` of ``{from, value}``, with an optional ``system``.

Some vendors use the name for another shape, ``conversation`` of ``{human, assistant}``; it is read as well.
"""

from __future__ import annotations

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, as_json_text, is_list_of_objects, list_of, message, parsed
from review.sources.readers.reader import Reader


def recognise(record: Record) -> bool:
    """Whether there is a list of {from, value}, or of {human, assistant}, and no pair of answers after it."""
    if {"chosen", "rejected"} <= set(record):
        return False
    return is_list_of_objects(record.get("conversations"), ("from", "value")) or is_list_of_objects(
        record.get("conversation"), ("human", "assistant")
    )


def read(record: Record) -> Fields:
    """Read the turns in order after the system text; a function call becomes a tool call of the assistant."""
    if record.get("chosen") is not None or record.get("rejected") is not None:
        raise Unreadable("chosen", record.get("chosen"), "one conversation; this is a pair of preferences")
    kept = {name: record[name] for name in ("id", "model", "created_at") if record.get(name) is not None}
    return {**kept, "messages": messages_of(record)}


def messages_of(record: Record) -> list[Fields]:
    """Return the turns of a record in order after its system text."""
    messages = [message("system", record["system"])] if record.get("system") else []
    if "conversations" in record:
        turns = list_of("conversations", record["conversations"], "a list of turns {from, value}")
        messages += [_turn(turn, f"conversations.{i}") for i, turn in enumerate(turns)]
    else:
        pairs = list_of("conversation", record.get("conversation"), "a list of turns {human, assistant}")
        for i, pair in enumerate(pairs):
            if not isinstance(pair, dict) or not {"human", "assistant"} <= set(pair):
                raise Unreadable(f"conversation.{i}", pair, "an object with human and assistant")
            messages += [message(role, pair[role], at=f"conversation.{i}") for role in ("human", "assistant")]
    return messages


def _turn(turn: object, at: str) -> Fields:
    if not isinstance(turn, dict) or not {"from", "value"} <= set(turn):
        raise Unreadable(at, turn, "an object with from and value")
    if turn["from"] != "function_call":
        return message(turn["from"], turn["value"], at=at)
    call = parsed(turn["value"])
    known = call if isinstance(call, dict) else {}
    function = {
        "name": str(known.get("name", "not recorded")),
        "arguments": as_json_text(known.get("arguments", call)),
    }
    return message("assistant", None, at=at, tool_calls=[{"type": "function", "function": function}])


READER = Reader(
    about="`conversations` of `from` and `value`",
    sign="conversations of {from, value}",
    recognise=recognise,
    read=read,
    sample={"conversations": [{"from": "human", "value": "How many?"}, {"from": "gpt", "value": "Seven."}]},
)
