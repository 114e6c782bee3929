"""OpenTelemetry traces: OTLP in JSON and protobuf, with GenAI or OpenInference attributes.

The messages may stand in attributes, in events, or in log records of the same trace.
A collector writes one request on a line, so a trace may spread over lines, its children first. The id of the trace is
that of the conversation.

Facts: see :mod:`review.sources.readers.otlp_spans` and :mod:`review.sources.readers.otlp_attributes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record
from review.sources.readers.otlp_attributes import (
    ARGUMENTS,
    COST,
    KIND,
    KINDS,
    MODEL,
    PROMPT,
    PROMPT_VERSION,
    RESULT,
    SESSION,
    TAGS,
    TOKENS_IN,
    TOKENS_OUT,
    TOOL_NAME,
    USER,
    event_name,
    first,
    input_of,
    listed,
    output_of,
    with_details,
)
from review.sources.readers.otlp_evaluations import evaluations_in
from review.sources.readers.otlp_spans import is_otlp, spans_in
from review.sources.readers.reader import TraceReader
from review.sources.readers.span_fields import fields_of
from review.sources.readers.span_values import amount_of, count_of, list_in, mapping_of, opened, words_of
from review.sources.readers.spans import RETRIEVER, TOOL, Span

RESOURCE = ("service.name", "service.version", "deployment.environment.name", "deployment.environment")


def key(record: Record) -> str:
    """Return the id of the trace. Raises Unreadable for a log record outside of any trace, and a span without ids."""
    trace = record.get("trace")
    if not isinstance(trace, str) or not record.get("span"):
        found = trace if trace else f"no trace and span id in {record.get('name') or 'a record'}"
        raise Unreadable("traceId", found, "ids of a trace and a span that are not zero")
    return trace


def assemble(records: Sequence[Record]) -> list[Fields]:
    """Return the conversation of one trace."""
    events: dict[str, dict[str, Record]] = {}
    for record in records:
        if record.get("log"):
            mark = repr((record.get("start"), record.get("name"), record.get("body"), record.get("attributes")))
            events.setdefault(record["span"], {})[mark] = record
    spans = {record["span"]: record for record in records if not record.get("log")}
    if not spans:
        found = f"{len(records)} log records of a trace whose spans are not here"
        raise Unreadable("spans", found, "spans and logs of a trace in one import")
    all_events = {
        name: [*span["events"], *sorted(events.get(name, {}).values(), key=lambda log: log.get("start") or 0.0)]
        for name, span in spans.items()
    }
    verdicts, people = evaluations_in(spans, all_events)
    any_span = next(iter(spans.values()))
    metadata = {
        **{name: any_span["resource"][name] for name in RESOURCE if any_span["resource"].get(name)},
        **_metadata(spans),
        **({"annotations": people} if people else {}),
    }
    read = [_span(span, all_events[name]) for name, span in spans.items()]
    return [fields_of(read, id=key(records[0]), given={"metadata": metadata, "verdicts": verdicts})]


def _span(record: Record, events: list[Fields]) -> Span:
    attributes = with_details(record["attributes"], events)
    raw = str(first(attributes, KIND) or record.get("span_kind") or "").lower()
    kind = KINDS.get(raw, raw if raw not in ("internal", "client", "server", "task", "workflow", "span") else "")
    if not kind and ("gen_ai.system" in attributes or attributes.get("llm.request.type")):
        kind = "llm"
    kind = TOOL if not kind and "ai.toolCall.name" in attributes else kind
    tool = kind == TOOL
    error, error_type = _error(record, events)
    version = first(attributes, PROMPT_VERSION)
    prompt = first(attributes, PROMPT)
    parts = [str(part) for part in (prompt, version) if part is not None]
    tags = first(attributes, TAGS)
    root = attributes.get("langfuse.internal.is_app_root")
    return Span(
        id=record["span"],
        parent=record.get("parent"),
        name=str((first(attributes, TOOL_NAME) if tool else None) or record["name"] or raw or "span"),
        kind=kind,
        root=True if root in (True, "true") else None,
        start=record.get("start"),
        end=record.get("end"),
        order=record["span"],
        input=opened(first(attributes, ARGUMENTS)) if tool else input_of(attributes, events),
        output=opened(first(attributes, RESULT)) if tool else output_of(attributes, events),
        error=error,
        error_type=error_type,
        model=words_of(first(attributes, MODEL)),
        tokens_in=count_of(first(attributes, TOKENS_IN)) or _usage(attributes, "input"),
        tokens_out=count_of(first(attributes, TOKENS_OUT)) or _usage(attributes, "output"),
        cost=amount_of(first(attributes, COST)) or _langfuse(attributes, "cost_details", "total"),
        documents=_documents(attributes) if kind == RETRIEVER or "retrieval" in raw else [],
        prompt="@".join(parts) or None,
        user=words_of(first(attributes, USER)),
        session=words_of(first(attributes, SESSION)),
        tags=[str(tag) for tag in (list_in(tags) or ([tags] if isinstance(tags, str) else []))],
    )


def _langfuse(attributes: Mapping[str, Any], name: str, part: str) -> float | None:
    return amount_of(mapping_of(attributes.get(f"langfuse.observation.{name}")).get(part)) or None


def _usage(attributes: Mapping[str, Any], part: str) -> int | None:
    return count_of(_langfuse(attributes, "usage_details", part))


def _error(record: Record, events: list[Fields]) -> tuple[str | None, str | None]:
    """Return message and type of a span's error: of its status, and of the exception that it recorded."""
    attributes = record["attributes"]
    thrown: Fields = next((e["attributes"] for e in reversed(events) if event_name(e) == "exception"), {})
    kind = words_of(thrown.get("exception.type")) or words_of(attributes.get("error.type"))
    if not record.get("failed") and attributes.get("langfuse.observation.level") != "ERROR":
        return None, None
    named = (record.get("message"), attributes.get("langfuse.observation.status_message"))
    message = next((str(text) for text in (*named, thrown.get("exception.message"), kind) if text), None)
    return message or "the span failed without a message", _class_name(kind)


