"""What a trace becomes where it is not simple: texts below the root, missing or several roots, circles, tools."""

import copy
from functools import cache

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_files import read_records

from review.sources import grouping
from review.sources.assembling import TOO_LARGE

ASK = [{"role": "user", "content": "How many?"}]
TELL = {"role": "assistant", "content": "Seven."}


def run(id, parent=None, *, kind="chain", inputs=None, outputs=None, at=0, **more):
    """One run of LangSmith in the trace t."""
    return {
        "id": id,
        "trace_id": "t",
        "parent_run_id": parent,
        "run_type": kind,
        "name": more.pop("name", id),
        "start_time": f"2026-11-23T10:00:{at:02}Z",
        "end_time": f"2026-11-23T10:00:{at + 1:02}Z",
        "inputs": inputs,
        "outputs": outputs,
        **more,
    }


def only(records, format="langsmith"):
    read = read_records(format, records)
    assert not read.errors
    [conversation] = read.conversations
    return conversation, read.notes


def refused(records, format="langsmith"):
    read = read_records(format, records)
    assert not read.conversations
    [(line, error)] = read.errors
    return line, error


def test_a_root_without_texts_takes_them_from_the_outermost_spans_and_says_so():
    read, notes = only(
        [
            run("root"),
            run("plan", "root", inputs={"steps": 3}, outputs={"steps": 3}, at=1),
            run("first", "root", inputs={"question": "How many?"}, outputs={"answer": "Wait."}, at=2),
            run("last", "root", inputs={"question": "And?"}, outputs={"answer": "Seven."}, at=3),
            run("deep", "plan", inputs={"question": "deep?"}, outputs={"answer": "deep."}, at=4),
        ]
    )
    assert (read.question, read.answer, notes) == ("How many?", "Seven.", [])
    assert read.metadata["taken_from"] == {
        "question": "first (the root has none: the earliest of the outermost spans that have one)",
        "answer": "last (the root has none: the latest of the outermost spans that have one)",
    }


def test_the_root_wins_over_its_model_calls_and_keeps_their_history():
    history = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, *ASK]
    read, _ = only(
        [
            run("root", inputs={"question": "How many?"}, outputs={"answer": "It is seven."}),
            run("title", "root", kind="llm", inputs={"messages": [{"role": "user", "content": "Give a title"}]}, at=1),
            run(
                "chat", "root", kind="llm", inputs={"messages": history}, outputs={"choices": [{"message": TELL}]}, at=2
            ),
        ]
    )
    assert [m["content"] for m in read.messages] == ["Hi", "Hello", "How many?", "It is seven."]
    assert read.metadata["taken_from"]["messages"] == "chat"


def test_a_question_inside_a_prompt_template_stays_the_users_question():
    prompt = [{"role": "user", "content": "Context: a lot.\nQuestion: How many?"}]
    read, _ = only(
        [
            run("root", inputs={"question": "How many?"}, outputs={"answer": "Seven."}),
            run("chat", "root", kind="llm", inputs={"messages": prompt}, outputs={"text": "Seven."}, at=1),
        ]
    )
    assert [m["content"] for m in read.messages] == ["How many?", "Seven."]


