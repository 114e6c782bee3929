"""What a request of OpenTelemetry holds: checked when it arrives, looked at again when its traces are put together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from review.basics.record import Unreadable
from review.sources.collecting.bodies import Rejected, json_in
from review.sources.collecting.frames import Kind
from review.sources.readers.otlp_spans import CONTAINERS, ITEMS, SCOPES, id_of, spans_in

WITHOUT_IDS = "spans and logs need the ids of a trace and a span that are not zero"
_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)


class Checked(NamedTuple):
    """How many spans or log records of a request are taken and refused, and why the first of those is."""

    taken: int
    refused: int
    why: str = ""


class Seen(NamedTuple):
    """One span or log record of a request: its trace in hex, whether it is a root, and the name of its service.

    ``mark`` is the id of a span, in eight bytes, and a hash of a log record, which has no id.
    """

    trace: str
    mark: bytes
    is_root: bool
    service: str


def checked(kind: Kind, body: bytes) -> Checked:
    """Count what a request holds. Raises Rejected for one that cannot be read."""
    if kind.is_json:
        return _checked_json(body)
    taken = given = 0
    for _, items in _items(kind, _parsed(kind, body)):
        given += len(items)
        taken += sum(map(_has_ids, items))
    return Checked(taken, given - taken, WITHOUT_IDS if taken < given else "")


def _has_ids(item: Any) -> bool:
    trace, span = item.trace_id, item.span_id
    return len(trace) == 16 and len(span) == 8 and trace != _NO_TRACE and span != _NO_SPAN


def _parsed(kind: Kind, body: bytes) -> Any:
    """Return a request in protobuf. Raises Rejected for what is none."""
    request = ExportTraceServiceRequest() if kind is Kind.TRACES else ExportLogsServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise Rejected(400, f"The body is no request of OpenTelemetry in protobuf ({error}).") from None
    return request


def _items(kind: Kind, request: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (resource, spans or log records) of each scope of a request."""
    if kind is Kind.TRACES:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                yield resource, scope.spans
    else:
        for resource in request.resource_logs:
            for scope in resource.scope_logs:
                yield resource, scope.log_records


def _read_json(body: bytes) -> dict[str, Any]:
    """Return a request in JSON. Raises Rejected for what is none."""
    found = json_in(body)
    if not isinstance(found, dict) or not any(isinstance(found.get(name), list) for name in CONTAINERS):
        raise Rejected(400, "The body is JSON without resourceSpans or resourceLogs.")
    return found


def _checked_json(body: bytes) -> Checked:
    taken, refused, why = 0, 0, ""
    for part in spans_in(_read_json(body)):
        if isinstance(part, Unreadable):
            refused, why = refused + 1, why or f"{part.field}: expected {part.expected}"
        elif _is_named(part):
            taken += 1
        else:
            refused, why = refused + 1, why or WITHOUT_IDS
    return Checked(taken, refused, why)


def _is_named(part: Mapping[str, Any]) -> bool:
    """Whether a span or log record in JSON has the ids that ``_has_ids`` asks of one in protobuf."""
    return isinstance(part.get("trace"), str) and bool(part.get("span"))


def seen(kind: Kind, body: bytes) -> Iterator[Seen]:
    """Yield what a request that was taken holds, without what was refused."""
    if kind.is_json:
        for part in spans_in(orjson.loads(body)):
            if not isinstance(part, Unreadable) and _is_named(part):
                log = bool(part.get("log"))
                root = not log and not part.get("parent") and bool(part.get("end"))
                service = str(part["resource"].get("service.name") or "")
                mark = _hash(repr(part).encode()) if log else _mark(str(part["span"]))
                yield Seen(part["trace"], mark, root, service)
        return
    log = kind is Kind.LOGS
    for resource, items in _items(kind, _parsed(kind, body)):
        service = _service_of(resource)
        for item in items:
            if _has_ids(item):
                root = not log and not item.parent_span_id.strip(b"\0") and bool(item.end_time_unix_nano)
                mark = _hash(item.SerializeToString(deterministic=True)) if log else item.span_id
                yield Seen(item.trace_id.hex(), mark, root, service)


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).digest()


