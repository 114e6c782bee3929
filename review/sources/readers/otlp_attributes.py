"""What attributes of spans say, in the conventions that instrumentation libraries write.

GenAI of OpenTelemetry (attributes, events and log records, old names and new), OpenInference (flattened lists),
OpenLLMetry (``traceloop``, ``gen_ai.prompt.N``), the Langfuse SDK, the Vercel AI SDK, and tracely (arguments by name).

Facts: open-telemetry/semantic-conventions-genai, Arize-ai/openinference ``spec/semantic_conventions.md``,
opentelemetry-semantic-conventions 0.66, openinference-semantic-conventions 0.1.42, langfuse 5.0, tracely 0.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.sources.readers.fields import Fields
from review.sources.readers.span_names import Names, Said, listed
from review.sources.readers.span_values import list_in, mapping_of, opened

MODEL = (
    *("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "langfuse.observation.model.name"),
    *("ai.response.model", "ai.model.id", "embedding.model_name"),
)
TOKENS_IN = (
    *("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    *("llm.usage.prompt_tokens", "ai.usage.inputTokens", "ai.usage.promptTokens"),
)
TOKENS_OUT = (
    *("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
    *("llm.usage.completion_tokens", "ai.usage.outputTokens", "ai.usage.completionTokens"),
)
PROMPT = ("gen_ai.prompt.name", "langfuse.observation.prompt.name")
PROMPT_VERSION = (
    *("gen_ai.prompt.version", "llm.prompt_template.version", "langfuse.observation.prompt.version"),
    "prompt.version",
)
COST = ("llm.cost.total", "gen_ai.usage.cost", "gen_ai.usage.total_cost")
SESSION = (
    *("session.id", "gen_ai.conversation.id", "langfuse.session.id", "session_id", "thread.id"),
    *("traceloop.association.properties.session_id", "ai.telemetry.metadata.sessionId"),
)
USER = (
    *("user.id", "enduser.id", "langfuse.user.id", "user_id", "traceloop.association.properties.user_id"),
    "ai.telemetry.metadata.userId",
)
TAGS = ("tag.tags", "langfuse.trace.tags", "ai.telemetry.metadata.tags")
KIND = (
    *("openinference.span.kind", "gen_ai.operation.name", "traceloop.span.kind", "langfuse.observation.type"),
    "span_kind",
)
KINDS = {
    **dict.fromkeys(("llm", "chat", "text_completion", "generate_content", "generation", "completion"), "llm"),
    **dict.fromkeys(("tool", "execute_tool"), "tool"),
    **dict.fromkeys(("retriever", "retrieval"), "retriever"),
    **dict.fromkeys(("embedding", "embeddings"), "embedding"),
    **dict.fromkeys(("agent", "invoke_agent", "create_agent"), "agent"),
}
TOOL_NAME = ("gen_ai.tool.name", "tool.name", "ai.toolCall.name", "traceloop.entity.name")
ARGUMENTS = (
    "gen_ai.tool.call.arguments",
    "tool.parameters",
    "ai.toolCall.args",
    "input.value",
    "traceloop.entity.input",
)
RESULT = (
    *("gen_ai.tool.call.result", "ai.toolCall.result", "langfuse.observation.output"),
    *("output.value", "traceloop.entity.output"),
)
INPUT = (
    *("input.value", "langfuse.observation.input", "langfuse.trace.input", "traceloop.entity.input", "ai.prompt"),
    *("ai.prompt.messages", "gen_ai.prompt", "gen_ai.retrieval.query.text", "gen_ai.task.input"),
    *("input", "question", "query"),
)
OUTPUT = (
    *("output.value", "langfuse.observation.output", "langfuse.trace.output", "traceloop.entity.output"),
    *("ai.response.text", "gen_ai.completion", "gen_ai.task.output", "result"),
    *("output", "answer"),
)


NAMES = Names(
    {
        **{"model": MODEL, "tokens_in": TOKENS_IN, "tokens_out": TOKENS_OUT, "cost": COST, "kind": KIND, "tags": TAGS},
        **{"prompt": PROMPT, "prompt_version": PROMPT_VERSION, "session": SESSION, "user": USER},
        **{"messages_in": ("gen_ai.input.messages",), "messages_out": ("gen_ai.output.messages",)},
        **{"instructions": ("gen_ai.system_instructions",), "usage": ("langfuse.observation.usage_details",)},
        **{"costs": ("langfuse.observation.cost_details",), "calls": ("ai.response.toolCalls",)},
        **{"tool": TOOL_NAME, "arguments": ARGUMENTS, "result": RESULT, "input": INPUT, "output": OUTPUT},
    },
    lists=(
        *("llm.input_messages", "llm.output_messages", "gen_ai.prompt", "gen_ai.completion", "retrieval.documents"),
        *("evaluations", "annotations", "trace.annotations", "session.annotations"),
    ),
    families=("langfuse.trace.metadata.",),
)
"""What every convention calls the same thing."""


def input_of(said: Said, events: list[Fields]) -> Any:
    """Return what went into a span: messages where there are any, else its input as it was recorded."""
    found = list_in(said.answers["messages_in"]) if "messages_in" in said.answers else []
    if said.lists:
        found += _openinference(said.rows("llm.input_messages"))
        found += _openllmetry(said.rows("gen_ai.prompt"), "user")
    if events:
        found += [message for event in events if (message := _asked(event)) is not None]
    instructions = said.answers.get("instructions")
    if instructions and not any(isinstance(m, dict) and m.get("role") == "system" for m in found):
        parts = opened(instructions)
        found = [{"role": "system", "content": parts}, *found]
    if found:
        return found
    value = said.answers.get("input")
    return _arguments_by_name(said.attributes) if value is None else opened(value)


def output_of(said: Said, events: list[Fields]) -> Any:
    """Return what came out of a span, in the same way."""
    found = list_in(said.answers["messages_out"]) if "messages_out" in said.answers else []
    if said.lists:
        found += _openinference(said.rows("llm.output_messages"))
        found += _openllmetry(said.rows("gen_ai.completion"), "assistant")
    if events:
        found += [message for event in events if (message := _answered(event)) is not None]
    if len(found) == 1:
        return found
    if found:
        return found[:1] if all(isinstance(m, dict) and m.get("role") == "assistant" for m in found) else found
    calls = list_in(said.answers.get("calls"))
    text = said.answers.get("output")
    return [{"role": "assistant", "content": text, "tool_calls": calls}] if calls else opened(text)


def _openinference(rows: list[Any]) -> list[Any]:
    made = []
    for row in rows:
        if not isinstance(row, dict):
            continue
        message: Fields = {"role": row.get("message.role") or "user", "content": row.get("message.content")}
        parts = listed(row, "message.contents")
        if parts and message["content"] in (None, ""):
            message["content"] = [_openinference_part(part) for part in parts if isinstance(part, dict)]
        calls = [_openinference_call(call) for call in listed(row, "message.tool_calls") if isinstance(call, dict)]
        message |= {"tool_calls": calls} if calls else {}
        for ours, theirs in (("tool_call_id", "message.tool_call_id"), ("name", "message.name")):
            message |= {ours: row[theirs]} if row.get(theirs) else {}
        made.append(message)
    return made


def _openinference_part(part: Mapping[str, Any]) -> Fields:
    kind = str(part.get("message_content.type") or "text")
    text = part.get("message_content.text")
    return {"type": kind, "text": text} if isinstance(text, str) else {"type": kind}


def _openinference_call(call: Mapping[str, Any]) -> Fields:
    function = {
        "name": call.get("tool_call.function.name"),
        "arguments": call.get("tool_call.function.arguments", {}),
    }
    return {"id": call.get("tool_call.id"), "type": "function", "function": function}


def _openllmetry(rows: list[Any], usual: str) -> list[Any]:
    made = []
    for row in rows:
        if not isinstance(row, dict):
            continue
        calls = [
            {"id": c.get("id"), "function": {"name": c.get("name"), "arguments": c.get("arguments", {})}}
            for c in listed(row, "tool_calls")
            if isinstance(c, dict)
        ]
        role = row.get("role") or usual
        message = {"role": role, "content": opened_parts(row.get("content")), "tool_call_id": row.get("tool_call_id")}
        made.append({**message, **({"tool_calls": calls} if calls else {})})
    return made


def opened_parts(content: Any) -> Any:
    """Return the parts of a content that was written as JSON text; other text stays text."""
    found = opened(content)
    return found if isinstance(found, list) and all(isinstance(p, dict) and "type" in p for p in found) else content


def _body(event: Fields) -> Fields:
    """Return what an event holds: the body of a log record, its content as JSON, or its attributes."""
    body = event.get("body")
    if isinstance(body, dict):
        return dict(body)
    attributes = event["attributes"]
    content = mapping_of(attributes.get("gen_ai.event.content"))
    return dict(content) if content else dict(attributes)


DETAILS = "gen_ai.client.inference.operation.details"
"""The event that carries attributes of a model call, for spans that must stay small."""


def with_details(attributes: Mapping[str, Any], events: list[Fields]) -> Mapping[str, Any]:
    """Return the attributes of a span with those that an event or log record carries for it."""
    details = [event for event in events if event_name(event) == DETAILS]
    if not details:
        return attributes
    return {
        **dict(attributes),
        **{k: v for event in details for k, v in {**event["attributes"], **_body(event)}.items()},
    }


def event_name(event: Fields) -> str:
    """Return the name of an event or of a log record."""
    return str(event.get("name") or event["attributes"].get("event.name") or "")


def _asked(event: Fields) -> Any:
    name = event_name(event)
    if name == "gen_ai.content.prompt":
        return {"role": "user", "content": event["attributes"].get("gen_ai.prompt")}
    word = name.removeprefix("gen_ai.").removesuffix(".message")
    if name != f"gen_ai.{word}.message" or word not in ("system", "user", "assistant", "tool"):
        return None
    body = _body(event)
    message = {"role": body.get("role") or word, "content": body.get("content"), "name": body.get("name")}
    message |= {"tool_calls": opened(body["tool_calls"])} if body.get("tool_calls") else {}
    return message | ({"tool_call_id": body["id"]} if word == "tool" and body.get("id") else {})


def _answered(event: Fields) -> Any:
    name = event_name(event)
    if name == "gen_ai.content.completion":
        return {"role": "assistant", "content": event["attributes"].get("gen_ai.completion")}
    if name != "gen_ai.choice":
        return None
    body = _body(event)
    message = mapping_of(body.get("message")) or body
    made = {"role": "assistant", "content": message.get("content")}
    return made | ({"tool_calls": opened(message["tool_calls"])} if message.get("tool_calls") else {})


_RESERVED = (".", "session_id", "user_id", "result", "span_kind")


def _arguments_by_name(attributes: Mapping[str, Any]) -> Any:
    """Return the arguments of a function that tracely traced: attributes without a dot in their names."""
    if "result" not in attributes:
        return None
    found = {k: v for k, v in attributes.items() if v is not None and not any(mark in k for mark in _RESERVED)}
    return found or None
