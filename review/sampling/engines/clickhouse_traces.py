"""Tables of spans in ClickHouse, as the OpenTelemetry Collector writes ``otel_traces``: a trace is a conversation.

The spans are grouped where they are. A conversation begins with its root, the earliest span without a parent; it has
failed when its root has, or when a span has and none says an answer. Traces in which no span says anything, such as
those of other services, are no conversations. Drawn traces come as requests of OTLP, which their reader makes
conversations of.

Facts: opentelemetry-collector-contrib ``exporter/clickhouseexporter``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

import orjson
from sqlglot import exp, parse_one

from review.sampling.engines.clickhouse import ClickHouseEngine
from review.sampling.engines.engine import Span
from review.sampling.engines.sql import column

SIGN = frozenset(("TraceId", "SpanId", "ParentSpanId", "Timestamp", "SpanAttributes"))
"""Columns that make a table one of spans."""
SAID_IN = (
    *("input.value", "langfuse.observation.input", "langfuse.trace.input", "traceloop.entity.input", "ai.prompt"),
    *("ai.prompt.messages", "gen_ai.prompt", "gen_ai.retrieval.query.text", "gen_ai.task.input"),
    *("input", "question", "query", "gen_ai.input.messages"),
)
SAID_OUT = (
    *("output.value", "langfuse.observation.output", "langfuse.trace.output", "traceloop.entity.output"),
    *("ai.response.text", "gen_ai.completion", "gen_ai.task.output", "result"),
    *("output", "answer", "gen_ai.output.messages", "ai.response.toolCalls"),
)
"""Attributes of spans that hold what went in and what came out, as the reader of OTLP knows them."""
BEGIN_IN, BEGIN_OUT = ("llm.input_messages.", "gen_ai.prompt."), ("llm.output_messages.", "gen_ai.completion.")
MARGIN = timedelta(days=1)
"""How far the spans of a trace may lie from its root."""
CHUNK = 200
TYPES = {
    "id": "String", "created_at": "DateTime64(9)", "status": "String", "latency_ms": "Float64", "model": "String",
}  # fmt: skip
"""The columns of a conversation, with ClickHouse's types."""
_FAILED = "StatusCode IN ('STATUS_CODE_ERROR', 'Error', 'ERROR')"
_ROOT = "tuple(ParentSpanId != '', Timestamp, SpanId)"
_MODEL = (
    "if(SpanAttributes['gen_ai.response.model'] != '', SpanAttributes['gen_ai.response.model'], "
    "if(SpanAttributes['gen_ai.request.model'] != '', SpanAttributes['gen_ai.request.model'], "
    "SpanAttributes['llm.model_name']))"
)


class TraceTable(ClickHouseEngine):
    """A table of spans, read as one row for each trace."""

    format = "otlp"
    span: Span | None = None

    def relation(self, names: Sequence[str], span: Span | None = None) -> exp.Expr:
        """Return the conversations; of a span of time, those with spans from a day before to a day after it."""
        self.span = span or self.span
        said_in, said_out = _says(SAID_IN, BEGIN_IN), _says(SAID_OUT, BEGIN_OUT)
        failed = f"argMin({_FAILED}, {_ROOT}) OR (countIf({_FAILED}) > 0 AND countIf({said_out}) = 0)"
        cells = {
            "id": "TraceId",
            "created_at": f"argMin(Timestamp, {_ROOT})",
            "status": f"if({failed}, 'error', 'ok')",
            "latency_ms": f"argMin(Duration, {_ROOT}) / 1000000",
            "model": f"nullIf(argMaxIf({_MODEL}, Timestamp, {_MODEL} != ''), '')",
        }
        shown = [exp.alias_(_parsed(sql), name, quoted=True) for name, sql in cells.items()]
        query = exp.select(*shown).from_(self._relation.copy()).group_by(column("TraceId"))
        query = query.having(_parsed(f"countIf({said_in} OR {said_out}) > 0"))
        if span is not None:
            query = query.where(self._around(span))
        return query.subquery("conversations")

    def records(self, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the spans of each of these traces as one request of OTLP."""
        events = "arrayMap((n, a) -> (n, a), Events.Name, Events.Attributes)"
        cells = (
            "TraceId", "SpanId", "ParentSpanId", "SpanName", "SpanKind", "toUnixTimestamp64Nano(Timestamp)", "Duration",
            "StatusCode", "StatusMessage", "SpanAttributes", "ResourceAttributes", events,
        )  # fmt: skip
        for start in range(0, len(ids), CHUNK):
            wanted = [exp.Literal.string(i) for i in ids[start : start + CHUNK]]
            query = exp.select(*map(_parsed, cells)).from_(self._relation.copy())
            query = query.where(exp.In(this=column("TraceId"), expressions=wanted)).order_by("TraceId", "Timestamp")
            if self.span is not None:
                query = query.where(self._around(self.span))
            for _, spans in groupby(self.query(query), key=lambda row: row[0]):
                yield {"resourceSpans": [_request(row) for row in spans]}

    def _around(self, span: Span) -> exp.Expr:
        return exp.and_(
            exp.GTE(this=column("Timestamp"), expression=self.moment(span.start - MARGIN)),
            exp.LT(this=column("Timestamp"), expression=self.moment(span.end + MARGIN)),
        )


def _says(names: Sequence[str], begins: Sequence[str]) -> str:
    """Return the condition that a span has one of these attributes, not empty, or one that begins so."""
    one_of = ", ".join(exp.Literal.string(name).sql("clickhouse") for name in names)
    starts = " OR ".join(f"startsWith(k, {exp.Literal.string(name).sql('clickhouse')})" for name in begins)
    fits = f"(k, v) -> v != '' AND (k IN ({one_of}) OR {starts})"
    return f"arrayExists({fits}, mapKeys(SpanAttributes), mapValues(SpanAttributes))"


def _parsed(sql: str) -> exp.Expr:
    return parse_one(sql, dialect="clickhouse")


def _request(row: Sequence[Any]) -> dict[str, Any]:
    """Return a span as OTLP writes it, with its resource around it."""
    trace, span, parent, name, kind, start, duration, code, message, attributes, resource, events = row
    made = {
        "traceId": trace,
        "spanId": span,
        **({"parentSpanId": parent} if parent else {}),
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(int(start) + int(duration)),
        "attributes": _object(attributes),
        "events": [{"name": event, "attributes": _object(of)} for event, of in events],
        "status": {"code": "STATUS_CODE_ERROR" if "ERROR" in code.upper() else code, "message": message},
    }
    return {"resource": {"attributes": _object(resource)}, "scopeSpans": [{"spans": [made]}]}


def _object(cell: Any) -> dict[str, Any]:
    return orjson.loads(cell) if isinstance(cell, str) else dict(cell)