def _mark(span: str) -> bytes:
    """Return the eight bytes of an id in JSON, a hash of one that is not in hexadecimal digits."""
    try:
        found = bytes.fromhex(span)
    except ValueError:
        found = b""
    return found if len(found) == 8 else _hash(span.encode())


def only(kind: Kind, body: bytes, wanted: Callable[[str], bool]) -> bytes:
    """Return a request with the spans and log records of the wanted traces alone; b"" without any."""
    if kind.is_json:
        return _only_json(orjson.loads(body), wanted)
    request, whole, empty = _parsed(kind, body), True, True
    for _, items in _items(kind, request):
        kept = [item for item in items if wanted(item.trace_id.hex())]
        empty = empty and not kept
        if len(kept) < len(items):
            whole = False
            copies = [type(item).FromString(item.SerializeToString()) for item in kept]
            del items[:]
            items.extend(copies)
    return b"" if empty else body if whole else bytes(request.SerializeToString())


def _only_json(record: dict[str, Any], wanted: Callable[[str], bool]) -> bytes:
    found = False
    for resource in [one for name in CONTAINERS for one in record.get(name) or () if isinstance(one, dict)]:
        for scope in [one for name in SCOPES for one in resource.get(name) or () if isinstance(one, dict)]:
            for items in ITEMS:
                if isinstance(scope.get(items), list):
                    named = [(one, id_of(one, "trace")) for one in scope[items] if isinstance(one, dict)]
                    scope[items] = [one for one, trace in named if trace and wanted(trace)]
                    found = found or bool(scope[items])
    return orjson.dumps(record) if found else b""


def _service_of(resource: Any) -> str:
    """Return the name of the service of a resource in protobuf, "" without one."""
    for pair in resource.resource.attributes:
        if pair.key == "service.name":
            return str(pair.value.string_value)
    return ""


def answer(kind: Kind, result: Checked) -> bytes:
    """Return the answer to a request in its own encoding, with what was refused."""
    if kind.is_json:
        name = "rejectedSpans" if kind is Kind.TRACES_JSON else "rejectedLogRecords"
        told = {"partialSuccess": {name: str(result.refused), "errorMessage": result.why}} if result.refused else {}
        return orjson.dumps(told)
    if not result.refused:
        return b""
    if kind is Kind.TRACES:
        spans = ExportTracePartialSuccess(rejected_spans=result.refused, error_message=result.why)
        return bytes(ExportTraceServiceResponse(partial_success=spans).SerializeToString())
    logs = ExportLogsPartialSuccess(rejected_log_records=result.refused, error_message=result.why)
    return bytes(ExportLogsServiceResponse(partial_success=logs).SerializeToString())


def status_message(words: str, *, as_json: bool) -> bytes:
    """Return why a request failed, as OTLP wants it: a google.rpc.Status, whose second field is the message."""
    if as_json:
        return orjson.dumps({"message": words})
    text = words.encode()[:2_000]
    size, length = len(text), b""
    while size > 127:
        length, size = length + bytes((size & 127 | 128,)), size >> 7
    return b"\x12" + length + bytes((size,)) + text


def users_in(kind: Kind, body: bytes) -> Iterator[tuple[str, str]]:
    """Yield (trace, user) for each attribute of a span or log record that names a user."""
    if kind.is_json:
        for part in spans_in(orjson.loads(body)):
            if not isinstance(part, Unreadable) and _is_named(part):
                given = {**part.get("resource", {}), **part.get("attributes", {})}
                yield from ((str(part["trace"]), str(value)) for key, value in given.items() if "user" in key.lower())
        return
    for resource, items in _items(kind, _parsed(kind, body)):
        for item in items:
            for pair in (*resource.resource.attributes, *item.attributes):
                if "user" in pair.key.lower():
                    yield item.trace_id.hex(), pair.value.string_value or str(pair.value.int_value)
