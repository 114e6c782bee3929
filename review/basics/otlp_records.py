"""Messages of OpenTelemetry in protobuf as records like those of OTLP/JSON, with values in place of typed ones."""

from __future__ import annotations

import math
from typing import Any


def resource_record(resource: Any) -> dict[str, Any]:
    """Return the resource as OTLP/JSON has it."""
    return {"resource": {"attributes": attributes(resource.resource.attributes)}}


def scope_records(scopes: Any) -> list[dict[str, Any]]:
    """Return scopes with their spans."""
    return [
        {"scope": {"name": scope.scope.name}, "spans": [span_record(span) for span in scope.spans]} for scope in scopes
    ]


def span_record(span: Any) -> dict[str, Any]:
    """Return one span."""
    return {
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "parentSpanId": span.parent_span_id.hex(),
        "name": span.name,
        "startTimeUnixNano": span.start_time_unix_nano,
        "endTimeUnixNano": span.end_time_unix_nano,
        "attributes": attributes(span.attributes),
        "events": [{"name": event.name, "attributes": attributes(event.attributes)} for event in span.events],
        "status": {"code": span.status.code, "message": span.status.message},
    }


def log_scope_records(scopes: Any) -> list[dict[str, Any]]:
    """Return scopes with their log records."""
    return [{"scope": {"name": s.scope.name}, "logRecords": [_log(record) for record in s.log_records]} for s in scopes]


def _log(record: Any) -> dict[str, Any]:
    return {
        "traceId": record.trace_id.hex(),
        "spanId": record.span_id.hex(),
        "eventName": record.event_name,
        "timeUnixNano": record.time_unix_nano or record.observed_time_unix_nano,
        "attributes": attributes(record.attributes),
        "body": value_of(record.body),
    }


def attributes(pairs: Any) -> list[dict[str, Any]]:
    """Return attributes as a list of {key, value} with plain values."""
    return [{"key": pair.key, "value": value_of(pair.value)} for pair in pairs]


def value_of(value: Any) -> Any:
    """Return the value of an AnyValue; bytes as hex, nothing as None, and so what is no number, as JSON has it."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [value_of(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: value_of(pair.value) for pair in value.kvlist_value.values}
    found = getattr(value, kind)
    if kind == "double_value" and not math.isfinite(found):
        return None
    return found.hex() if isinstance(found, bytes) else found
