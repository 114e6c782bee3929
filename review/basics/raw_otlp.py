"""Read OpenTelemetry requests from protobuf: one request in a file, or many with their lengths before them.

A collector writes each request after its length in four bytes. The records have the shape of OTLP/JSON, with plain
values in place of typed ones, one record for each resource.

Facts: opentelemetry-proto; the file exporter of opentelemetry-collector-contrib (``format: proto``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from review.basics.errors import InputError
from review.basics.input_file import ByteLines, InputFile
from review.basics.record import MAX_LINE, Raw, Unreadable

SUFFIXES = (".pb", ".binpb", ".otlp", ".bin")
_FIRST_FIELD = b"\x0a"
_INNER = (b"\x0a", b"\x12", b"\x1a")


def is_otlp(given: InputFile, head: bytes) -> bool:
    """Whether a file is a request, or many requests with their lengths."""
    head = replace(given, encoding="").head() if given.encoding else head
    if not head or (given.suffix not in SUFFIXES and b"\x00" not in head[:64] and _is_text(head)):
        return False
    return _is_request(head) or (_length(head) <= MAX_LINE and _is_request(head[4:]))


def _is_request(head: bytes) -> bool:
    """Whether bytes begin a request: its first field, its length, and a field of a resource's spans or logs."""
    if not head.startswith(_FIRST_FIELD):
        return False
    at = next((i for i, byte in enumerate(head[1:11], start=1) if byte < 128), None)
    return at is not None and head[at + 1 : at + 2] in _INNER


def _is_text(head: bytes) -> bool:
    try:
        text = head[:1000].decode()
    except UnicodeDecodeError as error:
        text = head[: error.start].decode() if error.start > 900 else "\0"
    return all(c.isprintable() or c in "\t\r\n\ufeff" for c in text)


def _length(head: bytes) -> int:
    return int.from_bytes(head[:4], "big")


def read_otlp(given: InputFile) -> Iterator[Raw]:
    """Yield the resources of all requests. A request that cannot be read comes with its error.

    Raises InputError for a file that breaks off.
    """
    # An encoding that somebody declared is that of texts.
    file, content = replace(given, encoding="").open()
    with file:
        done = 0
        for number, message in enumerate(_messages(given, content), start=1):
            done += len(message)
            yield from _records(number, message, done)


def _messages(given: InputFile, content: ByteLines) -> Iterator[bytes]:
    start = _read(content, 4)
    whole = start.startswith(_FIRST_FIELD)
    if whole:
        message = start + _read(content, MAX_LINE)
        if len(message) > MAX_LINE:
            raise InputError(f"{given.name}: found one request of over {MAX_LINE // 2**20} MB, expected a smaller one.")
        yield message
        return
    number = 0
    while start:
        number += 1
        size = _length(start)
        message = _read(content, size) if len(start) == 4 and size <= MAX_LINE else b""
        if len(message) < size or len(start) < 4:
            raise InputError(f"{given.name}: request {number:,} breaks off; nothing was added. Copy the file again.")
        yield message
        start = _read(content, 4)


def _read(content: ByteLines, size: int) -> bytes:
    """Read so many bytes, fewer only at the end."""
    parts = []
    while size > 0 and (part := content.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _records(number: int, message: bytes, done: int) -> Iterator[Raw]:
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    # Both kinds of requests have the same outline, so each is read as both, and its ids tell which it is.
    traces, logs, fault = ExportTraceServiceRequest(), ExportLogsServiceRequest(), ""
    for request in (traces, logs):
        try:
            request.ParseFromString(message)
        except DecodeError as error:
            request.Clear()
            fault = f" ({error})"
    spans = [span for r in traces.resource_spans for s in r.scope_spans for span in s.spans]
    records = [record for r in logs.resource_logs for s in r.scope_logs for record in s.log_records]
    # A span without ids is refused by the reader; logs that are read as spans never have any.
    if any(len(span.trace_id) == 16 and len(span.span_id) == 8 for span in spans):
        for resource in traces.resource_spans:
            yield Raw(number, {**_resource(resource), "scopeSpans": _scopes(resource.scope_spans)}, None, done)
    elif records:
        for resource in logs.resource_logs:
            yield Raw(number, {**_resource(resource), "scopeLogs": _log_scopes(resource.scope_logs)}, None, done)
    elif message:
        found = f"{len(message):,} bytes without spans and logs{fault}"
        yield Raw(number, None, Unreadable("request", found, "a request of OTLP with spans or logs"), done)


def _resource(resource: Any) -> dict[str, Any]:
    return {"resource": {"attributes": attributes(resource.resource.attributes)}}


def _scopes(scopes: Any) -> list[dict[str, Any]]:
    return [{"scope": {"name": scope.scope.name}, "spans": [_span(span) for span in scope.spans]} for scope in scopes]


def _span(span: Any) -> dict[str, Any]:
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


def _log_scopes(scopes: Any) -> list[dict[str, Any]]:
    return [{"scope": {"name": s.scope.name}, "logRecords": [_log(record) for record in s.log_records]} for s in scopes]


def _log(record: Any) -> dict[str, Any]:
    return {
        "traceId": record.trace_id.hex(),
        "spanId": record.span_id.hex(),
        "eventName": record.event_name,
        "timeUnixNano": record.time_unix_nano or record.observed_time_unix_nano,
        "attributes": attributes(record.attributes),
        "body": _value(record.body),
    }


def attributes(pairs: Any) -> list[dict[str, Any]]:
    """Return attributes as a list of {key, value} with plain values."""
    return [{"key": pair.key, "value": _value(pair.value)} for pair in pairs]


def _value(value: Any) -> Any:
    """Return the value of an AnyValue; bytes as hex, nothing as None."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in value.kvlist_value.values}
    found = getattr(value, kind)
    return found.hex() if isinstance(found, bytes) else found
