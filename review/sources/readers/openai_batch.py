"""Batches of the OpenAI API: the lines of input, output and error files, joined by ``custom_id`` in any order.

The address of a request tells what its body is: a chat, or the Responses API. A request without its answer is refused,
because the first version of a conversation is the one that counts; so is an answer without its request.

Facts: openai 3.57 for the bodies, and the Batch API guide for the lines around them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.basics.record import Unreadable, Waits
from review.sources.readers.fields import Fields, Record
from review.sources.readers.reader import TraceReader
from review.sources.readers.span_messages import Talk, talk_in
from review.sources.readers.span_values import count_of, mapping_of, opened, words_of


def recognise(record: Record) -> bool:
    """Whether there are a custom id and a request or a response around a body."""
    return "custom_id" in record and ("body" in record or "response" in record or "error" in record)


def key(record: Record) -> str:
    """Return the custom id."""
    found = words_of(record.get("custom_id"))
    if found is None:
        raise Unreadable("custom_id", record.get("custom_id"), "the id of a request in the batch")
    return found


def assemble(records: Sequence[Record]) -> list[Fields]:
    """Return the conversation of one request. Raises Unreadable where its request or its answer is not there."""
    request = next((mapping_of(r.get("body")) for r in reversed(records) if "body" in r), None)
    if request is None:
        found = "an answer without its request"
        raise Unreadable("body", found, "the input file of the batch in the same import: it has the questions")
    # A request that was sent again after an error has two answers: the one that worked counts.
    replies = [r for r in records if "body" not in r]
    reply = next((r for r in reversed(replies) if not _error(r)), replies[-1] if replies else None)
    if reply is None:
        found = "a request that waits for its answer"
        raise Waits("response", found, "the output and error files of the batch in the same import")
    body = mapping_of(mapping_of(reply.get("response")).get("body"))
    asked, told = _asked(request), talk_in(body) or Talk()
    if asked is None:
        raise Unreadable("body", request, "messages, or an input of the Responses API")
    error = _error(reply)
    usage = mapping_of(body.get("usage"))
    return [
        {
            "id": key(records[0]),
            "created_at": body.get("created") or body.get("created_at"),
            "messages": [*asked.messages, *([] if error else _said(told))],
            "steps": [{"kind": "thinking", "output": text} for text in told.thoughts],
            "model": words_of(body.get("model")) or words_of(request.get("model")),
            "tokens_in": count_of(usage.get("prompt_tokens", usage.get("input_tokens"))),
            "tokens_out": count_of(usage.get("completion_tokens", usage.get("output_tokens"))),
            **error,
            "metadata": mapping_of(request.get("metadata")),
            "notes": ["no answer: the request failed"] if error else [],
        }
    ]


def _said(told: Talk) -> list[Fields]:
    """Return the messages of an answer; a reasoning item without a summary leaves an empty one."""
    return [m for m in told.messages if m.get("content") or m.get("tool_calls")]


def _asked(request: Mapping[str, Any]) -> Talk | None:
    """Return the messages of a request."""
    asked = talk_in(request, role="user")
    given = opened(request.get("input", request.get("prompt")))
    if asked is None and isinstance(given, str):
        asked = Talk([{"role": "user", "content": given}])
    system = request.get("instructions")
    if asked is not None and isinstance(system, str) and system:
        asked.messages.insert(0, {"role": "system", "content": system})
    return asked


def _error(record: Record) -> Fields:
    """Return status and error of an answer; nothing when it succeeded."""
    response = mapping_of(record.get("response"))
    body = mapping_of(response.get("body"))
    error = mapping_of(record.get("error")) or mapping_of(body.get("error"))
    code = response.get("status_code")
    if not error and not (isinstance(code, int) and code >= 400):
        return {}
    kind = words_of(error.get("type")) or words_of(error.get("code"))
    message = words_of(error.get("message")) or f"the request failed with status {code}"
    return {"status": "error", "error_type": kind, "error_message": message}


READER = TraceReader(
    about="batches of the OpenAI API: input, output and error files together",
    sign="custom_id with a body or a response",
    recognise=recognise,
    key=key,
    assemble=assemble,
    sample=(
        {
            "custom_id": "1",
            "response": {"body": {"choices": [{"message": {"role": "assistant", "content": "Seven."}}]}},
        },
        {
            "custom_id": "1",
            "url": "/v1/chat/completions",
            "body": {"messages": [{"role": "user", "content": "How many?"}]},
        },
    ),
)
