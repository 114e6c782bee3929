"""Where many records stand in one container, one that cannot be read costs itself, and the others come in."""

import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from trace_files import read_files, read_records

from review.basics.record import Raw
from review.sources.containers import Container, Found
from review.sources.unwrapping import unwrapped

ATTRIBUTES = [
    {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
    {"key": "gen_ai.prompt", "value": {"stringValue": "How many?"}},
    {"key": "gen_ai.completion", "value": {"stringValue": "Seven."}},
]


def span(trace, **more):
    return {
        **({"traceId": trace} if trace else {}),
        "spanId": "00000000000000a1",
        "name": "chat",
        "startTimeUnixNano": "1763717400000000000",
        "endTimeUnixNano": "1763717401000000000",
        "attributes": ATTRIBUTES,
        **more,
    }


def request(*spans):
    return {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "s"}, "spans": list(spans)}]}]}


def deep(levels):
    value = {"stringValue": "x"}
    for _ in range(levels):
        value = {"kvlistValue": {"values": [{"key": "in", "value": value}]}}
    return {"key": "deep", "value": value}


GOOD = [f"0000000000000000000000000000000{n}" for n in (1, 2)]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (span(None), "traceId"),
        (span("0" * 32), "traceId"),
        (span(GOOD[0], spanId=""), "traceId"),
        ("a text", "spans"),
        (None, "spans"),
        (span("3" * 32, attributes=[*ATTRIBUTES, deep(300)]), "record"),
        (span("3" * 32, attributes=[*ATTRIBUTES, deep(5000)]), "attributes"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_span_costs_itself_and_not_its_request(bad, field, place):
    spans = [span(trace) for trace in GOOD]
    spans.insert(place, bad)
    read = read_records("otlp", [request(*spans)])
    assert [c.id for c in read.conversations] == GOOD
    assert [(line, error.field) for line, error in read.errors] == [(1, field)]


def test_what_is_no_resource_or_scope_costs_itself():
    record = request(span(GOOD[0]))
    record["resourceSpans"][0]["scopeSpans"].append(7)
    record["resourceSpans"] += ["x", *request(span(GOOD[1]))["resourceSpans"]]
    record["resourceLogs"] = {"no": "list"}
    read = read_records("otlp", [record])
    assert [c.id for c in read.conversations] == GOOD
    assert sorted(error.field for _, error in read.errors) == ["resourceLogs", "resourceSpans", "scopeSpans"]


def test_a_log_record_outside_of_any_trace_costs_itself():
    logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": "started"}}]}]}]}
    read = read_records("otlp", [{**request(span(GOOD[0])), **logs}])
    assert [c.id for c in read.conversations] == GOOD[:1]
    assert [error.field for _, error in read.errors] == ["traceId"]


def test_a_bad_span_of_a_protobuf_request_costs_itself(tmp_path):
    texts = {"gen_ai.operation.name": "chat", "gen_ai.prompt": "How many?", "gen_ai.completion": "Seven."}
    attributes = [KeyValue(key=k, value=AnyValue(string_value=v)) for k, v in texts.items()]
    spans = [
        ProtoSpan(trace_id=trace, span_id=b"\1" * 8, name="chat", attributes=attributes)
        for trace in (b"", b"\1" * 16, b"\2" * 16)
    ]
    made = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])])
    path = tmp_path / "a.pb"
    path.write_bytes(made.SerializeToString())
    read = read_files(path)
    assert [c.id for c in read.conversations] == ["01" * 16, "02" * 16]
    assert [error.field for _, error in read.errors] == ["traceId"]


def run(id, parent=None, **more):
    texts = {"inputs": {"question": "How many?"}, "outputs": {"answer": "Seven."}}
    return {"id": id, "trace_id": "t", "parent_run_id": parent, "run_type": "chain", "name": "n", **texts, **more}


def test_a_bad_run_of_langsmith_costs_itself():
    children = [run("b", "a"), "a text", run(None, "a")]
    read = read_records("langsmith", [run("a", child_runs=children), run(None), {"run_type": "llm", "inputs": {}}])
    assert [(c.id, len(c.steps)) for c in read.conversations] == [("t", 1)]
    assert sorted(error.field for _, error in read.errors) == ["child_runs", "id", "id", "trace_id"]


def observation(id, **more):
    return {
        **{"id": id, "traceId": "t", "type": "SPAN", "name": "agent", "startTime": "2026-11-21T09:30:00.000Z"},
        **{"input": '"How many?"', "output": '"Seven."', **more},
    }


