"""One call of the OpenAI chat API as a conversation: its messages, the first choice, usage, filter and error.

Facts: the types ChatCompletion and CompletionCreateParams of the package openai 3.57; Azure's filter results from its
documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.call_log import answered, beside, ending, failure, further, tokens
from review.sources.readers.fields import Fields, Record, is_list_of_objects, messages_of, object_of, parsed
from review.sources.readers.parts import thinking

FILTERED = "content_filter"


def logged_call(record: Record, request: Mapping[str, Any], response: Mapping[str, Any]) -> Fields:
    """Return the conversation of one call; ``record`` is what the log keeps beside request and response."""
    messages = messages_of(request.get("messages"), at="request.messages")
    error = failure(record.get("error")) or failure(response.get("error"), kinds=("type", "code"))
    if _code(response.get("error")) == FILTERED:
        error["error_type"] = FILTERED
    answer, steps, reason = _first_choice(response)
    error = error or _filtered(response, reason)
    fields = beside({**record, "metadata": metadata_of_call(record) | metadata_of_call(request)})
    fields.setdefault("id", response.get("id"))
    fields.setdefault("created_at", response.get("created"))
    fields.setdefault("model", response.get("model") or request.get("model"))
    usage = parsed(response.get("usage"))
    if isinstance(usage, Mapping):
        fields |= tokens("tokens_in", usage.get("prompt_tokens"))
        fields |= tokens("tokens_out", usage.get("completion_tokens"))
    fields["metadata"] |= ending(reason)
    fields |= error | ({"steps": steps} if steps and not fields.get("steps") else {})
    said = any(m.get("content") or m.get("tool_calls") for m in answer)
    fields |= {"messages": messages + answer, **further(response.get("choices"))}
    return answered({"response": response, **record}, fields, said=said, reason=reason)


def _first_choice(response: Mapping[str, Any]) -> tuple[list[Fields], list[Fields], Any]:
    """Return the message of the first choice, its thoughts as steps, and why the model stopped."""
    choices = parsed(response.get("choices"))
    if not is_list_of_objects(choices, ("message",)):
        return [], [], None
    made, reason = choices[0]["message"], choices[0].get("finish_reason")
    if not isinstance(made, Mapping):
        raise Unreadable("response.choices.0.message", made, "an object with role and content")
    thought = made.get("reasoning_content")
    steps = [thinking(thought)] if isinstance(thought, str) and thought else []
    said = made.get("content") or made.get("tool_calls") or made.get("function_call") or made.get("refusal")
    if not said and reason == FILTERED:
        return [], steps, reason
    message = {"role": "assistant", **made} if "content" in made or said else made
    return messages_of([message], at="response.choices.0.message"), steps, reason


def _filtered(response: Mapping[str, Any], reason: Any) -> Fields:
    """Return the error of an answer that was filtered, with the categories that did it."""
    if reason != FILTERED:
        return {}
    first = parsed(response["choices"])[0]
    results = first.get("content_filter_results")
    stopped = [
        f"{name} ({severity})" if (severity := one.get("severity")) else name
        for name, one in (results.items() if isinstance(results, Mapping) else ())
        if isinstance(one, Mapping) and one.get("filtered") is True
    ]
    why = f": {', '.join(stopped)}" if stopped else ""
    return {"status": "error", "error_type": FILTERED, "error_message": f"the answer was filtered{why}"}


def _code(error: Any) -> Any:
    error = parsed(error)
    return error.get("code") if isinstance(error, Mapping) else None


def metadata_of_call(record: Mapping[str, Any]) -> Fields:
    """Return the metadata object of a request or a log row, empty without one."""
    metadata = record.get("metadata")
    return object_of("metadata", metadata) if metadata else {}