def test_tools_retrieval_queries_and_thoughts_arrive_where_reviewers_look():
    thinking = {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Count."}, {"type": "text", "text": "Seven."}],
    }
    read, _ = only(
        [
            run("root", inputs={"question": "How many?"}, outputs={"answer": "Seven."}),
            run("docs", "root", kind="retriever", outputs={"documents": [{"page_content": "There are 7."}]}, at=1),
            run(
                "sql",
                "root",
                kind="tool",
                inputs={"input": '{"query": "SELECT count(*) FROM t"}'},
                outputs={"output": "7"},
                at=2,
            ),
            run(
                "chat", "root", kind="llm", inputs={"messages": ASK}, outputs={"choices": [{"message": thinking}]}, at=3
            ),
        ]
    )
    assert [(m["role"], m["content"]) for m in read.messages] == [
        ("user", "How many?"),
        ("assistant", ""),
        ("tool", "7"),
        ("assistant", "Seven."),
    ]
    assert read.messages[1]["tool_calls"][0]["function"]["name"] == "sql"
    assert read.context == ("There are 7.",)
    assert (read.sql, read.result) == ("SELECT count(*) FROM t", {"text": "7"})
    assert [(s["name"], s["kind"], s.get("output")) for s in read.steps] == [
        ("docs", "retriever", None),
        ("sql", "tool", "7"),
        ("chat", "thinking", "Count."),
        ("chat", "llm", "Seven."),
    ]


