"""Requests of OpenTelemetry in protobuf: alone, many with their lengths, packed, broken off, with logs beside them."""

import gzip

import pyarrow as pa
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from trace_files import read_files

from review.basics.errors import InputError
from review.basics.input_file import InputFile, input_file
from review.basics.raw import layout_of
from review.basics.raw_otlp import read_otlp
from review.sources.readers.otlp_spans import spans_in

TRACE = bytes(15) + b"\x01"
SPAN = bytes(7) + b"\x01"


def text(value):
    return AnyValue(string_value=value)


def traced(trace=TRACE, **attributes):
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.append(KeyValue(key="service.name", value=text("bot")))
    span = resource.scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = trace, SPAN, "chat"
    span.start_time_unix_nano, span.end_time_unix_nano = 1763717400_000000000, 1763717401_500000000
    for key, value in attributes.items():
        span.attributes.append(KeyValue(key=key.replace("__", "."), value=value))
    return request


def logged(event, body):
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add()
    record.trace_id, record.span_id, record.event_name = TRACE, SPAN, event
    record.time_unix_nano = 1763717400_100000000
    pairs = [KeyValue(key=key, value=value) for key, value in body.items()]
    record.body.CopyFrom(AnyValue(kvlist_value=KeyValueList(values=pairs)))
    return request


ASKED = traced(input__value=text("How many?"), output__value=text("Seven."), n=AnyValue(int_value=3))


def many(*requests):
    found = [request.SerializeToString() for request in requests]
    return b"".join(len(one).to_bytes(4, "big") + one for one in found)


@pytest.mark.parametrize("name", ["a.pb", "a.bin", "a.otlp", "a.data", "a.pb.gz", "a.pb.zst"])
@pytest.mark.parametrize("lengths", [True, False])
def test_requests_are_read_alone_and_with_their_lengths(tmp_path, name, lengths):
    data = many(ASKED) if lengths else ASKED.SerializeToString()
    packed = {"gz": gzip.compress, "zst": lambda d: pa.compress(d, codec="zstd", asbytes=True)}
    path = tmp_path / name
    path.write_bytes(packed.get(name.split(".")[-1], bytes)(data))
    read = read_files(path)
    [conversation] = read.conversations
    assert read.format == "otlp"
    assert (conversation.id, conversation.question, conversation.answer) == (TRACE.hex(), "How many?", "Seven.")
    assert (conversation.latency_ms, conversation.metadata["service.name"]) == (1500.0, "bot")
    declared = InputFile(str(path), path=path, encoding="cp1252")
    assert layout_of(declared) == "otlp" and len(list(read_otlp(declared))) == 1


def test_many_requests_in_one_file_and_logs_beside_them(tmp_path):
    other = traced(bytes(15) + b"\x02", input__value=text("Why?"))
    (tmp_path / "spans.pb").write_bytes(many(traced(), other))
    said = {"role": text("assistant"), "content": text("Seven.")}
    choice = logged(
        "gen_ai.choice",
        {"message": AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key=k, value=v) for k, v in said.items()]))},
    )
    asked = logged("gen_ai.user.message", {"content": text("How many?")})
    (tmp_path / "logs.pb").write_bytes(many(choice, asked))
    read = read_files(tmp_path / "spans.pb", tmp_path / "logs.pb")
    assert not read.errors
    assert {c.id[-1]: (c.question, c.answer) for c in read.conversations} == {
        "1": ("How many?", "Seven."),
        "2": ("Why?", ""),
    }


def test_values_of_every_kind_arrive(tmp_path):
    values = {
        "a": AnyValue(array_value=ArrayValue(values=[text("x"), AnyValue(int_value=2)])),
        "b": AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="k", value=AnyValue(bool_value=True))])),
        "c": AnyValue(double_value=0.5),
        "d": AnyValue(bytes_value=b"\x01\xff"),
        "e": AnyValue(),
    }
    path = tmp_path / "a.pb"
    path.write_bytes(traced(**values).SerializeToString())
    [raw] = read_otlp(input_file(path))
    [span] = spans_in(raw.record)
    assert span["attributes"] == {"a": ["x", 2], "b": {"k": True}, "c": 0.5, "d": "01ff", "e": None}


def test_a_file_that_breaks_off_is_refused(tmp_path):
    data = many(ASKED, ASKED)
    for size in (len(data) - 3, len(data) // 2 + 2):
        path = tmp_path / "a.pb"
        path.write_bytes(data[:size])
        with pytest.raises(InputError, match="request 2 breaks off; nothing was added"):
            list(read_otlp(input_file(path)))


def test_a_request_that_cannot_be_read_costs_itself_alone(tmp_path):
    path = tmp_path / "a.pb"
    broken = b"\x0a\x05\x0a\xff\xff\xff\xff"
    path.write_bytes(many(ASKED) + len(broken).to_bytes(4, "big") + broken + many(ASKED))
    raws = list(read_otlp(input_file(path)))
    assert [raw.error and raw.error.field for raw in raws] == [None, "request", None]
    assert raws[1].line == 2 and "without spans and logs" in raws[1].error.found


@pytest.mark.parametrize(
    "content",
    [
        b"\nName;Gr\xfc\xdfe\n1;2\n",
        "id,question\n1,ü\n".encode("cp1252"),
        b"\n\n{}",
        b'{"a": 1}',
        "id\n1\n".encode("utf-16"),
    ],
)
def test_texts_are_never_taken_for_requests(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert layout_of(input_file(path)) == "csv"
