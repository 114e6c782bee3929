"""OpenTelemetry traces: OTLP in JSON and protobuf, with GenAI or OpenInference attributes.

The messages may stand in attributes, in events, or in log records of the same trace.
A collector writes one request on a line, so a trace may spread over lines, its children first. The id of the trace is
that of the conversation.

Facts: see :mod:`review.sources.readers.otlp_spans` and :mod:`review.sources.readers.otlp_attributes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from review.basics.packed_spans import PackedSpan, PackedSpans
from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record
from review.sources.readers.otlp_attributes import (
    KINDS,
    NAMES,
    event_name,
    input_of,
    output_of,
    with_details,
)
from review.sources.readers.otlp_evaluations import evaluations_in
from review.sources.readers.otlp_packed import packed_in, plain_of
from review.sources.readers.otlp_spans import is_otlp, spans_in
from review.sources.readers.reader import TraceReader
from review.sources.readers.span_fields import fields_of
from review.sources.readers.span_names import Meaning, Said
from review.sources.readers.span_values import amount_of, count_of, list_in, mapping_of, opened, words_of
from review.sources.readers.spans import LLM, RETRIEVER, TOOL, Span

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
    spans: dict[str, Record] = {}
    for record in records:
        if "log" in record:
            mark = repr((record.get("start"), record.get("name"), record.get("body"), record.get("attributes")))
            events.setdefault(record["span"], {})[mark] = record
        else:
            spans[record["span"]] = record
    if not spans:
        found = f"{len(records)} log records of a trace whose spans are not here"
        raise Unreadable("spans", found, "spans and logs of a trace in one import")
    meanings = {name: NAMES.meaning(span["attributes"]) for name, span in spans.items()}
    all_events = {name: span["events"] for name, span in spans.items()}
    for name in events.keys() & spans.keys() if events else ():
        logs = sorted(events[name].values(), key=lambda log: log.get("start") or 0.0)
        all_events[name] = [*all_events[name], *logs]
    verdicts, people = evaluations_in(spans, all_events, meanings)
    resource = next(iter(spans.values()))["resource"]
    metadata: Fields = {name: resource[name] for name in RESOURCE if resource.get(name)} if resource else {}
    metadata |= _metadata(spans, meanings)
    if people:
        metadata["annotations"] = people
    read = [_span(span, all_events[name], meanings[name]) for name, span in spans.items()]
    return [fields_of(read, id=key(records[0]), given={"metadata": metadata, "verdicts": verdicts})]


_NO_KIND = ("internal", "client", "server", "task", "workflow", "span")
"""Words for the kind of a span that say nothing of what it does."""


def _span(record: Record, events: list[Fields], meaning: Meaning) -> Span:
    own = record["attributes"]
    attributes = with_details(own, events) if events else own
    said = NAMES.said(attributes, meaning if attributes is own else None)
    answers = said.answers
    raw = str(answers.get("kind") or record.get("span_kind") or "").lower()
    kind = KINDS.get(raw) or (raw if raw not in _NO_KIND else "") or _kind_of(attributes)
    name, tool = record["name"] or raw or "span", kind == TOOL
    span = Span(
        id=record["span"],
        parent=record["parent"],
        name=str(answers.get("tool") or name) if tool else name,
        kind=kind,
        start=record["start"],
        end=record["end"],
        order=record["span"],
        input=opened(answers.get("arguments")) if tool else input_of(said, events),
        output=opened(answers.get("result")) if tool else output_of(said, events),
    )
    if kind == RETRIEVER or "retrieval" in raw:
        span.documents = _documents(said)
    if record["failed"] or attributes.get("langfuse.observation.level") == "ERROR":
        span.error, span.error_type = _error(record, own, events)
    if attributes.get("langfuse.internal.is_app_root") in (True, "true"):
        span.root = True
    _add_figures(span, answers)
    return span


def _kind_of(attributes: Mapping[str, Any]) -> str:
    """Return the kind of a span that names none, "" where nothing tells it."""
    if "gen_ai.system" in attributes or attributes.get("llm.request.type"):
        return LLM
    return TOOL if "ai.toolCall.name" in attributes else ""


_FIGURES: dict[str, Callable[[Any], Any]] = {
    **{"model": words_of, "user": words_of, "session": words_of},
    **{"tokens_in": count_of, "tokens_out": count_of, "cost": amount_of},
}


def _add_figures(span: Span, answers: Mapping[str, Any]) -> None:
    """Put what few spans say into one that says it: model, counts, cost, user, session, prompt and tags."""
    for question, value in answers.items():
        convert = _FIGURES.get(question)
        if convert is not None:
            setattr(span, question, convert(value) or None)
    if "usage" in answers:
        usage = mapping_of(answers["usage"])
        span.tokens_in = span.tokens_in or count_of(amount_of(usage.get("input")) or None)
        span.tokens_out = span.tokens_out or count_of(amount_of(usage.get("output")) or None)
    if "costs" in answers:
        span.cost = span.cost or amount_of(mapping_of(answers["costs"]).get("total")) or None
    if "prompt" in answers or "prompt_version" in answers:
        span.prompt = "@".join(str(answers[name]) for name in ("prompt", "prompt_version") if name in answers) or None
    if "tags" in answers:
        tags = answers["tags"]
        span.tags = [str(tag) for tag in (list_in(tags) or ([tags] if isinstance(tags, str) else []))]


def _error(record: Record, attributes: Mapping[str, Any], events: list[Fields]) -> tuple[str, str | None]:
    """Return message and type of a span's error: of its status, and of the exception that it recorded."""
    thrown: Fields = next((e["attributes"] for e in reversed(events) if event_name(e) == "exception"), {})
    kind = words_of(thrown.get("exception.type")) or words_of(attributes.get("error.type"))
    named = (record.get("message"), attributes.get("langfuse.observation.status_message"))
    message = next((str(text) for text in (*named, thrown.get("exception.message"), kind) if text), None)
    return message or "the span failed without a message", _class_name(kind)