def test_the_result_of_a_call_that_the_messages_lack_comes_from_its_span():
    call = {"id": "c", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    asked = {"role": "assistant", "content": "", "tool_calls": [call]}
    read, _ = only(
        [
            run("root", inputs={"question": "How many?"}, outputs={"answer": "Seven."}),
            run("chat", "root", kind="llm", inputs={"messages": ASK}, outputs={"choices": [{"message": asked}]}, at=1),
            run("x", "root", kind="tool", name="find", inputs={"q": 1}, outputs={"output": "7 of them"}, at=2),
        ]
    )
    assert [(m["role"], m["content"]) for m in read.messages][1:] == [
        ("assistant", ""),
        ("tool", "7 of them"),
        ("assistant", "Seven."),
    ]
    assert read.messages[2]["tool_call_id"] == "c"


def test_a_failed_root_is_an_error_and_a_repaired_step_is_none():
    bad = run("try", "root", kind="tool", error="ValueError('no')", at=1)
    good, _ = only([run("root", inputs={"question": "Q"}, outputs={"answer": "A"}), bad])
    assert good.status == "ok" and good.steps[0]["error"] == "ValueError('no')"
    silent, notes = only([run("root", inputs={"question": "Q"}), bad])
    assert (silent.status, silent.error_type, silent.error_message) == ("error", "ValueError", "ValueError('no')")
    assert notes == ["no answer: the trace failed"] == silent.metadata["missing"]
    empty, notes = only([run("root", inputs={"question": "Q"})])
    assert (empty.status, notes) == ("ok", ["no answer: no span has one"])


def test_tokens_and_cost_are_added_over_calls_but_not_over_totals_around_them():
    read, _ = only(
        [
            run("root", inputs={"question": "Q"}, outputs={"answer": "A"}),
            run("agent", "root", prompt_tokens=30, completion_tokens=3, total_cost=0.3, at=1),
            run("one", "agent", kind="llm", prompt_tokens=10, completion_tokens=1, total_cost=0.1, at=2),
            run("two", "agent", kind="llm", prompt_tokens=20, completion_tokens=2, total_cost=0.2, at=3),
        ]
    )
    assert (read.tokens_in, read.tokens_out, read.cost) == (30, 3, pytest.approx(0.3))


def test_a_trace_without_its_root_is_read_and_counted():
    read, notes = only([run("chat", "gone", kind="llm", inputs={"messages": ASK}, outputs={"text": "Seven."})])
    assert (read.question, read.answer) == ("How many?", "Seven.")
    assert notes == ["the root of the trace is not in the file: its outermost spans stand for it"]


def test_of_two_roots_the_earliest_with_an_input_stands_for_the_trace():
    read, notes = only(
        [
            run("warm-up", outputs={"answer": "?"}),
            run("asked", inputs={"question": "How many?"}, outputs={"answer": "Seven."}, at=1),
        ]
    )
    assert (read.question, read.answer) == ("How many?", "Seven.")
    assert notes == ["a trace with several roots: the earliest one with an input stands for it"]


def test_parents_in_a_circle_are_refused_with_the_circle():
    line, error = refused([run("a", "b"), run("b", "c"), run("c", "a")])
    assert line == 1 and error.field == "parent"
    assert "a circle of parents: " in error.found and error.found.count("->") == 3


def test_a_span_that_is_its_own_parent_stands_alone():
    read, _ = only([run("a", "a", inputs={"question": "Q"}, outputs={"answer": "A"})])
    assert (read.question, read.answer) == ("Q", "A")


def test_a_trace_without_any_text_is_refused_and_says_what_may_be_off():
    _, error = refused([run("root"), run("x", "root")])
    assert error.found == "2 spans without input and output (root, x)" and "capture of content" in error.expected


def test_long_chains_of_spans_are_read():
    spans = [run(f"s{n}", f"s{n - 1}" if n else None) for n in range(3_000)]
    spans[0] |= {"inputs": {"question": "Q"}, "outputs": {"answer": "A"}}
    read, _ = only(spans[::-1])
    assert len(read.steps) == 2_999


def test_the_session_is_in_the_metadata_and_the_project_is_none():
    root = run("root", inputs={"question": "Q"}, outputs={"answer": "A"}, session_id="project")
    assert only([root])[0].session_id is None
    root["extra"] = {"metadata": {"thread_id": "s-1", "user_id": "u-1", "tenant": "north"}}
    read, _ = only([root])
    assert read.session_id and read.user_id and read.metadata["tenant"] == "north"
    assert "thread_id" not in read.metadata


def test_runs_find_their_trace_and_parent_by_their_order_and_inside_one_another():
    first, second = "0b1e0000-0000-4000-8000-000000000001", "0b1e0000-0000-4000-8000-000000000002"
    order = f"20261123T100000000000Z{first}"
    root = run(first, inputs={"question": "Q"}, outputs={"answer": "A"}, dotted_order=order)
    child = run(second, dotted_order=f"{order}.20261123T100001000000Z{second}", at=1)
    for one in (root, child):
        del one["trace_id"], one["parent_run_id"]
    read, notes = only([child, root])
    assert (read.id, len(read.steps), notes) == (first, 1, [])
    leaf = {**run("leaf", at=3), "trace_id": None}
    nested = run(
        "t", inputs={"question": "Q"}, outputs={"answer": "A"}, child_runs=[run("in", at=2, child_runs=[leaf])]
    )
    read, notes = only([nested])
    assert (read.id, [step["name"] for step in read.steps], notes) == ("t", ["in", "leaf"], [])


def test_langgraph_roots_hold_the_whole_conversation_in_their_output():
    inside = [
        {"type": "human", "content": "How many?"},
        {"type": "ai", "content": "", "tool_calls": [{"name": "find", "args": {"q": 1}, "id": "c"}]},
        {"type": "tool", "content": "7", "tool_call_id": "c"},
        {"type": "ai", "content": "Seven."},
    ]
    read, _ = only([run("root", inputs={"messages": inside[:1]}, outputs={"messages": inside})])
    assert [m["role"] for m in read.messages] == ["user", "assistant", "tool", "assistant"]
    assert (read.question, read.answer) == ("How many?", "Seven.")


def observation(id, parent=None, kind="SPAN", **more):
    return {"id": id, "trace_id": "t", "parent_observation_id": parent, "type": kind, "name": id, **more}


def test_blob_rows_of_langfuse_join_traces_observations_and_scores():
    read, _ = only(
        [
            {
                "id": "s1",
                "trace_id": "t",
                "name": "good",
                "source": "EVAL",
                "data_type": "NUMERIC",
                "value": 0.5,
                "comment": "so so",
            },
            {
                "id": "s2",
                "trace_id": "t",
                "name": "tone",
                "source": "ANNOTATION",
                "data_type": "CATEGORICAL",
                "value": 1,
                "string_value": "kind",
            },
            observation(
                "g",
                "r",
                "GENERATION",
                input=orjson.dumps(ASK).decode(),
                output=orjson.dumps(TELL).decode(),
                usage_details={"input": 5, "output": 2},
                provided_model_name="m",
                prompt_name="p",
                prompt_version=3,
            ),
            observation("r", start_time="2026-11-23 10:00:00.000", end_time="2026-11-23 10:00:02.000"),
            {
                "id": "t",
                "timestamp": "2026-11-23 10:00:00.000",
                "name": "bot",
                "user_id": "u",
                "session_id": "s",
                "tags": ["a"],
                "release": "1",
                "environment": "prod",
                "metadata": '{"channel": "web"}',
            },
        ],
        "langfuse_rows",
    )
    assert (read.id, read.question, read.answer) == ("t", "How many?", "Seven.")
    assert (read.model, read.prompt_version, read.tokens_in, read.tokens_out) == ("m", "p@3", 5, 2)
    assert read.verdicts == {"langfuse": {"good": {"value": 0.5, "score": 0.5, "rationale": "so so"}}}
    assert read.metadata["scores"] == [{"name": "tone", "value": "kind", "source": "ANNOTATION"}]
    assert read.metadata["channel"] == "web" and read.tags == ("a",) and read.user_id and read.session_id


def test_scores_without_their_trace_are_no_conversation():
    score = {"id": "s", "traceId": "t", "name": "good", "source": "EVAL", "dataType": "NUMERIC", "value": 1}
    assert refused([score], "langfuse_rows")[1].field == "messages"


def test_a_list_of_langfuse_traces_names_observations_by_ids_and_says_what_is_missing():
    trace = {"id": "t", "timestamp": "2026-11-23T10:00:00Z", "name": "n", "input": "Q", "output": "A", "htmlPath": "/x"}
    read, notes = only([{**trace, "observations": ["o1", "o2"], "scores": ["s1"]}], "langfuse")
    assert (read.question, read.answer) == ("Q", "A")
    assert notes == ["observations are only named by ids: tools, model and tokens are missing"]


def test_app_roots_of_langfuse_decide_although_they_have_a_parent():
    read, _ = only(
        [
            observation("http", "elsewhere"),
            observation(
                "app", "http", input="Q", output="A", is_root_observation=True, level="ERROR", status_message="late"
            ),
        ],
        "langfuse_rows",
    )
    assert (read.question, read.status, read.error_message) == ("Q", "error", "late")


def span(id, parent="", attributes=None, events=(), status=None, **more):
    """One OTLP span in the trace 1."""

    def value(v):
        if isinstance(v, bool):
            return {"boolValue": v}
        return {"intValue": str(v)} if isinstance(v, int) else {"stringValue": v} if isinstance(v, str) else v

    def pairs(given):
        return [{"key": k, "value": value(v)} for k, v in (given or {}).items()]

    made = {
        "traceId": f"{1:032x}",
        "spanId": f"{id:016x}",
        "parentSpanId": parent and f"{parent:016x}",
        "name": more.pop("name", f"span {id}"),
        "startTimeUnixNano": 1763717400000000000 + id,
        "endTimeUnixNano": "1763717403000000000",
        "attributes": pairs(attributes),
        "events": [{"name": name, "attributes": pairs(given)} for name, given in events],
        "status": status or {},
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [made]}]}]}


