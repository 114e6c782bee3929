"""Schema-Guided Dialogue: a JSON array of dialogues with ``turns`` of speaker, utterance and frames.

A service call of the system becomes a tool call, and its results a tool message before the utterance. The active
intents of the user turns become tags in order of appearance; the first is the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, as_json_text, is_list_of_objects, list_of, message, parsed
from review.sources.readers.reader import Reader

SPEAKERS = {"USER": "user", "SYSTEM": "assistant"}


def recognise(record: Record) -> bool:
    """Whether ``turns`` have speaker and utterance."""
    return is_list_of_objects(record.get("turns"), ("speaker", "utterance"))


def read(record: Record) -> Fields:
    """Read the messages, and the intents of the user turns."""
    messages: list[Fields] = []
    intents: list[str | None] = []
    for i, turn in enumerate(list_of("turns", record.get("turns"), "a list of turns")):
        at = f"turns.{i}"
        if not isinstance(turn, Mapping) or turn.get("speaker") not in SPEAKERS:
            raise Unreadable(at, turn, "an object with speaker USER or SYSTEM")
        frames = [f for f in turn.get("frames") or [] if isinstance(f, Mapping)]
        messages += [m for frame in frames for m in _service_call(frame)]
        messages.append(message(SPEAKERS[turn["speaker"]], turn.get("utterance"), at=at))
        if turn["speaker"] == "USER":
            intents.append(_intent(frames))
    named = list(dict.fromkeys(i for i in intents if i))
    return {
        "id": record.get("dialogue_id"),
        "messages": messages,
        "scenario": named[0] if named else None,
        "tags": named,
        "metadata": {"services": parsed(record.get("services")) or [], "intents": intents},
    }


def _intent(frames: list[Mapping[str, Any]]) -> str | None:
    """Return the active intent of a user turn; with several services, the first intent counts."""
    states = [frame.get("state") for frame in frames]
    found = (state.get("active_intent") for state in states if isinstance(state, Mapping))
    return next((str(intent) for intent in found if intent and intent != "NONE"), None)


def _service_call(frame: Mapping[str, Any]) -> list[Fields]:
    call = frame.get("service_call")
    if not isinstance(call, Mapping):
        return []
    name = str(call.get("method", "not recorded"))
    function = {"name": name, "arguments": as_json_text(call.get("parameters", {}))}
    return [
        message("assistant", None, tool_calls=[{"type": "function", "function": function}]),
        message("tool", as_json_text(frame.get("service_results", [])), name=name),
    ]


READER = Reader(
    about="dialogues of the Schema-Guided Dialogue collection",
    sign="turns with speaker and utterance",
    recognise=recognise,
    read=read,
    sample={
        "dialogue_id": "1",
        "turns": [{"speaker": "USER", "utterance": "How many?"}, {"speaker": "SYSTEM", "utterance": "Seven."}],
    },
)
