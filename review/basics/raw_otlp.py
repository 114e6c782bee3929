"""Read OpenTelemetry requests from protobuf: one request in a file, or many with their lengths before them.

A collector writes each request after its length in four bytes. The records have the shape of OTLP/JSON, with plain
values in place of typed ones, one record for each resource. Spans stay packed until somebody looks into their record.

Facts: opentelemetry-proto; the file exporter of opentelemetry-collector-contrib (``format: proto``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from review.basics.errors import InputError
from review.basics.input_file import ByteLines, InputFile
from review.basics.otlp_records import log_scope_records, resource_record
from review.basics.packed_spans import PackedSpans
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

    # Both kinds of requests have the same outline, so their ids tell which it is.
    traces, logs, fault = ExportTraceServiceRequest(), ExportLogsServiceRequest(), ""
    try:
        traces.ParseFromString(message)
    except DecodeError as error:
        traces.Clear()
        fault = f" ({error})"
    spans = (span for r in traces.resource_spans for s in r.scope_spans for span in s.spans)
    # A span without ids is refused by the reader; logs that are read as spans never have any.
    if any(len(span.trace_id) == 16 and len(span.span_id) == 8 for span in spans):
        for resource in traces.resource_spans:
            yield Raw(number, cast("dict[str, Any]", PackedSpans(resource)), None, done)
        return
    try:
        logs.ParseFromString(message)
    except DecodeError as error:
        logs.Clear()
        fault = f" ({error})"
    if any(scope.log_records for resource in logs.resource_logs for scope in resource.scope_logs):
        for resource in logs.resource_logs:
            found = {**resource_record(resource), "scopeLogs": log_scope_records(resource.scope_logs)}
            yield Raw(number, found, None, done)
    elif message:
        said = f"{len(message):,} bytes without spans and logs{fault}"
        yield Raw(number, None, Unreadable("request", said, "a request of OTLP with spans or logs"), done)
