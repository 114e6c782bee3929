"""Conversations of Dialogflow CX: ``interactions``, newest first, each with a request and a response.

A failed webhook of the last turn is an error. A turn that matched nothing is tagged ``NO_MATCH``.

Facts: google-cloud-dialogflow-cx 2.9, whose v3beta1 Conversation parses such files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.sources.readers.fields import Fields, Record, is_list_of_objects, list_of, object_of, parsed, text_of
from review.sources.readers.parts import Mark, Part, Text, Transcript
from review.sources.readers.reader import Reader


def recognise(record: Record) -> bool:
    """Whether there are interactions with request and response."""
    return is_list_of_objects(record.get("interactions"), ("request", "response"))


def read(record: Record) -> Fields:
    """Read the turns from the oldest on, language, time, and the error of the last turn."""
    found, matches, failure = Transcript(), [], Fields()
    interactions = list_of("interactions", record.get("interactions"), "a list of interactions")
    for i, one in enumerate(reversed(interactions)):
        at = f"interactions.{len(interactions) - 1 - i}"
        turn = object_of(at, one)
        asked = _inner(object_of(f"{at}.request", turn.get("request") or {}), "queryInput")
        result = _inner(object_of(f"{at}.response", turn.get("response") or {}), "queryResult")
        found.add("user", [_question(asked, result)], at=at)
        answer = _answer(result)
        found.add("assistant", [Text(answer)] if answer else [], at=at)
        matches.append(_inner(result, "match").get("matchType"))
        failure = _failed(result)
    name = text_of("name", record.get("name")) or ""
    return {
        **failure,
        "id": name.rpartition("/")[2],
        "session_id": name.rpartition("/")[2],
        "created_at": record.get("startTime"),
        "language": record.get("languageCode"),
        "tags": ["NO_MATCH"] if "NO_MATCH" in matches else [],
        "messages": found.messages,
    }


def _question(asked: Mapping[str, Any], result: Mapping[str, Any]) -> Part:
    """Return what the user said, or the kind of input that has no words."""
    words = _inner(asked, "text").get("text") or result.get("text") or result.get("transcript")
    if isinstance(words, str) and words:
        return Text(words)
    return Mark(next((kind for kind in ("event", "dtmf", "intent", "audio") if kind in asked), "input"))


def _answer(result: Mapping[str, Any]) -> str:
    """Return the texts of the response, a line for each."""
    texts: list[str] = []
    messages = result.get("responseMessages")
    for one in messages if isinstance(messages, list) else []:
        text = _inner(one, "text").get("text") if isinstance(one, Mapping) else None
        texts += [words for words in text if isinstance(words, str)] if isinstance(text, list) else []
    return "\n".join(texts)


def _failed(result: Mapping[str, Any]) -> Fields:
    statuses = result.get("webhookStatuses")
    bad = [s for s in statuses if isinstance(s, Mapping) and s.get("code")] if isinstance(statuses, list) else []
    if not bad:
        return {}
    said = bad[-1].get("message")
    return {
        "status": "error",
        "error_type": f"webhook {bad[-1]['code']}",
        "error_message": said if isinstance(said, str) else None,
    }


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = parsed(value.get(name))
    return found if isinstance(found, Mapping) else {}


READER = Reader(
    about="conversations of Dialogflow CX",
    sign="interactions with request and response",
    recognise=recognise,
    read=read,
    sample={
        "name": "conversations/1",
        "interactions": [
            {
                "request": {"queryInput": {"text": {"text": "How many?"}}},
                "response": {"queryResult": {"responseMessages": [{"text": {"text": ["Seven."]}}]}},
            }
        ],
    },
)
