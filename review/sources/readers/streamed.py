"""Answers that were logged as they came, piece by piece: put together to the response that the API gives without it.

The pieces are a list of objects, or the text of server-sent events. Known are those of OpenAI chat, the Responses API,
Anthropic and Gemini. A stream that breaks off gives what was said until then, and ``BROKEN`` as the reason of its end.

Facts: ChatCompletionChunk and ResponseStreamEvent of openai 3.57, RawMessageStreamEvent of anthropic 2.14, and
streamGenerateContent of the Gemini API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import orjson

from review.sources.readers.fields import Fields, parsed

BROKEN = "the stream broke off"
Piece = Mapping[str, Any]


def put_together(value: Any) -> Fields | None:
    """Return the response of a stream of pieces; None for anything else, and for a stream without an answer."""
    value = parsed(value)
    if isinstance(value, str):
        if not value.lstrip().startswith(("data:", "event:", "id:", ":")):
            return None
        found = [parsed(line[5:].strip()) for line in value.splitlines() if line.startswith("data:")]
    elif isinstance(value, list):
        found = [_event(item) for item in value]
    else:
        return None
    pieces = [piece for piece in found if isinstance(piece, Mapping)]
    if not pieces:
        return None
    failed = next((piece for piece in pieces if piece.get("error")), None)
    made = next((made for read in (_chat, _responses, _anthropic, _gemini) if (made := read(pieces))), None)
    return {**(made or {}), "error": failed["error"]} if failed else made


def _event(item: Any) -> Any:
    """Return the data of one event, which may be its text."""
    if isinstance(item, str):
        return parsed(item.strip().removeprefix("data:").strip())
    inner = parsed(item.get("data")) if isinstance(item, Mapping) and "event" in item else None
    return inner if isinstance(inner, Mapping) else item


def _objects(value: Any) -> list[Piece]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _mapping(value: Any) -> Piece:
    return value if isinstance(value, Mapping) else {}


def _chat(pieces: Sequence[Piece]) -> Fields | None:
    """Put together the chunks of the OpenAI chat API; each choice by its index."""
    chunks = [p for p in pieces if any("delta" in choice for choice in _objects(p.get("choices")))]
    if not chunks:
        return None
    choices: dict[int, Fields] = {}
    for choice in (choice for chunk in chunks for choice in _objects(chunk.get("choices"))):
        index = choice.get("index")
        made = choices.setdefault(
            index if isinstance(index, int) else 0, {"message": {"role": "assistant"}, "finish_reason": BROKEN}
        )
        delta = _mapping(choice.get("delta"))
        for name in ("content", "refusal", "reasoning_content"):
            if isinstance(delta.get(name), str):
                made["message"][name] = made["message"].get(name, "") + delta[name]
        _add_calls(made["message"], _objects(delta.get("tool_calls")))
        kept = ("finish_reason", "content_filter_results")
        made |= {name: choice[name] for name in kept if choice.get(name) is not None}
    rest = {name: value for p in pieces for name, value in p.items() if name != "choices" and value is not None}
    listed = [choices[index] for index in sorted(choices)]
    spoke = any(len(one["message"]) > 1 or one["finish_reason"] != BROKEN for one in listed)
    return {**rest, "choices": listed} if spoke else None


def _add_calls(message: Fields, deltas: Sequence[Piece]) -> None:
    calls = message.setdefault("tool_calls", []) if deltas else []
    for delta in deltas:
        index, told = delta.get("index"), _mapping(delta.get("function"))
        call = next((one for one in calls if one["index"] == index), None)
        if call is None:
            call = {"index": index, "type": "function", "function": {"name": "", "arguments": ""}}
            calls.append(call)
        if delta.get("id"):
            call["id"] = delta["id"]
        for name in ("name", "arguments"):
            call["function"][name] += str(told.get(name) or "")


def _responses(pieces: Sequence[Piece]) -> Fields | None:
    """Return the response with which a stream of the Responses API ends; of a broken one the items that were done."""
    events = [p for p in pieces if str(p.get("type")).startswith("response.")]
    whole = [_mapping(p.get("response")) for p in events if p.get("type") in _ENDS]
    if whole:
        return dict(whole[-1])
    begun = next((_mapping(p["response"]) for p in events if "response" in p), {})
    done = [p["item"] for p in events if p.get("type") == "response.output_item.done" and "item" in p]
    if not done:
        return None
    return {
        **begun,
        "object": "response",
        "status": "incomplete",
        "output": done,
        "incomplete_details": {"reason": BROKEN},
    }


_ENDS = ("response.completed", "response.failed", "response.incomplete")


def _anthropic(pieces: Sequence[Piece]) -> Fields | None:
    """Put together the events of the Anthropic API."""
    begun = next((_mapping(p.get("message")) for p in pieces if p.get("type") == "message_start"), None)
    if begun is None:
        return None
    made: Fields = {**begun, "stop_reason": BROKEN, "usage": dict(_mapping(begun.get("usage")))}
    blocks: dict[Any, Fields] = {}
    for piece in pieces:
        kind, delta = piece.get("type"), _mapping(piece.get("delta"))
        if kind == "content_block_start":
            blocks[piece.get("index")] = dict(_mapping(piece.get("content_block")))
        elif kind == "content_block_delta":
            block = blocks.setdefault(piece.get("index"), {"type": "text", "text": ""})
            for name in ("text", "thinking", "partial_json"):
                if isinstance(delta.get(name), str):
                    block[name] = str(block.get(name) or "") + delta[name]
        elif kind == "message_delta":
            made |= {name: value for name, value in delta.items() if value is not None}
            made["usage"] |= _mapping(piece.get("usage"))
    made["content"] = [_with_input(blocks[index]) for index in blocks]
    return made if blocks or made["stop_reason"] != BROKEN else None


def _with_input(block: Fields) -> Fields:
    text = block.pop("partial_json", None)
    if text:
        try:
            block["input"] = orjson.loads(text)
        except orjson.JSONDecodeError:
            block["input"] = text
    return block


def _gemini(pieces: Sequence[Piece]) -> Fields | None:
    """Put together the responses of a stream of the Gemini API: the parts of the first candidate."""
    if not any("candidates" in p or "promptFeedback" in p or "prompt_feedback" in p for p in pieces):
        return None
    made: Fields = {name: value for p in pieces for name, value in p.items() if value is not None}
    first = [found[0] for p in pieces if (found := _objects(p.get("candidates")))]
    if not first:
        return made
    parts = [part for one in first for part in cast("list[Any]", _mapping(one.get("content")).get("parts") or [])]
    candidate: Fields = {name: value for one in first for name, value in one.items() if value is not None}
    if not {"finishReason", "finish_reason"} & set(candidate):
        candidate["finishReason"] = BROKEN
    return {**made, "candidates": [{**candidate, "content": {"role": "model", "parts": parts}}]}
