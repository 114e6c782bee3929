"""Requests as Helicone exports them: ``request_body`` and ``response_body`` of any provider, and what it measured.

The bodies are read as the format of their provider; Helicone's names for the time, user, session, cost and the user's
thumb become ours. The id is that of the response, else of the request.

Facts: the schema HeliconeRequest of docs.helicone.ai (post-v1requestquery-clickhouse) and of @helicone/export 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers import anthropic, gemini, openai, openai_completions, openai_responses
from review.sources.readers.call_log import is_helicone
from review.sources.readers.fields import Fields, Record, object_of, parsed
from review.sources.readers.reader import Reader
from review.sources.readers.thumbs import thumb_of

BODIES = (anthropic.READER, openai_responses.READER, gemini.READER, openai_completions.READER, openai.READER)
"""The formats that bodies may have."""
NAMES = {
    "created_at": ("request_created_at",),
    "user_id": ("request_user_id", "helicone_user"),
    "latency_ms": ("delay_ms",),
    "tokens_in": ("prompt_tokens",),
    "tokens_out": ("completion_tokens",),
    "cost": ("costUSD", "cost"),
    "model": ("model", "response_model", "request_model"),
    "prompt_version": ("prompt_id",),
}
"""Field of ours -> what Helicone calls it, the likeliest first."""
SESSION = ("Helicone-Session-Id", "helicone-session-id")
DROPPED = frozenset(
    (
        *(name for names in NAMES.values() for name in names),
        *("request_body", "response_body", "request_properties", "properties", "feedback_rating", "signed_body_url"),
        *("assets", "asset_ids", "asset_urls", "embedding", "llmSchema", "total_tokens", "response_status"),
    )
)


def read(record: Record) -> list[Fields | Unreadable]:
    """Read the bodies as their provider's format does, with Helicone's own facts beside them."""
    given = {"request": _body(record, "request_body"), "response": _body(record, "response_body")}
    reader = next((one for one in BODIES if one.recognise(given)), None)
    if reader is None:
        missing = not given["request"]
        raise Unreadable(
            "request_body",
            "no body" if missing else f"the keys {', '.join(given['request'])[:200]}",
            "a request to OpenAI, Anthropic or Gemini; export with the bodies"
            if missing
            else "a request to OpenAI, Anthropic or Gemini",
        )
    found = reader.conversations(given | _failed(record, given["response"]))
    return [one if isinstance(one, Unreadable) else _with_facts(one, record) for one in found]


def _body(record: Record, name: str) -> Mapping[str, Any]:
    value = parsed(record.get(name))
    return value if isinstance(value, Mapping) else {}


def _failed(record: Record, response: Mapping[str, Any]) -> Fields:
    """Return the error of a call that ended with an HTTP status and no error in its body."""
    status = str(record.get("response_status") or "")
    if not status.isdecimal() or int(status) < 400 or response.get("error"):
        return {}
    return {"error": {"type": f"HTTP {status}", "message": None}}


def _with_facts(fields: Fields, record: Record) -> Fields:
    properties = parsed(record.get("request_properties") or record.get("properties"))
    properties = object_of("request_properties", properties) if properties else {}
    ours: Fields = {
        field: next((record[name] for name in names if record.get(name) not in (None, "")), None)
        for field, names in NAMES.items()
    }
    ours["session_id"] = next((properties[name] for name in SESSION if properties.get(name)), None)
    ours["feedback"] = thumb_of(record.get("feedback_rating"))
    kept = {name: value for name, value in record.items() if name not in DROPPED and value not in (None, "", {}, [])}
    metadata = {**kept, **properties, **(fields.get("metadata") or {})}
    known = {name: value for name, value in fields.items() if value not in (None, "")}
    measured = {name: ours[name] for name in ("created_at", "latency_ms", "cost") if ours[name] is not None}
    told = {name: value for name, value in ours.items() if value is not None}
    return {"id": record.get("request_id"), **told, **known, **measured, "metadata": metadata}


READER = Reader(
    about="requests as Helicone exports them, with their bodies",
    sign="request_id, request_created_at and request_body",
    recognise=is_helicone,
    read=read,
    calls=is_helicone,
    sample={
        "request_id": "1",
        "request_created_at": "2026-11-21T09:30:00Z",
        "request_body": {"model": "m", "messages": [{"role": "user", "content": "How many?"}]},
        "response_body": {"id": "1", "choices": [{"message": {"role": "assistant", "content": "Seven."}}]},
        "response_status": 200,
    },
)
