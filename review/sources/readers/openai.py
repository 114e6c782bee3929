"""Chat messages in the form of the OpenAI API: ``messages``, or logged calls with ``request`` and ``response``.

A completion with its messages beside it (``messages`` and ``choices`` in one object) is read as well, and so are calls
of Azure: an answer or a prompt that its filter stopped is an error of type ``content_filter`` with the categories.

Facts: see :mod:`review.sources.readers.openai_call`.
"""

from __future__ import annotations

from review.sources.readers import anthropic, litellm, openai_responses, plain, preference
from review.sources.readers.call_log import is_call, is_helicone, request_of, response_of
from review.sources.readers.dialects import CHAT, dialect
from review.sources.readers.fields import Fields, Record, messages_of
from review.sources.readers.openai_call import logged_call, metadata_of_call
from review.sources.readers.reader import Reader

OTHERS = (litellm, anthropic, openai_responses, preference)
"""Formats with messages of the same form, and marks of their own."""


def recognise(record: Record) -> bool:
    """Whether there are ``request.messages``, or ``messages`` with roles in a record that is not a plain log."""
    if is_helicone(record) or any(other.recognise(record) for other in OTHERS):
        return False
    request = request_of(record)
    if request is not None:
        return dialect(request.get("messages")) == CHAT
    return dialect(record.get("messages")) == CHAT and not plain.recognise(record)


def read(record: Record) -> Fields:
    """Read the messages, and of a logged call the first choice, the model, the token counts and the error."""
    request = request_of(record)
    if request is not None:
        return logged_call(record, request, response_of(record) or {})
    if "choices" in record:
        return _completion(record)
    fields = {name: record.get(name) for name in ("id", "model", "created_at") if record.get(name) is not None}
    return {**fields, "messages": messages_of(record.get("messages")), "metadata": metadata_of_call(record)}


_OF_A_COMPLETION = ("id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier")


def _completion(record: Record) -> Fields:
    """Read a completion that was logged with its messages in one object."""
    response = {name: record[name] for name in _OF_A_COMPLETION if name in record}
    rest = {name: value for name, value in record.items() if name not in (*_OF_A_COMPLETION, "messages", "tools")}
    return logged_call(rest, {"messages": record.get("messages")}, response)


READER = Reader(
    about="messages in JSONL, logged requests with their responses, or completions with their messages",
    sign="messages with roles, or request.messages and response",
    recognise=recognise,
    read=read,
    calls=is_call,
    sample={"messages": [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "Seven."}]},
)