def test_message_events_of_older_conventions_are_the_messages():
    events = [
        ("gen_ai.system.message", {"content": "Be kind."}),
        ("gen_ai.user.message", {"gen_ai.event.content": '{"content": "How many?"}'}),
        ("gen_ai.choice", {"index": 0, "message": '{"role": "assistant", "content": "Seven."}'}),
    ]
    usage = {"gen_ai.system": "x", "gen_ai.usage.prompt_tokens": 9, "gen_ai.usage.completion_tokens": 2}
    read, _ = only([span(1, attributes=usage, events=events)], "otlp")
    assert [(m["role"], m["content"]) for m in read.messages] == [
        ("system", "Be kind."),
        ("user", "How many?"),
        ("assistant", "Seven."),
    ]
    assert (read.tokens_in, read.tokens_out) == (9, 2)


def test_flattened_lists_are_ordered_by_number():
    said = {f"llm.input_messages.{i}.message.role": ("user", "assistant")[i % 2] for i in range(11)}
    said |= {f"llm.input_messages.{i}.message.content": f"turn {i}" for i in range(11)}
    read, _ = only([span(1, attributes={"openinference.span.kind": "LLM", **said, "output.value": "end"})], "otlp")
    assert [m["content"] for m in read.messages] == [*(f"turn {i}" for i in range(11)), "end"]


