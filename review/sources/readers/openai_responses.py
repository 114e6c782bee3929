"""The OpenAI Responses API: logged requests with ``input`` and responses with ``output``.

A function call and the text beside it are one message, its output a tool message, and reasoning a step. A response that
continues an earlier one (``previous_response_id``) holds only its own turn; the link is kept in the metadata, and an
import puts the turns together (:mod:`review.sources.linking`).

Facts: the type Response and its items of the package openai 3.57.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.call_log import (
    answered,
    beside,
    ending,
    failure,
    is_call,
    is_helicone,
    request_of,
    response_of,
    tokens,
)
from review.sources.readers.fields import Fields, Record, as_json_text, list_of, object_of, parsed
from review.sources.readers.parts import Call, Mark, Part, Passage, Result, Text, Thought, Transcript
from review.sources.readers.reader import Reader

LINKS = ("previous_response_id", "conversation")


def recognise(record: Record) -> bool:
    """Whether a response of this API is there, or a request with input and without messages."""
    if is_helicone(record):
        return False
    request, response = request_of(record), response_of(record)
    if request is None and response is None:
        return record.get("object") == "response" and isinstance(record.get("output"), list) and "input" in record
    if (response or {}).get("object") == "response":
        return True
    asked = request is not None and isinstance(request.get("input"), str | list) and "messages" not in request
    return asked and (not response or not {"output", "error"}.isdisjoint(response))


def read(record: Record) -> Fields:
    """Read instructions, input and output, the model, tokens, and the error or why it is incomplete."""
    request, response = request_of(record), response_of(record) or {}
    if request is None and not response:
        request, response, record = record, record, {k: v for k, v in record.items() if k in ("user", "metadata")}
    request = request or {}
    found = Transcript()
    instructions = response.get("instructions") or request.get("instructions")
    if instructions:
        _items(found, [{"role": "system", "content": instructions}] if isinstance(instructions, str) else instructions)
    _items(found, _input(request, response))
    found.close()
    asked_only = len(found.messages)
    _items(found, response.get("output") or [])
    found.close()
    fields = beside({**record, "metadata": _metadata(request) | _metadata(response) | _metadata(record)})
    fields.setdefault("id", response.get("id"))
    fields.setdefault("created_at", response.get("created_at"))
    fields.setdefault("model", response.get("model") or request.get("model"))
    usage = response.get("usage")
    if isinstance(usage, Mapping):
        fields |= tokens("tokens_in", usage.get("input_tokens")) | tokens("tokens_out", usage.get("output_tokens"))
    fields |= failure(record.get("error")) or failure(response.get("error"), kinds=("code", "type"))
    fields |= _unfinished(response, fields)
    links = {name: response.get(name) or request.get(name) for name in LINKS}
    fields["metadata"] |= {name: link for name, link in links.items() if link}
    fields.setdefault("context", found.context)
    # The own name is for calls that name this one, and no part of the conversation.
    fields = {**fields, "response_id": response.get("id"), "messages": found.messages, "steps": found.steps}
    return answered(record, fields, said=len(found.messages) > asked_only, reason=_ended(response))


def _input(request: Mapping[str, Any], response: Mapping[str, Any]) -> list[Any]:
    given = parsed(request.get("input", response.get("input")))
    return [{"role": "user", "content": given}] if isinstance(given, str) else list_of("input", given or [], "a list")


def _unfinished(response: Mapping[str, Any], fields: Fields) -> Fields:
    """Return the error of a failed response without one, and the reason of an incomplete one."""
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    fields["metadata"] |= ending(reason)
    filtered = response.get("status") == "incomplete" and reason == "content_filter"
    if (response.get("status") == "failed" or filtered) and "status" not in fields:
        return {"status": "error", "error_type": reason or "failed"}
    return {}


def _ended(response: Mapping[str, Any]) -> Any:
    """Return how a response ended; nothing for one that still runs."""
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    return reason or (response.get("status") if response.get("status") in ("completed", "incomplete") else None)


def _items(found: Transcript, items: Any) -> None:
    for i, item in enumerate(list_of("input", items, "a list of items")):
        at = f"input.{i}"
        if not isinstance(item, Mapping):
            raise Unreadable(at, item, "an item of the Responses API")
        kind = item.get("type") or "message"
        if kind == "message":
            parts = list(_content(item.get("content"), at))
            if item.get("role") != "assistant" or found.says_something():
                found.close()
            found.extend(item.get("role"), parts, at=at)
            if item.get("role") != "assistant":
                found.close()
        elif kind.endswith("_output"):
            found.extend("assistant", [Result(_text(item.get("output"), at), str(item.get("call_id") or ""))], at=at)
        else:
            found.extend("assistant", [*_found(item), _made(kind, item)], at=at)


def _found(item: Mapping[str, Any]) -> list[Passage]:
    """Return the passages that a file search found."""
    results = item.get("results")
    texts = [r.get("text") for r in results if isinstance(r, Mapping)] if isinstance(results, list) else []
    return [Passage(text) for text in texts if isinstance(text, str)]


def _made(kind: str, item: Mapping[str, Any]) -> Part:
    """Return what the model made beside text: a thought, or a call (of a function, or of a tool of the API)."""
    if kind == "reasoning":
        summary = item.get("summary")
        texts = [s.get("text") for s in summary if isinstance(s, Mapping)] if isinstance(summary, list) else []
        return Thought("\n".join(text for text in texts if isinstance(text, str)))
    given = item.get("arguments", item.get("input"))
    if given is None:
        given = {k: v for k, v in item.items() if k not in ("id", "type", "status", "call_id", "name", "results")}
    return Call(str(item.get("name") or kind.removesuffix("_call")), given, str(item.get("call_id") or ""))


def _content(content: Any, at: str) -> Iterator[Part]:
    if isinstance(content, str):
        yield Text(content)
        return
    for part in list_of(f"{at}.content", content or [], "text or a list of parts"):
        words = (
            [part[n] for n in ("text", "refusal") if isinstance(part.get(n), str)] if isinstance(part, Mapping) else []
        )
        if words:
            yield Text(words[0])
        elif isinstance(part, Mapping) and isinstance(part.get("type"), str):
            yield Mark(part["type"].removeprefix("input_"))
        else:
            raise Unreadable(f"{at}.content", part, "a part with text or a type")


def _text(output: Any, at: str) -> str:
    if isinstance(output, list) and all(isinstance(p, Mapping) for p in output):
        return "\n".join(p.text if isinstance(p, Text) else f"[{p[0]}]" for p in _content(output, at))
    return "" if output is None else as_json_text(output)


def _metadata(record: Mapping[str, Any]) -> Fields:
    metadata = record.get("metadata")
    return object_of("metadata", metadata) if metadata else {}


READER = Reader(
    about="logged calls of the OpenAI Responses API",
    sign="request.input, or a response with object = response",
    recognise=recognise,
    read=read,
    calls=is_call,
    sample={
        "request": {"input": "How many?"},
        "response": {
            "object": "response",
            "output": [
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Seven."}]}
            ],
        },
    },
)
