"""Spans in protobuf that wait as they came give the conversations of the plain way, generated and recorded ones."""

import gzip
import random
import zlib

from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from plain_spans import SPAN, compared, in_the_plain_way, plain_names, replaced

from review.basics.input_file import InputFile
from review.basics.raw_otlp import read_otlp
from review.sources import grouping
from review.sources.assembling import traces
from review.sources.readers.otlp import READER


def value_in(value):
    """A value as protobuf has it."""
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[value_in(one) for one in value]))
    if isinstance(value, dict):
        return AnyValue(kvlist_value=KeyValueList(values=pairs_in(value)))
    if value is None:
        return AnyValue()
    if isinstance(value, bool | float):
        return AnyValue(bool_value=value) if isinstance(value, bool) else AnyValue(double_value=value)
    return AnyValue(string_value=value) if isinstance(value, str) else AnyValue(int_value=value)


def pairs_in(attributes):
    return [KeyValue(key=name, value=value_in(value)) for name, value in attributes.items()]


def in_protobuf(spans, service):
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.extend(pairs_in({"service.name": service, "labels": {"stringValue": "x", "n": 1}}))
    scope = resource.scope_spans.add()
    scope.scope.name = "scope"
    for one in spans:
        start = 0 if one["start"] is None else 1763717400_000000000 + one["start"] * 10**9
        scope.spans.add(
            trace_id=(one["trace"] + 1).to_bytes(16, "big"),
            span_id=(one["span"] + 1).to_bytes(8, "big"),
            parent_span_id=b"" if one["parent"] is None else one["parent"].to_bytes(8, "big"),
            start_time_unix_nano=start,
            end_time_unix_nano=start and start + 10**9,
            name="step",
            attributes=pairs_in({**one["attributes"], "b": True, "f": 0.5}),
            events=[Span.Event(name=name, attributes=pairs_in(found)) for name, found in one["events"]],
            status=Status(code=2, message="it broke") if one["failed"] else None,
        )
    return request


def expected_of(*requests):
    """What requests in protobuf become that the library of protobuf turned into JSON, all of them in memory."""
    with plain_names():
        return in_the_plain_way([MessageToDict(request) for request in requests])


def as_file(*requests):
    written = [request.SerializeToString() for request in requests]
    content = b"".join(len(one).to_bytes(4, "big") + one for one in written)
    return read_otlp(InputFile("spans.pb", data=content))


@given(st.lists(SPAN, min_size=1, max_size=25), st.integers(0, 1000), st.booleans())
def test_spans_that_wait_packed_become_the_conversations_of_the_plain_way(spans, seed, small):
    waiting, rng, requests = list(spans), random.Random(seed), []
    while waiting:
        n = rng.randint(1, 4)
        requests.append(in_protobuf(waiting[:n], rng.choice(["shop", "desk"])))
        waiting = waiting[n:]
    expected, largest = expected_of(*requests)
    with replaced(largest * 2 if small else grouping.MEMORY, "MEMORY", grouping):
        compared(list(traces(as_file(*requests), READER)), expected)


def test_recorded_requests_become_the_conversations_of_the_plain_way(shared):
    requests = [
        request
        for path in sorted((shared / "data" / "otlp").glob("*.bin"))
        for kind in (ExportLogsServiceRequest, ExportTraceServiceRequest)
        if ("logs" in path.name) == (kind is ExportLogsServiceRequest)
        and (request := kind.FromString(body_of(path.read_bytes()))).ListFields()
    ]
    assert len(requests) >= 10
    expected, _ = expected_of(*requests)
    compared(list(traces(as_file(*requests), READER)), expected)


def body_of(body):
    return (
        gzip.decompress(body) if body.startswith(b"\x1f\x8b") else zlib.decompress(body) if body[:1] == b"x" else body
    )
