"""Chat messages in the form of the OpenAI API: ``messages``, or logged calls with ``request`` and ``response``."""

from __future__ import annotations

from collections.abc import Mapping

from review.basics.record import Unreadable
from review.sources.readers import plain
from review.sources.readers.fields import Fields, Record, is_list_of_objects, messages_of, object_of, parsed
from review.sources.readers.reader import Reader


def recognise(record: Record) -> bool:
    """Whether there are ``request.messages``, or ``messages`` with roles in a record that is not a plain log."""
    request = parsed(record.get("request"))
    if isinstance(request, Mapping) and is_list_of_objects(request.get("messages"), ("role",)):
        return True
    return is_list_of_objects(record.get("messages"), ("role",)) and not plain.recognise(record)


def read(record: Record) -> Fields:
    """Read the messages, and of a logged call the first choice, the model and the token counts."""
    if isinstance(parsed(record.get("request")), Mapping):
        return _logged_call(record)
    fields = {name: record.get(name) for name in ("id", "model", "created_at") if record.get(name) is not None}
    return {**fields, "messages": messages_of(record.get("messages")), "metadata": _metadata(record)}


def _logged_call(record: Record) -> Fields:
    request = object_of("request", record["request"])
    response = object_of("response", record.get("response") or {})
    messages = messages_of(request.get("messages"), at="request.messages")
    fields: Fields = {
        "id": record.get("id") or response.get("id"),
        "created_at": next(
            (v for v in (record.get("created_at"), record.get("timestamp"), response.get("created")) if v is not None),
            None,
        ),
        "model": response.get("model") or request.get("model"),
        "metadata": _metadata(record) | _metadata(request),
    }
    error = parsed(record.get("error") or response.get("error"))
    if error:
        named = error if isinstance(error, Mapping) else {"message": str(error)}
        fields |= {"status": "error", "error_type": named.get("type"), "error_message": named.get("message")}
    usage = response.get("usage")
    if isinstance(usage, Mapping):
        fields |= {"tokens_in": usage.get("prompt_tokens"), "tokens_out": usage.get("completion_tokens")}
    choices = parsed(response.get("choices"))
    if is_list_of_objects(choices, ("message",)):
        messages += messages_of([choices[0]["message"]], at="response.choices.0.message")
    elif not error:
        raise Unreadable("response.choices", choices, "a list whose first element has a message")
    return {**fields, "messages": messages}


def _metadata(record: Record) -> Fields:
    metadata = record.get("metadata")
    return object_of("metadata", metadata) if metadata else {}


READER = Reader(
    about="messages in JSONL, or logged requests with their responses",
    sign="messages with roles, or request.messages and response",
    recognise=recognise,
    read=read,
    sample={"messages": [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "Seven."}]},
)
