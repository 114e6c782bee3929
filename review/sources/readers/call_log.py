"""Logs of API calls: the request, the response, and the fields that a log keeps beside them.

Gateways and own wrappers name these differently (``request``, ``request_body``); the names are listed here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.basics.times import read_time
from review.sources.readers import plain
from review.sources.readers.fields import Fields, Record, object_of, parsed
from review.sources.readers.streamed import put_together

SECRETS = frozenset(
    (
        *("headers", "header", "request_headers", "response_headers", "authorization", "cookies", "api_key", "apiKey"),
        *("requester_ip_address", "ip", "ip_address", "user_api_key", "user_api_key_hash"),
    )
)
"""What logs of calls keep that has no place in a review: it is dropped, not kept as metadata."""
REQUEST = ("request", "request_body", "requestBody")
RESPONSE = ("response", "response_body", "responseBody")

ALSO_CALLED = {
    "created_at": ("createdAt", "timestamp", "requestTime", "request_time", "request_created_at", "start_time", "time"),
    "latency_ms": ("latencyMs", "duration_ms", "durationMs", "elapsed_ms", "delay_ms"),
    "user_id": ("userId", "end_user", "endUser", "user"),
    "session_id": ("sessionId", "conversation_id", "conversationId", "thread_id", "threadId", "session", "trace_id"),
    "cost": ("cost_usd", "total_cost", "totalCost"),
    "prompt_version": ("promptVersion", "prompt_id", "promptId"),
    "tags": ("request_tags",),
}
"""Field of ours -> its names in logs, looked for in the record and then in its metadata."""


def is_helicone(record: Record) -> bool:
    """Whether a record is a request as Helicone exports it, which has a reader of its own."""
    return {"request_id", "request_created_at", "request_body"} <= set(record)


def request_of(record: Record) -> Mapping[str, Any] | None:
    """Return the logged request, possibly from JSON text or inside ``body``; None without one."""
    return _body(record, REQUEST)


def response_of(record: Record) -> Mapping[str, Any] | None:
    """Return the logged response, possibly from JSON text, inside ``body`` or in pieces; None without one."""
    return _body(record, RESPONSE)


def answered(record: Record, fields: Fields, *, said: bool, reason: Any = None) -> Fields:
    """Return the fields of a logged call whose answer is there or failed, with a note on an empty one.

    ``said`` tells whether the model answered, ``reason`` why it ended. Raises Unreadable for a call that has neither an
    answer nor an error: its log is incomplete, and the question alone is no conversation to judge.
    """
    if said or fields.get("status") == "error":
        return fields
    if isinstance(reason, str) and reason:
        return {
            **fields,
            "notes": [*fields.get("notes", ()), f"no answer: the model ended with nothing said ({reason})"],
        }
    given = next((record[name] for name in RESPONSE if record.get(name) is not None), None)
    raise Unreadable("response", given, "a response with an answer, or an error that says why there is none")


FURTHER = "a further answer to the same call: not imported"


def further(answers: Any) -> Fields:
    """Return a note for each answer of a call after the first, which alone is read."""
    answers = parsed(answers)
    others = len(answers) - 1 if isinstance(answers, list) else 0
    return {"notes": [FURTHER] * others} if others > 0 else {}


def is_call(record: Record) -> bool:
    """Whether a record is one logged call, and not only its messages."""
    return request_of(record) is not None or "choices" in record or "candidates" in record


def _body(record: Record, names: tuple[str, ...]) -> Mapping[str, Any] | None:
    found = next((whole for name in names if (whole := _whole(record.get(name))) is not None), None)
    inner = _whole(found.get("body")) if found else None
    return found if inner is None else inner


def _whole(value: Any) -> Mapping[str, Any] | None:
    value = parsed(value)
    return value if isinstance(value, Mapping) else put_together(value)


def beside(record: Record, *used: str) -> Fields:
    """Return what a log keeps beside a call, as fields of a plain log: id, time, user, session, tags, cost, metadata.

    ``used`` are keys that the caller reads itself. A name and a version of a prompt become ``name@version``.
    """
    dropped = {*REQUEST, *RESPONSE, "error", *SECRETS, *used}
    left = {name: value for name, value in record.items() if name not in dropped}
    metadata = object_of("metadata", given) if (given := left.pop("metadata", None)) not in (None, "") else {}
    metadata = {name: value for name, value in metadata.items() if name not in SECRETS}
    fields: Fields = {}
    for field, others in ALSO_CALLED.items():
        found = _taken(field, others, left, metadata)
        if found is not None:
            fields[field] = found
    named = left.pop("prompt_name", None) or metadata.pop("prompt_name", None)
    if isinstance(named, str):
        version = fields.get("prompt_version")
        fields["prompt_version"] = named if version is None else f"{named}@{version}"
    known = [name for name in left if name in plain.FIELDS and name not in plain.TURNS]
    fields |= {name: left.pop(name) for name in known}
    rest = {name: value for name, value in left.items() if value is not None and name not in plain.TURNS}
    return {**fields, "metadata": {**rest, **metadata}}


def _taken(field: str, others: tuple[str, ...], *places: dict[str, Any]) -> Any:
    for place in places:
        for name in (field, *others):
            value = place.get(name)
            if value in (None, "") or (name != field and not _fits(field, value)):
                continue
            return place.pop(name)
    return None


def _fits(field: str, value: Any) -> bool:
    """Whether a value under another name can be the field; what cannot stays where it is."""
    if field == "created_at":
        return read_time(value) is not None
    if field in ("latency_ms", "cost"):
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if field == "tags":
        return isinstance(value, list)
    return isinstance(value, str | int) and not isinstance(value, bool)


def failure(error: Any, *, kinds: tuple[str, ...] = ("type", "code", "status")) -> Fields:
    """Return status, type and message of an error object, JSON text or sentence; nothing for an empty one."""
    error = parsed(error)
    if not error:
        return {}
    if not isinstance(error, Mapping):
        return {"status": "error", "error_message": str(error)}
    named = next((error[kind] for kind in kinds if error.get(kind) not in (None, "")), None)
    said = error.get("message") or error.get("error_message")
    message = said if isinstance(said, str) else None
    return {"status": "error", "error_type": None if named is None else str(named), "error_message": message}


ENDED_WELL = frozenset(
    ("stop", "end_turn", "stop_sequence", "tool_use", "tool_calls", "function_call", "completed", "pause_turn")
)


def ending(reason: Any) -> Fields:
    """Return the reason why a model stopped, for the metadata, when it is not the usual one (as ``max_tokens``)."""
    unusual = isinstance(reason, str) and reason and reason.lower() not in ENDED_WELL
    return {"finish_reason": reason} if unusual else {}


def tokens(field: str, *counts: Any) -> Fields:
    """Return the sum of token counts as a field; nothing when no count is there."""
    known = [n for n in counts if isinstance(n, int | float) and not isinstance(n, bool)]
    return {field: sum(known)} if known else {}
