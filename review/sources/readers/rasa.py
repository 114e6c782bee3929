"""Trackers of Rasa: ``sender_id`` with ``events``. Each session of a sender is a conversation.

Own actions (``action_...``) are tool calls; listening, sessions and utterances are not. A rewind or restart takes back
what it takes back in Rasa. A rejected action is an error.

Facts: rasa-sdk, which loads such trackers, and the event names of the Rasa documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, is_list_of_objects, list_of, text_of
from review.sources.readers.parts import Call, Mark, Text, Transcript
from review.sources.readers.reader import Reader

NO_TOOLS = ("action_listen", "action_session_start", "action_restart", "action_back", "action_default_fallback")
REJECTED = "action_execution_rejected"
Event = Mapping[str, Any]


def recognise(record: Record) -> bool:
    """Whether there is a sender with a list of events."""
    return "sender_id" in record and is_list_of_objects(record.get("events"), ("event",))


def read(record: Record) -> list[Fields]:
    """Read the sessions that hold a message, oldest first; a later session has its number in the id."""
    sender = text_of("sender_id", record.get("sender_id")) or ""
    sessions = [s for s in _sessions(record) if any(e.get("event") in ("user", "bot") for e in s)]
    if not sessions:
        raise Unreadable("events", None, "at least one event of the user or the bot")
    many = [_conversation(events) for events in sessions]
    for number, found in enumerate(many, 1):
        found["id"] = sender if number == 1 else f"{sender}/{number}"
        found["session_id"] = sender
    return many


def _sessions(record: Record) -> list[list[Event]]:
    """Return the events of each session, without those that were taken back."""
    sessions: list[list[Event]] = [[]]
    for i, event in enumerate(list_of("events", record.get("events"), "a list of events")):
        if not isinstance(event, Mapping):
            raise Unreadable(f"events.{i}", event, "an event")
        kind, current = event.get("event"), sessions[-1]
        if kind == "session_started":
            sessions.append([])
        elif kind == "restart":
            current.clear()
        elif kind == "rewind":
            del current[max((k for k, e in enumerate(current) if e.get("event") == "user"), default=0) :]
        elif kind == "undo":
            del current[-1:]
        else:
            current.append(event)
    return sessions


def _conversation(events: list[Event]) -> Fields:
    found, failure, intents = Transcript(), Fields(), []
    for event in events:
        kind, name = event.get("event"), event.get("name")
        if kind == "user":
            found.close()
            text = event.get("text")
            found.add("user", [Text(text)] if isinstance(text, str) and text else [], at="events")
            intents.append(_intent(event))
            failure = {}
        elif kind == "bot":
            if found.says_something():
                found.close()
            text = event.get("text")
            found.extend(
                "assistant", [Text(text) if isinstance(text, str) and text else Mark("attachment")], at="events"
            )
        elif kind == "action" and isinstance(name, str) and name.startswith("action_") and name not in NO_TOOLS:
            found.extend("assistant", [Call(name, {})], at="events")
        elif kind == REJECTED:
            failure = {"status": "error", "error_type": text_of("name", name), "error_message": REJECTED}
    found.close()
    named = list(dict.fromkeys(intent for intent in intents if intent))
    return {
        **failure,
        "created_at": next((e["timestamp"] for e in events if e.get("timestamp")), None),
        "scenario": named[0] if named else None,
        "tags": named,
        "messages": found.messages,
    }


def _intent(event: Event) -> str | None:
    parse = event.get("parse_data")
    intent = parse.get("intent") if isinstance(parse, Mapping) else None
    name = intent.get("name") if isinstance(intent, Mapping) else None
    return name if isinstance(name, str) else None


READER = Reader(
    about="conversation trackers of Rasa",
    sign="sender_id and events",
    recognise=recognise,
    read=read,
    sample={
        "sender_id": "1",
        "events": [{"event": "user", "text": "How many?"}, {"event": "bot", "text": "Seven."}],
    },
)
