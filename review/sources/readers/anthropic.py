"""The Anthropic Messages API: logged requests with their responses, or messages with content blocks.

A ``tool_use`` block is a tool call, ``thinking`` a step, and a ``tool_result`` block, which the API puts into a user
message, a tool message. Documents and search results are the context. The input tokens include those read from and
written to the cache.

Facts: the types Message and MessageCreateParams of the package anthropic 2.14.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers import plain
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
from review.sources.readers.dialects import ANTHROPIC, CHAT, dialect
from review.sources.readers.fields import Fields, Record, as_json_text, list_of, object_of, parsed
from review.sources.readers.parts import Call, Mark, Part, Passage, Result, Text, Thought, Transcript
from review.sources.readers.reader import Reader

DOCUMENTS = ("document", "search_result")
RESPONSE_TYPES = ("message", "error")


def recognise(record: Record) -> bool:
    """Whether messages have content blocks of this API, or a logged call has its system text or response."""
    if is_helicone(record):
        return False
    request = request_of(record)
    if request is None:
        messages = dialect(record.get("messages"))
        return messages == ANTHROPIC or (messages == CHAT and "system" in record and not plain.recognise(record))
    response = response_of(record) or {}
    messages = dialect(request.get("messages"))
    marked = "system" in request or response.get("type") in RESPONSE_TYPES or "stop_reason" in response
    return messages == ANTHROPIC or (messages == CHAT and marked)


def read(record: Record) -> Fields:
    """Read system text, messages and, of a logged call, the answer, model, tokens and error."""
    request = request_of(record)
    if request is None:
        found = _transcript(record)
        rest = {name: value for name, value in record.items() if name not in ("system", "messages")}
        steps = [*_steps(record), *found.steps]
        turns = {"messages": found.messages} if found.messages else {}
        context = {"context": found.context} if found.context and not record.get("context") else {}
        return plain.read({**rest, **turns, **({"steps": steps} if steps else {}), **context})
    response = response_of(record) or {}
    found = _transcript(request)
    asked_only = len(found.messages)
    if response.get("content") is not None:
        found.add("assistant", _parts(response["content"], "response.content"), at="response")
    asked = object_of("request.metadata", given) if (given := request.get("metadata")) else {}
    fields = beside({**record, "metadata": {**asked, **_metadata(record)}})
    usage = response.get("usage")
    used = usage if isinstance(usage, Mapping) else {}
    fields |= tokens("tokens_in", *(used.get(n) for n in _INPUT)) | tokens("tokens_out", used.get("output_tokens"))
    fields |= failure(response.get("error") or record.get("error"))
    fields["metadata"] |= ending(response.get("stop_reason"))
    fields.setdefault("id", response.get("id"))
    fields.setdefault("model", response.get("model") or request.get("model"))
    fields.setdefault("context", found.context)
    fields = {**fields, "messages": found.messages, "steps": [*_steps(record), *found.steps]}
    return answered(record, fields, said=len(found.messages) > asked_only, reason=response.get("stop_reason"))


_INPUT = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def _metadata(record: Record) -> Fields:
    metadata = record.get("metadata")
    return object_of("metadata", metadata) if metadata not in (None, "") else {}


def _steps(record: Record) -> list[Any]:
    steps = parsed(record.get("steps"))
    return steps if isinstance(steps, list) else [steps] if steps else []


def _transcript(request: Mapping[str, Any]) -> Transcript:
    found = Transcript()
    if request.get("system"):
        found.add("system", _parts(request["system"], "system"), at="system")
    if request.get("messages") is None:
        return found
    for i, one in enumerate(list_of("messages", request["messages"], "a list of messages")):
        at = f"messages.{i}"
        if not isinstance(one, Mapping) or "role" not in one:
            raise Unreadable(at, one, "an object with role and content")
        before = len(found.messages)
        found.add(one["role"], _parts(one.get("content"), f"{at}.content"), at=at)
        _chat_fields(found, before, one)
    return found


def _chat_fields(found: Transcript, before: int, one: Mapping[str, Any]) -> None:
    """Keep the tool calls and ids of a message that is written in the OpenAI form."""
    calls = one.get("tool_calls")
    calls = [call for call in calls if isinstance(call, Mapping)] if isinstance(calls, list) else []
    if calls and len(found.messages) == before:
        found.messages.append({"role": "assistant", "content": ""})
    if calls:
        found.messages[-1].setdefault("tool_calls", []).extend(calls)
    if isinstance(one.get("tool_call_id"), str) and len(found.messages) > before:
        found.messages[-1]["tool_call_id"] = one["tool_call_id"]


def _parts(content: Any, at: str) -> Iterator[Part]:
    if content is None:
        return
    if isinstance(content, str):
        yield Text(content)
        return
    for i, block in enumerate(list_of(at, content, "text or a list of content blocks")):
        passages = list(_passages(block))
        yield from passages
        if not (passages and block["type"] in DOCUMENTS):
            yield _part(block, f"{at}.{i}")


def _passages(block: Any) -> Iterator[Passage]:
    """Yield the text of documents and search results in a block, also of those in a tool result."""
    kind = block.get("type") if isinstance(block, Mapping) else None
    if kind == "tool_result" and isinstance(block.get("content"), list):
        for inner in block["content"]:
            yield from _passages(inner)
    if kind not in DOCUMENTS:
        return
    source = block.get("source")
    given = source.get("data") or source.get("content") if isinstance(source, Mapping) else block.get("content")
    words = ""
    if isinstance(given, list):
        texts = (b.get("text") for b in given if isinstance(b, Mapping))
        words = "\n".join(text for text in texts if isinstance(text, str))
    elif isinstance(given, str) and isinstance(source, Mapping) and source.get("type") == "text":
        words = given
    if words:
        yield Passage(words)


def _part(block: Any, at: str) -> Part:
    if isinstance(block, str):
        return Text(block)
    kind = block.get("type") if isinstance(block, Mapping) else None
    if not isinstance(kind, str):
        raise Unreadable(at, block, "a content block with a type")
    if kind == "thinking":
        return Thought(str(block.get("thinking") or ""))
    if kind == "redacted_thinking":
        return Thought("")
    if kind.endswith("tool_use"):
        return Call(str(block.get("name") or ""), block.get("input", {}), str(block.get("id") or ""))
    if kind.endswith("tool_result"):
        failed = block.get("is_error") is True
        return Result(_result_text(block.get("content"), at), str(block.get("tool_use_id") or ""), failed=failed)
    words = next((block[name] for name in ("text", "refusal") if isinstance(block.get(name), str)), None)
    return Mark(kind) if words is None else Text(words)


def _result_text(content: Any, at: str) -> str:
    """Return the text of a tool result: a text, blocks, an object of a server tool, or nothing."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list) or not all(isinstance(b, Mapping) and b.get("type") for b in content):
        return as_json_text(content)
    return "\n".join(map(_block_text, content))


def _block_text(block: Mapping[str, Any]) -> str:
    """Return the text of a block in a tool result, of a search result its title and address, else its type."""
    if isinstance(block.get("text"), str):
        return str(block["text"])
    if found := list(_passages(block)):
        return found[0].text
    named = [block[name] for name in ("title", "url") if isinstance(block.get(name), str)]
    return " ".join(named) or f"[{block['type']}]"


READER = Reader(
    about="logged calls of the Anthropic Messages API, or its messages with content blocks",
    sign="messages with blocks of the Anthropic API, or request.messages with system or a response of type message",
    recognise=recognise,
    read=read,
    calls=is_call,
    sample={
        "request": {"model": "m", "system": [], "messages": [{"role": "user", "content": "How many?"}]},
        "response": {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Seven."}]},
    },
    includes=("openai", "jsonl"),
)
