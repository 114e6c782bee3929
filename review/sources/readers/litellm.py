"""Logs of the LiteLLM proxy (StandardLoggingPayload): ``messages``, ``response`` in the OpenAI form, times and cost.

The session is the trace id: one conversation may be several calls. A failed call has an empty response.

Facts: a run of litellm 1.110 with its own logger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.sources.readers.call_log import failure, tokens
from review.sources.readers.fields import Fields, Record, parsed, text_of
from review.sources.readers.openai_call import logged_call
from review.sources.readers.reader import Reader


def recognise(record: Record) -> bool:
    """Whether the keys of this logger are there."""
    return "litellm_call_id" in record or {"call_type", "model_group", "response"} <= set(record)


def read(record: Record) -> Fields:
    """Read messages and answer, times in milliseconds, tokens, cost, tags, user, session and the error."""
    response = parsed(record.get("response"))
    response = response if isinstance(response, Mapping) else {}
    error = _error(record)
    call = {"metadata": {}, "error": error or None, "model": record.get("model")}
    found = logged_call(call, {"messages": record.get("messages")}, response)
    spent = not error
    return {
        **found,
        "id": record.get("id") or record.get("litellm_call_id"),
        "created_at": record.get("startTime"),
        "latency_ms": _milliseconds(record.get("response_time")),
        **(tokens("tokens_in", record.get("prompt_tokens")) if spent else {}),
        **(tokens("tokens_out", record.get("completion_tokens")) if spent else {}),
        "cost": record.get("response_cost") if spent else None,
        "tags": record.get("request_tags"),
        "user_id": text_of("end_user", record.get("end_user")) or _user(record),
        "session_id": record.get("session_id") or record.get("trace_id"),
    }


def _milliseconds(seconds: Any) -> float | None:
    timed = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 0
    return round(seconds * 1000, 3) if timed else None


def _error(record: Record) -> Fields:
    """Return the error as {type, message}; nothing when the call succeeded."""
    if record.get("status") != "failure" and not record.get("error_str"):
        return {}
    given = parsed(record.get("error_information"))
    known = given if isinstance(given, Mapping) else {}
    named = failure({**known, "message": known.get("error_message")}, kinds=("error_class", "error_code"))
    said = named.get("error_message") or record.get("error_str") or "the call failed"
    return {"type": named.get("error_type"), "message": str(said)}


def _user(record: Record) -> str | None:
    parameters = parsed(record.get("model_parameters"))
    user = parameters.get("user") if isinstance(parameters, Mapping) else None
    return user if isinstance(user, str) and user else None


READER = Reader(
    about="calls as the LiteLLM proxy logs them",
    sign="litellm_call_id, or call_type with model_group",
    recognise=recognise,
    read=read,
    sample={
        "litellm_call_id": "1",
        "messages": [{"role": "user", "content": "How many?"}],
        "response": {"choices": [{"message": {"role": "assistant", "content": "Seven."}}]},
    },
)
