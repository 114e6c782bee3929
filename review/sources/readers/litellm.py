"""Logs of the LiteLLM proxy (StandardLoggingPayload): ``messages``, ``response`` in the OpenAI form, times and cost.

Calls with one trace id are one conversation: an agent sends its growing history with each call. The call with the
longest history holds all turns; tokens, cost and time of all calls are added up. Rows stand in any order.

Facts: a run of litellm 1.110 with its own logger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.basics.record import Unreadable
from review.basics.times import read_time
from review.sources.readers.call_log import failure, tokens
from review.sources.readers.fields import Fields, Record, each, list_of, parsed, text_of
from review.sources.readers.openai_call import logged_call
from review.sources.readers.reader import TraceReader

APART = "a call of a trace that its longest call does not continue: its turns are left out, its tokens and cost counted"
SUMS = ("latency_ms", "tokens_in", "tokens_out", "cost")


def recognise(record: Record) -> bool:
    """Whether the keys of this logger are there."""
    return "litellm_call_id" in record or {"call_type", "model_group", "response"} <= set(record)


def key(record: Record) -> str:
    """Return the trace of a call, else its session or its own id."""
    names = ("trace_id", "session_id", "litellm_call_id", "id")
    found = next((text for name in names if (text := text_of(name, record.get(name)))), None)
    if found is None:
        raise Unreadable("trace_id", None, "a trace_id, session_id or litellm_call_id")
    return found


def assemble(records: Sequence[Record]) -> list[Fields | Unreadable]:
    """Read the call with the longest history; the latest of several alike."""
    unique = {record.get("litellm_call_id") or i: record for i, record in enumerate(records)}
    calls = sorted(unique.values(), key=_order)
    found = each(calls, _call)
    read = [one for one in found if isinstance(one, dict)]
    refused = [one for one in found if isinstance(one, Unreadable)]
    if not read:
        return [*refused]
    whole = dict(read[-1])
    whole["id"] = key(calls[-1])
    times = [(moment, one["created_at"]) for one in read if (moment := read_time(one["created_at"]))]
    whole["created_at"] = min(times)[1] if times else None
    whole["steps"] = [step for one in read for step in one.get("steps") or []]
    for name in SUMS:
        counts = [one[name] for one in read if isinstance(one.get(name), int | float)]
        whole[name] = sum(counts) if counts else None
    apart = sum(not _continued(one, whole) for one in read)
    if apart:
        whole["notes"] = [*whole.get("notes", ()), *[APART] * apart]
    return [whole, *refused]


def _continued(call: Fields, whole: Fields) -> bool:
    """Return whether a call is the beginning of the longest one; its answer may have been asked for again."""
    asked = [turn for turn in call["messages"] if turn.get("role") != "assistant"]
    return asked == [turn for turn in whole["messages"] if turn.get("role") != "assistant"][: len(asked)]


def _order(record: Record) -> tuple[int, float]:
    messages, started = parsed(record.get("messages")), record.get("startTime")
    length = len(messages) if isinstance(messages, list) else 0
    return length, started if isinstance(started, int | float) else 0.0


def _call(record: Record) -> Fields:
    """Read one call: messages and answer, time in milliseconds, tokens, cost, tags, user, session and the error."""
    response = parsed(record.get("response"))
    response = response if isinstance(response, Mapping) else {}
    error = _error(record)
    messages = list_of("messages", record.get("messages"), "a list of messages")
    found = logged_call({"error": error or None, "model": record.get("model")}, {"messages": messages}, response)
    spent = not error
    return {
        **found,
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


READER = TraceReader(
    about="calls as the LiteLLM proxy logs them",
    sign="litellm_call_id, or call_type with model_group",
    recognise=recognise,
    key=key,
    assemble=assemble,
    sample=(
        {
            "litellm_call_id": "1",
            "messages": [{"role": "user", "content": "How many?"}],
            "response": {"choices": [{"message": {"role": "assistant", "content": "Seven."}}]},
        },
    ),
)