def test_judges_and_people_of_openinference_are_told_apart():
    root = span(
        1,
        attributes={
            "openinference.span.kind": "AGENT",
            "input.value": "Q",
            "output.value": "A",
            "annotations.0.annotation.name": "ok",
            "annotations.0.annotation.label": "yes",
            "annotations.0.annotation.annotator_kind": "HUMAN",
            "evaluations.0.evaluation.name": "grounded",
            "evaluations.0.evaluation.score": 1,
            "evaluations.0.evaluation.annotator_kind": "LLM",
            "evaluations.0.evaluation.explanation": "cited",
        },
        events=[
            ("gen_ai.evaluation.result", {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.label": "kind"})
        ],
    )
    read, _ = only([root], "otlp")
    assert read.verdicts == {
        "LLM": {"grounded": {"value": 1, "score": 1.0, "rationale": "cited"}},
        "opentelemetry": {"tone": {"value": "kind"}},
    }
    assert read.metadata["annotations"][0]["value"] == "yes"


def test_the_prompt_of_a_judge_inside_the_trace_is_no_question():
    judge = span(2, 1, {"openinference.span.kind": "EVALUATOR", "input.value": "Judge this", "output.value": "good"})
    chat = span(3, 1, {"openinference.span.kind": "LLM", "input.value": "How many?", "output.value": "Seven."})
    read, _ = only([span(1), judge, chat], "otlp")
    assert (read.question, read.answer) == ("How many?", "Seven.")


def test_ids_in_base64_and_names_of_enums_are_read_alike():
    import base64

    made = {
        "traceId": base64.b64encode(bytes(15) + b"\1").decode(),
        "spanId": base64.b64encode(bytes(7) + b"\1").decode(),
        "name": "x",
        "attributes": [{"key": "input.value", "value": {"stringValue": "Q"}}],
        "status": {"code": "STATUS_CODE_ERROR", "message": "late"},
    }
    read, _ = only([{"resourceSpans": [{"scopeSpans": [{"spans": [made]}]}]}], "otlp")
    assert (read.id, read.status, read.error_message) == (f"{1:032x}", "error", "late")


def test_spans_as_sdks_and_phoenix_print_them_are_read():
    printed = {
        "name": "chat",
        "context": {"trace_id": "0x" + "a" * 32, "span_id": "0x" + "b" * 16},
        "parent_id": None,
        "start_time": "2026-11-23T10:00:00Z",
        "end_time": "2026-11-23T10:00:01Z",
        "status_code": "OK",
        "attributes": {"openinference": {"span": {"kind": "LLM"}}, "input": {"value": "Q"}, "output": {"value": "A"}},
        "events": [],
    }
    read, _ = only([printed], "otlp")
    assert (read.id, read.question, read.answer, read.latency_ms) == ("a" * 32, "Q", "A", 1000.0)


def test_rows_of_a_table_of_spans_are_read():
    row = {
        "name": "chat",
        "span_kind": "LLM",
        "parent_id": None,
        "start_time": "2026-11-23T10:00:00Z",
        "end_time": "2026-11-23T10:00:01Z",
        "status_code": "ERROR",
        "status_message": "late",
        "events": [],
        "context.span_id": "b" * 16,
        "context.trace_id": "a" * 32,
        "attributes.openinference.span.kind": "LLM",
        "attributes.llm.input_messages": [{"message.role": "user", "message.content": "Q"}],
        "attributes.llm.model_name": "m",
        "attributes.session.id": None,
    }
    read, _ = only([row], "otlp")
    assert (read.id, read.question, read.model, read.error_message) == ("a" * 32, "Q", "m", "late")


def test_spans_without_ids_are_refused_by_themselves():
    bad = {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "0" * 32, "spanId": "0" * 16, "name": "x"}]}]}]}
    empty = {"resourceSpans": []}
    read = read_records("otlp", [bad, span(1, attributes={"input.value": "Q"}), {"resourceMetrics": []}, empty])
    assert len(read.conversations) == 1
    assert [(line, error.field) for line, error in read.errors] == [(1, "traceId"), (3, "record")]