def _class_name(kind: str | None) -> str | None:
    """Return the name of an error; some libraries write how Python prints its class."""
    return kind.removeprefix("<class '").removesuffix("'>") if kind else None


def _documents(attributes: Mapping[str, Any]) -> list[Any]:
    rows = listed(attributes, "retrieval.documents")
    texts = [row.get("document.content") for row in rows if isinstance(row, dict)]
    return [text for text in texts if text] or list_in(attributes.get("gen_ai.retrieval.documents"))


def _metadata(spans: Mapping[str, Record]) -> Fields:
    """Return the metadata that products put on their spans, of the earliest span first."""
    found: Fields = {}
    for span in sorted(spans.values(), key=lambda s: s.get("start") or 0.0, reverse=True):
        for name, value in span["attributes"].items():
            if name.startswith("langfuse.trace.metadata."):
                found[name.removeprefix("langfuse.trace.metadata.")] = opened(value)
        found |= mapping_of(span["attributes"].get("metadata"))
    return found


def _sample(span: str, parent: str, name: str, attributes: dict[str, str]) -> Fields:
    """Return a request with one span, as an exporter writes it."""
    made = {
        "traceId": "00000000000000000000000000000001",
        "spanId": span,
        **({"parentSpanId": parent} if parent else {}),
        "name": name,
        "startTimeUnixNano": f"176371740{1 if parent else 0}000000000",
        "endTimeUnixNano": "1763717403000000000",
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()],
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [made]}]}]}


READER = TraceReader(
    about="OpenTelemetry traces (OTLP in JSON or protobuf), with GenAI or OpenInference attributes",
    sign="resourceSpans, or spans with trace and span ids",
    recognise=is_otlp,
    parts=spans_in,
    key=key,
    assemble=assemble,
    sample=(
        _sample(
            "0000000000000002",
            "0000000000000001",
            "chat",
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "How many?"}]}]',
                "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "Seven."}]}]',
            },
        ),
        _sample("0000000000000001", "", "agent", {}),
    ),
)
