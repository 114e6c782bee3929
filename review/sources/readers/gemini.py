"""The Gemini API: logged requests with ``contents`` and responses with ``candidates``, in camelCase or snake_case.

A ``functionCall`` is a tool call, a ``functionResponse`` a tool message, and a part marked as a thought a step. Ids of
calls are often missing, so results are paired by name in order. A prompt or answer that was blocked is an error with
the reason.

Facts: the types of the package google-genai 3.6 and the REST reference of generateContent.
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
    further,
    is_call,
    is_helicone,
    request_of,
    response_of,
    tokens,
)
from review.sources.readers.fields import Fields, Record, as_json_text, is_list_of_objects, list_of, parsed
from review.sources.readers.parts import Call, Mark, Part, Passage, Result, Text, Thought, Transcript
from review.sources.readers.reader import Reader
from review.sources.readers.streamed import BROKEN

USUAL = ("STOP", "FINISH_REASON_UNSPECIFIED", "MAX_TOKENS", BROKEN)
_OF_A_CALL = (
    *("contents", "systemInstruction", "system_instruction", "candidates", "usageMetadata", "usage_metadata"),
    *("promptFeedback", "prompt_feedback", "modelVersion", "model_version", "responseId", "response_id"),
    *("generationConfig", "generation_config", "safetySettings", "safety_settings", "tools", "config"),
)


def recognise(record: Record) -> bool:
    """Whether there are ``contents`` with parts, in the request or at the top."""
    if is_helicone(record):
        return False
    request = request_of(record)
    contents = parsed((record if request is None else request).get("contents"))
    if isinstance(contents, str):
        return request is not None and "candidates" in (response_of(record) or {})
    return is_list_of_objects(contents, ("parts",))


def read(record: Record) -> Fields:
    """Read system instruction, contents and first candidate, model, tokens, and the error or block."""
    request, response = request_of(record), response_of(record)
    request, response = (
        record if request is None else request,
        (record if request is None else {}) | dict(response or {}),
    )
    found = Transcript()
    system = _either(request, "systemInstruction", "system_instruction")
    config = request.get("config")
    if system is None and isinstance(config, Mapping):
        system = _either(config, "systemInstruction", "system_instruction")
    if system:
        found.add("system", _parts(system, "systemInstruction"), at="systemInstruction")
    for i, content in enumerate(_contents(request)):
        if not isinstance(content, Mapping):
            raise Unreadable(f"contents.{i}", content, "an object with role and parts")
        found.add(content.get("role") or "user", _parts(content, f"contents.{i}"), at=f"contents.{i}")
    asked_only = len(found.messages)
    reason = _candidate(found, response)
    fields = beside(record, *_OF_A_CALL)
    fields.setdefault("id", _either(response, "responseId", "response_id"))
    model = fields.get("model") or _either(response, "modelVersion", "model_version") or request.get("model")
    fields["model"] = model.removeprefix("models/") if isinstance(model, str) else model
    fields |= _usage(response) | _failed(record, response, reason)
    fields["metadata"] |= ending(reason)
    fields.setdefault("context", found.context)
    fields |= {"messages": found.messages, "steps": found.steps, **further(response.get("candidates"))}
    said = len(found.messages) > asked_only
    return answered(record, fields, said=said, reason=reason) if is_call(record) else fields


def _either(record: Mapping[str, Any], camel: str, snake: str) -> Any:
    return record.get(camel) if record.get(camel) is not None else record.get(snake)


def _contents(request: Mapping[str, Any]) -> list[Any]:
    given = parsed(request.get("contents"))
    return (
        [{"parts": [{"text": given}]}] if isinstance(given, str) else list_of("contents", given, "a list of contents")
    )


def _candidate(found: Transcript, response: Mapping[str, Any]) -> Any:
    """Add the first candidate's content, and return why it ended."""
    candidates = parsed(response.get("candidates"))
    if not is_list_of_objects(candidates):
        return None
    content = candidates[0].get("content")
    if isinstance(content, Mapping):
        found.add(content.get("role") or "model", _parts(content, "response.candidates.0"), at="response.candidates.0")
    found.extend(
        "assistant", _grounds(_either(candidates[0], "groundingMetadata", "grounding_metadata")), at="response"
    )
    return _either(candidates[0], "finishReason", "finish_reason")


