"""The older completions API of OpenAI: a ``prompt`` and choices with ``text``, as request and response or as one.

Several prompts in one request are a conversation each. A text that repeats its prompt (``echo``) loses it again.

Facts: the types Completion and CompletionCreateParams of the package openai 3.57.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.call_log import FURTHER, answered, beside, ending, failure, request_of, response_of, tokens
from review.sources.readers.fields import Fields, Record, is_list_of_objects, object_of, parsed
from review.sources.readers.reader import Reader

_OF_A_RESPONSE = ("id", "object", "created", "choices", "usage", "system_fingerprint")


def recognise(record: Record) -> bool:
    """Whether there are a prompt and choices with text, or a request with a prompt whose response failed."""
    request, response = _parts(record)
    if "messages" in request or "prompt" not in request:
        return False
    if is_list_of_objects(parsed(response.get("choices")), ("text",)):
        return True
    return request_of(record) is not None and response.get("object") == "text_completion"


def _parts(record: Record) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the request and the response, which may be one object."""
    request = request_of(record)
    return (record, record) if request is None else (request, response_of(record) or {})


def read(record: Record) -> list[Fields | Unreadable]:
    """Read each prompt with its first choice; the model, tokens and the error are those of the call."""
    request, response = _parts(record)
    prompts = _prompts(request.get("prompt"))
    choices = parsed(response.get("choices"))
    choices = choices if is_list_of_objects(choices, ("text",)) else []
    if request is record:
        record = {name: value for name, value in record.items() if name not in (*_OF_A_RESPONSE, "prompt")}
    each = max(len(choices) // len(prompts), 1)
    return [
        _conversation(record, request, response, prompt=prompt, made=choices[each * n : each * (n + 1)], number=number)
        for n, prompt in enumerate(prompts)
        for number in [n + 1 if len(prompts) > 1 else None]
    ]


def _prompts(given: Any) -> list[str]:
    given = parsed(given)
    found = [given] if isinstance(given, str) else given
    if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
        return found
    raise Unreadable("prompt", given, "a text or a list of texts; tokens cannot be read")


def _conversation(
    record: Record,
    request: Mapping[str, Any],
    response: Mapping[str, Any],
    *,
    prompt: str,
    made: list[Mapping[str, Any]],
    number: int | None,
) -> Fields:
    metadata = object_of("metadata", given) if (given := record.get("metadata")) else {}
    fields = beside({**record, "metadata": metadata})
    fields.setdefault("id", response.get("id"))
    if number is not None and fields["id"] is not None:
        fields["id"] = f"{fields['id']}/{number}"
    fields.setdefault("created_at", response.get("created"))
    fields.setdefault("model", response.get("model") or request.get("model"))
    usage = parsed(response.get("usage"))
    if isinstance(usage, Mapping) and number is None:
        fields |= tokens("tokens_in", usage.get("prompt_tokens"))
        fields |= tokens("tokens_out", usage.get("completion_tokens"))
    text = made[0].get("text") if made else None
    said = text.removeprefix(prompt) if isinstance(text, str) else ""
    reason = made[0].get("finish_reason") if made else None
    fields["metadata"] |= ending(reason)
    fields |= failure(record.get("error")) or failure(response.get("error"), kinds=("type", "code"))
    messages = [{"role": "user", "content": prompt}]
    messages += [{"role": "assistant", "content": said.strip("\n")}] if said.strip() else []
    notes = [FURTHER] * (len(made) - 1)
    fields |= {"messages": messages, **({"notes": notes} if notes else {})}
    return answered({"response": response, **record}, fields, said=bool(said.strip()), reason=reason)


READER = Reader(
    about="calls of the older completions API of OpenAI",
    sign="a prompt and choices with text",
    recognise=recognise,
    read=read,
    sample={
        "request": {"model": "m", "prompt": "How many?"},
        "response": {"id": "cmpl-1", "object": "text_completion", "choices": [{"text": "\n\nSeven.", "index": 0}]},
    },
)