def test_a_bad_observation_of_langfuse_costs_itself():
    rows = [observation("a"), observation(None, parentObservationId="a")]
    read = read_records("langfuse_rows", rows)
    assert ([c.id for c in read.conversations], [e.field for _, e in read.errors]) == (["t"], ["id"])
    trace = {"id": "t", "timestamp": "2026-11-21T09:30:00.000Z", "htmlPath": "/t", "observations": [*rows, 7]}
    read = read_records("langfuse", [trace])
    assert [c.id for c in read.conversations] == ["t"]
    assert [e.field for _, e in read.errors] == ["observations.1.id", "observations.2"]


def test_a_bad_call_of_litellm_costs_itself():
    call = {"litellm_call_id": "1", "trace_id": "t", "messages": [{"role": "user", "content": "How many?"}]}
    answered = {**call, "response": {"choices": [{"message": {"role": "assistant", "content": "Seven."}}]}}
    read = read_records("litellm", [answered, {**call, "litellm_call_id": "2", "messages": "none"}])
    assert ([c.answer for c in read.conversations], [e.field for _, e in read.errors]) == (["Seven."], ["messages"])
    read = read_records("litellm", [{**call, "messages": "none"}])
    assert (read.conversations, [e.field for _, e in read.errors]) == ([], ["messages"])


RESULT = {"gradingResult": None, "promptIdx": 0, "testCase": {}, "vars": {"question": "How many?"}}
CASE = {"name": "1", "input": "How many?", "actualOutput": "Seven.", "metricsData": []}
REPLY = {"message_id": "2", "role": "assistant", "text": "Seven."}
MANY = {
    "promptfoo": {
        "evalId": "e",
        "results": {
            "results": [
                {**RESULT, "id": "1", "response": {"output": "Seven."}},
                {**RESULT, "id": "2", "response": {"output": "Six."}, "latencyMs": "soon"},
                "a text",
                {**RESULT, "id": "4", "response": {"output": "Eight."}},
            ]
        },
    },
    "deepeval": {
        "testCases": [
            CASE,
            {**CASE, "input": None, "turns": [{"content": "no role"}]},
            7,
            {**CASE, "name": "4", "actualOutput": "Eight."},
        ]
    },
    "oasst": {
        "message_tree_id": "t",
        "prompt": {
            "message_id": "1",
            "role": "prompter",
            "text": "How many?",
            "replies": [
                REPLY,
                {**REPLY, "role": "bot"},
                {**REPLY, "text": {"no": "text"}},
                {**REPLY, "text": "Eight."},
            ],
        },
    },
}


@pytest.mark.parametrize("format", MANY)
def test_a_bad_entry_of_a_whole_run_or_tree_costs_itself(format):
    read = read_records(format, [MANY[format]])
    assert [c.answer for c in read.conversations] == ["Seven.", "Eight."]
    assert len(read.errors) == 2


def test_a_bad_entry_of_a_page_costs_itself():
    page = {"data": [{"id": "a"}, "b", None, {"id": "c"}], "next": None}
    found = list(unwrapped([Raw(1, page, None, 0)], Found(Container(("data",))), []))
    assert [raw.record and raw.record["id"] for raw in found] == ["a", None, None, "c"]
    by_id = {"runs": {"a": {"x": 1}, "b": 7, "c": {"x": 2}}}
    found = list(unwrapped([Raw(1, by_id, None, 0)], Found(Container(("runs",), named=True)), []))
    assert [raw.record and raw.record["id"] for raw in found] == ["a", None, "c"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_bad_element_of_a_list_costs_itself(tmp_path, whole):
    rows = [{"id": "a", "question": "How?", "answer": "So."}, 5, None, {"id": "b", "question": "Why?", "answer": "No."}]
    path = tmp_path / "rows.jsonl"
    first = {"id": "first", "question": "What?", "answer": "It."}
    path.write_bytes(orjson.dumps([first, *rows]) if whole else b"\n".join(map(orjson.dumps, (first, rows))))
    read = read_files(path)
    assert [c.id for c in read.conversations] == ["first", "a", "b"]
    assert [error.found for _, error in read.errors] == (["5", "null"] if whole else [5, None])


def test_a_turn_that_is_none_costs_its_conversation(tmp_path):
    path = tmp_path / "chats.jsonl"
    turns = [{"role": "user", "content": "How?"}, "broken", {"role": "assistant", "content": "So."}]
    first = {"messages": [{"role": "user", "content": "Why?"}]}
    path.write_bytes(b"\n".join(map(orjson.dumps, (first, turns))))
    read = read_files(path)
    assert (len(read.conversations), [line for line, _ in read.errors]) == (1, [2])