def _grounds(metadata: Any) -> Iterator[Passage]:
    """Yield the passages that the answer rests on: their text, else title and address."""
    chunks = _either(metadata, "groundingChunks", "grounding_chunks") if isinstance(metadata, Mapping) else None
    for chunk in chunks if isinstance(chunks, list) else ():
        inner = _either(chunk, "retrievedContext", "retrieved_context") if isinstance(chunk, Mapping) else None
        source = inner or (chunk.get("web") if isinstance(chunk, Mapping) else None)
        if isinstance(source, Mapping):
            named = [source[name] for name in ("title", "uri") if isinstance(source.get(name), str)]
            yield Passage(source["text"] if isinstance(source.get("text"), str) else " ".join(named))


def _usage(response: Mapping[str, Any]) -> Fields:
    usage = _either(response, "usageMetadata", "usage_metadata")
    if not isinstance(usage, Mapping):
        return {}
    out = (("candidatesTokenCount", "candidates_token_count"), ("thoughtsTokenCount", "thoughts_token_count"))
    return tokens("tokens_in", _either(usage, "promptTokenCount", "prompt_token_count")) | tokens(
        "tokens_out", *(_either(usage, *names) for names in out)
    )


def _failed(record: Record, response: Mapping[str, Any], reason: Any) -> Fields:
    error = response.get("error") or record.get("error")
    if error:
        return failure(error, kinds=("status", "code", "type"))
    feedback = _either(response, "promptFeedback", "prompt_feedback")
    blocked = _either(feedback, "blockReason", "block_reason") if isinstance(feedback, Mapping) else None
    if blocked:
        return {"status": "error", "error_type": str(blocked), "error_message": "the prompt was blocked"}
    if isinstance(reason, str) and reason and reason not in USUAL:
        return {"status": "error", "error_type": reason, "error_message": "the answer was stopped"}
    return {}


def _parts(content: Any, at: str) -> Iterator[Part]:
    if isinstance(content, str):
        yield Text(content)
        return
    parts = content.get("parts") if isinstance(content, Mapping) else content
    for part in list_of(f"{at}.parts", parts or [], "a list of parts"):
        yield _part(part, at)


def _part(part: Any, at: str) -> Part:
    if isinstance(part, str):
        return Text(part)
    if not isinstance(part, Mapping):
        raise Unreadable(f"{at}.parts", part, "a part such as {text}")
    call, result = (
        _either(part, "functionCall", "function_call"),
        _either(part, "functionResponse", "function_response"),
    )
    if isinstance(call, Mapping):
        return Call(str(call.get("name") or ""), call.get("args") or {}, str(call.get("id") or ""))
    if isinstance(result, Mapping):
        given = result.get("response")
        return Result(
            "" if given is None else as_json_text(given), str(result.get("id") or ""), str(result.get("name") or "")
        )
    if isinstance(part.get("text"), str):
        return Thought(part["text"]) if part.get("thought") is True else Text(part["text"])
    data = _either(part, "inlineData", "inline_data") or _either(part, "fileData", "file_data")
    kind = _either(data, "mimeType", "mime_type") if isinstance(data, Mapping) else None
    return Mark(kind.partition("/")[0] if isinstance(kind, str) and kind else next(iter(part), "part"))


READER = Reader(
    about="logged calls of the Gemini API",
    sign="contents with parts",
    recognise=recognise,
    read=read,
    calls=is_call,
    sample={
        "request": {"contents": [{"role": "user", "parts": [{"text": "How many?"}]}]},
        "response": {"candidates": [{"content": {"role": "model", "parts": [{"text": "Seven."}]}}]},
    },
)
