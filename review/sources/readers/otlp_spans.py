"""Spans and log records of OpenTelemetry in one plain form, from OTLP/JSON and as SDKs and Phoenix print them.

OTLP/JSON writes ids as hex, 64-bit numbers as text and enums as numbers; a plain protobuf-to-JSON writes base64 and
names. Both are read. The plain form is {trace, span, parent, name, start, end, attributes, events, resource, scope}
with the status as ``failed`` and ``message``; a log record has its ``body`` besides.

Facts: opentelemetry-proto (``trace.proto``, ``logs.proto``, ``common.proto``), opentelemetry-sdk 1.45.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from review.basics.packed_spans import PackedSpans
from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record
from review.sources.readers.span_values import milliseconds

CONTAINERS = ("resourceSpans", "resource_spans", "resourceLogs", "resource_logs")
SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans", "scopeLogs", "scope_logs")
ITEMS = ("spans", "logRecords", "log_records")
_FAILED = (2, "2", "STATUS_CODE_ERROR", "ERROR")
_HEX = re.compile(r"(0x)?([0-9a-fA-F]{16}|[0-9a-fA-F]{32})\Z")


def is_otlp(record: Record) -> bool:
    """Whether a record is a request with spans or logs, the spans of one resource, or one span."""
    if isinstance(record, PackedSpans) or any(isinstance(record.get(name), list) for name in (*CONTAINERS, *SCOPES)):
        return True
    return _is_span(record)


def _of_table(record: Record) -> Record:
    """Return a row of a table of spans, as Phoenix saves it, with its columns put into objects."""
    begin = "attributes."
    given = {name.removeprefix(begin): value for name, value in record.items() if name.startswith(begin)}
    context = {"trace_id": record.get("context.trace_id"), "span_id": record.get("context.span_id")}
    return {**record, "context": context, "attributes": {name: v for name, v in given.items() if v is not None}}


def _is_span(record: Record) -> bool:
    if "context.trace_id" in record:
        return "context.span_id" in record
    context = record.get("context")
    if isinstance(context, dict):
        return "trace_id" in context and "span_id" in context and isinstance(record.get("attributes"), dict)
    return id_of(record, "trace") is not None and id_of(record, "span") is not None and "attributes" in record


def spans_in(record: Record) -> Iterator[Fields | Unreadable]:
    """Yield the spans and log records of a raw record in the plain form, and the error of each that cannot be read.

    Raises Unreadable for a record that is neither a request nor a span.
    """
    if not is_otlp(record):
        found = f"the keys {', '.join(map(str, record))}"[:200]
        raise Unreadable(
            "record", found, "a request with spans or logs, or a span with the ids of its trace and itself"
        )
    for name in CONTAINERS:
        for resource in _objects(record.get(name), name):
            yield from [resource] if isinstance(resource, Unreadable) else _of_resource(resource)
    if any(name in record for name in SCOPES):
        yield from _of_resource(record)
    if "context.trace_id" in record:
        record = _of_table(record)
    if _is_span({name: value for name, value in record.items() if name != "context.trace_id"}):
        yield _plain(record, attributes_of(record.get("resource")), "")


def _objects(value: Any, name: str) -> Iterator[Mapping[str, Any] | Unreadable]:
    """Yield the objects of a list, and an error for what is none."""
    if value is None:
        return
    if not isinstance(value, list):
        yield Unreadable(name, value, "a list")
        return
    yield from (item if isinstance(item, dict) else Unreadable(name, item, "an object") for item in value)


def _of_resource(resource: Mapping[str, Any]) -> Iterator[Fields | Unreadable]:
    shared = resource.get("resource")
    described = attributes_of(shared.get("attributes")) if isinstance(shared, dict) else {}
    for scopes in SCOPES:
        for scope in _objects(resource.get(scopes), scopes):
            if isinstance(scope, Unreadable):
                yield scope
                continue
            named = scope.get("scope")
            name = str(named.get("name") or "") if isinstance(named, dict) else ""
            for items in ITEMS:
                if items in scope:
                    for item in _objects(scope[items], items):
                        yield item if isinstance(item, Unreadable) else _read(item, described, name)


def _read(item: Mapping[str, Any], resource: Fields, scope: str) -> Fields | Unreadable:
    try:
        return _plain(item, resource, scope)
    except RecursionError:
        return Unreadable("attributes", "nested JSON", "JSON at most 200 levels deep")


def _plain(item: Mapping[str, Any], resource: Fields, scope: str) -> Fields:
    ask = item.get
    status = ask("status")
    status = status if isinstance(status, dict) else {"code": ask("status_code")}
    events, pairs = ask("events"), ask("attributes")
    made: Fields = {
        "trace": id_of(item, "trace"),
        "span": id_of(item, "span"),
        "parent": id_of(item, "parent"),
        "name": str(ask("name") or ask("eventName") or ask("event_name") or ""),
        "start": _time_of(item, "start"),
        "end": _time_of(item, "end"),
        "attributes": _pairs(pairs) if type(pairs) is list else attributes_of(pairs),
        "events": [_event(event) for event in events if isinstance(event, dict)] if isinstance(events, list) else [],
        "resource": resource,
        "scope": scope,
        "failed": status.get("code", status.get("status_code")) in _FAILED,
        "message": status.get("message") or status.get("description") or item.get("status_message"),
        "span_kind": item.get("span_kind"),
    }
    if "body" in item:
        made |= {"log": True, "body": _value(item["body"]), "start": _time_of(item, "log")}
    return made


def _event(event: Mapping[str, Any]) -> Fields:
    return {"name": str(event.get("name") or ""), "attributes": attributes_of(event.get("attributes"))}


_IDS = {
    "trace": ("traceId", "trace_id", "TraceId"),
    "span": ("spanId", "span_id", "SpanId"),
    "parent": ("parentSpanId", "parent_span_id", "parent_id", "ParentSpanId"),
}
_TIMES = {
    "start": ("startTimeUnixNano", "start_time_unix_nano", "start_time"),
    "end": ("endTimeUnixNano", "end_time_unix_nano", "end_time"),
    "log": ("timeUnixNano", "time_unix_nano", "observedTimeUnixNano", "observed_time_unix_nano"),
}


def id_of(item: Mapping[str, Any], which: str) -> str | None:
    """Return an id as lower-case hex; None without one, and for one of zeros."""
    raw = item.get(_IDS[which][0]) or _other_id(item, which)
    if not isinstance(raw, str):
        return None
    if _HEX.match(raw):
        text = raw.removeprefix("0x").lower()
    else:
        try:
            text = base64.b64decode(raw, validate=True).hex() if len(raw) in (12, 24) else raw
        except (binascii.Error, ValueError):
            text = raw
    return text if text.strip("0") else None


def _other_id(item: Mapping[str, Any], which: str) -> Any:
    """Return an id under one of the names that not every exporter uses, or in the context of a span."""
    context = item.get("context")
    places: list[Mapping[str, Any]] = [item, context] if isinstance(context, dict) else [item]
    return next((place[name] for name in _IDS[which] for place in places if place.get(name)), None)


def _time_of(item: Mapping[str, Any], which: str) -> float | None:
    """Return a moment in milliseconds since 1970."""
    names = _TIMES[which]
    raw = item.get(names[0]) or next((item[name] for name in names if item.get(name)), None)
    if isinstance(raw, str) and raw.isdecimal():
        raw = int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and raw > 10**17:
        return raw / 1e6
    return milliseconds(raw)


def attributes_of(value: Any) -> Fields:
    """Return attributes by name, from a list of {key, value} or an object, nested objects with dotted names."""
    if isinstance(value, list):
        return _pairs(value)
    return dict(_flat(value, "")) if isinstance(value, dict) else {}


def _pairs(value: list[Any]) -> Fields:
    made: Fields = {}
    for pair in value:
        if isinstance(pair, dict) and "key" in pair:
            given = pair.get("value")
            # Nearly all attributes are texts.
            text = given.get("stringValue") if isinstance(given, dict) else None
            made[str(pair["key"])] = _value(given) if text is None else text
    return made


def _flat(value: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for name, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, f"{before}{name}.")
        elif isinstance(item, list) and any(isinstance(one, dict) for one in item):
            yield from _flat({str(i): one for i, one in enumerate(item)}, f"{before}{name}.")
        else:
            yield f"{before}{name}", item


_PLAIN = ("stringValue", "string_value", "boolValue", "bool_value", "doubleValue", "double_value")


def _value(value: Any) -> Any:
    """Return the value that an AnyValue holds; anything else unchanged."""
    if not isinstance(value, dict):
        return value
    for name in _PLAIN:
        if name in value:
            return value[name]
    for name in ("intValue", "int_value"):
        if name in value:
            raw = value[name]
            return int(raw) if isinstance(raw, str) and raw.lstrip("-").isdecimal() else raw
    for name in ("arrayValue", "array_value"):
        if isinstance(value.get(name), dict):
            return [_value(item) for item in value[name].get("values") or ()]
    for name in ("kvlistValue", "kvlist_value"):
        if isinstance(value.get(name), dict):
            return {
                str(p.get("key")): _value(p.get("value"))
                for p in value[name].get("values") or ()
                if isinstance(p, dict)
            }
    return None if not value else dict(value)
