"""Spans that came in protobuf, in the plain form of :mod:`review.sources.readers.otlp_spans`: each is decoded once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from review.basics.otlp_records import value_of
from review.basics.packed_spans import PackedSpan, PackedSpans, divided, shared_in
from review.sources.readers.fields import Fields
from review.sources.readers.otlp_spans import id_of
from review.sources.readers.span_values import milliseconds

_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)
KEPT, LONGEST = 64, 8_192
"""Of so many resources of at most so many bytes the attributes are kept, because most spans come from few."""


def packed_in(record: PackedSpans) -> Iterator[tuple[str, bytes] | PackedSpan]:
    """Yield trace and bytes of each span of a resource, and a span itself where its ids are not as they should be."""
    for span in record.spans():
        message, shared = span
        trace, own = message.trace_id, message.span_id
        if len(trace) == 16 and len(own) == 8 and trace != _NO_TRACE and own != _NO_SPAN:
            yield trace.hex(), shared + message.SerializeToString()
        else:
            yield span


def plain_of(data: bytes | memoryview) -> Fields:
    """Return the plain form of a packed span."""
    shared, own = divided(data)
    # Nobody changes a resource, so spans share what was made of it.
    resource, scope = _known(shared) if len(shared) <= LONGEST else _described(shared)
    span = Span.FromString(own)
    parent, events, status = span.parent_span_id, span.events, span.status
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    return {
        "trace": span.trace_id.hex(),
        "span": span.span_id.hex(),
        "parent": _parent(parent) if parent else None,
        "name": span.name,
        "start": start / 1e6 if start > _USUAL else _moment(start),
        "end": end / 1e6 if end > _USUAL else _moment(end),
        "attributes": _attributes(span.attributes),
        "events": [{"name": e.name, "attributes": _attributes(e.attributes)} for e in events] if events else [],
        "resource": resource,
        "scope": scope,
        "failed": status.code == 2,
        "message": status.message or None,
        "span_kind": None,
    }


def _described(shared: bytes) -> tuple[Fields, str]:
    resource, scope = shared_in(shared)
    return _attributes(Resource.FromString(resource).attributes), scope


_known = lru_cache(maxsize=KEPT)(_described)


def _parent(raw: bytes) -> str | None:
    if len(raw) == 8:
        return None if raw == _NO_SPAN else raw.hex()
    return id_of({"parentSpanId": raw.hex()}, "parent")


_USUAL = 10**17
"""Nanoseconds since 1970, from 1973 on."""


def _moment(nanoseconds: int) -> float | None:
    return milliseconds(nanoseconds) if nanoseconds else None


def _attributes(pairs: Any) -> Fields:
    made: Fields = {}
    for pair in pairs:
        value = pair.value
        # Nearly all are texts or numbers; a value that is not set reads as empty or zero, and is looked at again.
        made[pair.key] = value.string_value or value.int_value or value_of(value)
    return made