def test_a_batch_needs_its_input_and_says_what_is_missing():
    output = {
        "custom_id": "1",
        "response": {"status_code": 200, "body": {"choices": [{"message": TELL}]}},
        "error": None,
    }
    assert "the input file of the batch" in refused([output], "openai_batch")[1].expected
    asked = {
        "custom_id": "1",
        "url": "/v1/responses",
        "body": {"model": "m", "instructions": "Be kind.", "input": "How many?"},
    }
    waiting = refused([asked], "openai_batch")[1]
    assert waiting.found == "a request that waits for its answer" and "the output and error files" in waiting.expected
    told = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Seven."}]}
    body = {
        "object": "response",
        "model": "m",
        "output": [{"type": "reasoning", "summary": []}, told],
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    reply = {"custom_id": "1", "response": {"status_code": 200, "body": body}, "error": None}
    failed = {"custom_id": "1", "response": None, "error": {"code": "batch_expired", "message": "late"}}
    for order in ([failed, asked, reply], [reply, failed, asked]):
        read, _ = only(order, "openai_batch")
        assert (read.answer, read.status, read.tokens_in) == ("Seven.", "ok", 3)
        assert [m["content"] for m in read.messages] == ["Be kind.", "How many?", "Seven."]
    read, _ = only([failed, asked], "openai_batch")
    assert (read.status, read.error_type, read.error_message, read.answer) == ("error", "batch_expired", "late", "")


def test_a_batch_of_anthropic_is_joined_and_says_what_is_missing():
    params = {"model": "m", "max_tokens": 9, "system": "Be kind.", "messages": ASK}
    asked = {"custom_id": "1", "params": params}
    message = {
        **{"type": "message", "role": "assistant", "id": "msg_1", "model": "m-2", "stop_reason": "end_turn"},
        **{"content": [{"type": "text", "text": "Seven."}], "usage": {"input_tokens": 3, "output_tokens": 1}},
    }
    done = {"custom_id": "1", "result": {"type": "succeeded", "message": message}}
    inner = {"type": "overloaded_error", "message": "busy"}
    errored = {"custom_id": "1", "result": {"type": "errored", "error": {"type": "error", "error": inner}}}
    for order in ([asked, done], [done, errored, asked], [errored, asked, done]):
        read, _ = only(order, "anthropic_batch")
        assert (read.id, read.answer, read.status, read.model, read.tokens_in) == ("1", "Seven.", "ok", "m-2", 3)
        assert [m["role"] for m in read.messages] == ["system", "user", "assistant"]
    read, notes = only([asked, errored], "anthropic_batch")
    assert (read.status, read.error_type, read.error_message) == ("error", "overloaded_error", "busy")
    assert notes == ["no answer: the request failed"]
    read, _ = only([asked, {"custom_id": "1", "result": {"type": "expired"}}], "anthropic_batch")
    assert (read.status, read.error_type, read.answer) == ("error", "expired", "")
    assert "the requests of the batch" in refused([done], "anthropic_batch")[1].expected
    assert refused([asked], "anthropic_batch")[1].found == "a request that waits for its answer"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**40)
    | st.text(max_size=5)
    | st.sampled_from(['{"a": 1}', '["x"]', '"y"']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "role",
                    "content",
                    "messages",
                    "type",
                    "id",
                    "args",
                    "kwargs",
                    "parts",
                    "tool_calls",
                    "function",
                    "value",
                    "key",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def test_a_row_of_an_unknown_type_costs_itself_alone():
    from review.sources.readers.catalogue import READERS

    odd = {"id": "c", "traceId": "1", "type": None, "name": "odd"}
    for rows, kept in (([*READERS["langfuse_rows"].sample, odd], 1), ([odd], 0)):
        read = read_records("langfuse_rows", rows)
        assert len(read.conversations) == kept
        assert [(line, error.field) for line, error in read.errors] == [(len(rows), "type")]


@cache
def odd_fields(known: tuple[str, ...]) -> st.SearchStrategy[dict]:
    """Up to three fields of a record that has the fields ``known``, with odd values."""
    more = ("events", "status", "metadata", "extra", "scores", "tags", "usage", "error", "attributes")
    return st.dictionaries(st.sampled_from([*known, *more]), JSON, max_size=3)


@pytest.mark.parametrize("name", ["langsmith", "langfuse_rows", "otlp", "openai_batch"])
@given(data=st.data())
def test_a_trace_of_any_records_is_read_or_refused_and_nothing_else(name, data):
    from review.sources.readers.catalogue import READERS

    records = copy.deepcopy(list(READERS[name].sample))
    for record in records:
        inner = record
        if name == "otlp":
            inner = data.draw(st.sampled_from([record, record["resourceSpans"][0]["scopeSpans"][0]["spans"][0]]))
        inner |= data.draw(odd_fields(tuple(inner)))
        READERS[name].recognise(record)
    read = read_records(name, records)
    for conversation in read.conversations:
        assert {m["role"] for m in conversation.messages} <= {"system", "user", "assistant", "tool"}
        assert all(isinstance(m["content"], str) for m in conversation.messages)
    assert all(error.field and error.expected for _, error in read.errors)


def test_exports_in_parquet_with_json_text_and_times_are_read(tmp_path):
    from datetime import UTC, datetime

    import pyarrow as pa
    import pyarrow.parquet as pq
    from trace_files import read_files

    def row(id, parent, inputs, outputs):
        at = datetime(2026, 11, 23, 10, tzinfo=UTC)
        found = {"id": id, "trace_id": "r", "parent_run_id": parent, "run_type": "chain", "name": id, "start_time": at}
        return {
            **found,
            "end_time": at,
            "inputs": inputs,
            "outputs": outputs,
            "extra": '{"metadata": {"thread_id": "s"}}',
        }

    rows = [row("x", "r", '{"q": 1}', None), row("r", None, '{"question": "Q"}', '{"answer": "A"}')]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "runs.parquet")
    [read] = read_files(tmp_path / "runs.parquet").conversations
    assert (read.question, read.answer, read.created_at) == ("Q", "A", "2026-11-23T10:00:00.000+00:00")
    assert read.session_id and read.steps[0]["input"] == '{"q":1}'


def test_a_trace_too_large_is_refused_with_the_count_of_its_records_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr(grouping, "MEMORY", 3_000)
    talk = {"inputs": {"question": "Hi"}, "outputs": {"answer": "Hello"}}
    large = [run(f"large-{i}", inputs={"x": "y" * 900}, outputs={}, trace_id="large") for i in range(5)]
    read = read_records("langsmith", [run("small", **talk, trace_id="small"), *large])
    assert len(read.conversations) == 1
    [(line, error)] = read.errors
    assert line == 2 and "5 records (large)" in error.found
    assert TOO_LARGE in read.notes