def _class_name(kind: str | None) -> str | None:
    """Return the name of an error; some libraries write how Python prints its class."""
    return kind.removeprefix("<class '").removesuffix("'>") if kind else None


def _documents(said: Said) -> list[Any]:
    texts = [row.get("document.content") for row in said.rows("retrieval.documents") if isinstance(row, dict)]
    return [text for text in texts if text] or list_in(said.attributes.get("gen_ai.retrieval.documents"))


OF_TRACE = "langfuse.trace.metadata."


def _metadata(spans: Mapping[str, Record], meanings: Mapping[str, Meaning]) -> Fields:
    """Return the metadata that products put on their spans, of the earliest span first."""
    some = [
        (span.get("start") or 0.0, span["attributes"], names)
        for span_id, span in spans.items()
        if (names := meanings[span_id].families.get(OF_TRACE, ())) or "metadata" in span["attributes"]
    ]
    if not some:
        return {}
    found: Fields = {}
    for _, attributes, names in sorted(some, key=lambda one: one[0], reverse=True):
        found |= {name.removeprefix(OF_TRACE): opened(attributes[name]) for name in names}
        found |= mapping_of(attributes.get("metadata"))
    return found


def _pack(record: Record) -> Iterable[tuple[str, bytes] | Unreadable] | None:
    return _packed(record) if isinstance(record, PackedSpans) else None


def _packed(record: PackedSpans) -> Iterator[tuple[str, bytes] | Unreadable]:
    for one in packed_in(record):
        if not isinstance(one, PackedSpan):
            yield one
            continue
        for part in spans_in(record.record_of(one)):
            try:
                yield part if isinstance(part, Unreadable) else (key(part), orjson.dumps(part))
            except Unreadable as error:
                yield error


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
    pack=_pack,
    unpack=plain_of,
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
