"""Formats of APIs, frameworks and helpdesks: their own shapes, each told from all others, and the collected samples."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.annotating.payload import conversation_payload
from review.basics.input_file import input_file
from review.basics.raw import layout_of, read_raw
from review.basics.record import Raw, Unreadable
from review.checks.protocol import texts_of
from review.golden.content import asked
from review.privacy.recognisers import recognisers
from review.sources.assembling import traces
from review.sources.cells import context_of
from review.sources.conversations import RecordRules, masked_conversations
from review.sources.normalise import Origin, conversation_of
from review.sources.readers import litellm
from review.sources.readers.catalogue import PLAIN, READERS, detect
from review.sources.readers.html_text import html_text
from review.sources.readers.langchain import documents
from review.sources.readers.reader import Reader, TraceReader
from storage.records_log import Conversation, final_answer
from storage.records_weeks import Item

SHARED = Path(__file__).parents[2] / "../shared"
ORIGIN = Origin(source="production", key=b"key", zone=ZoneInfo("UTC"), week="2026-W47")
USER, TOOL_ID = {"role": "user", "content": "Where is parcel 77?"}, "call_1"


def conversations(name: str, *records: dict) -> list[Conversation]:
    reader = READERS[name]
    if isinstance(reader, TraceReader):
        raws = (Raw(line, dict(record), None, 0) for line, record in enumerate(records, start=1))
        made = [(found.fields, found.raw.error, found.records) for found in traces(raws, reader)]
        assert not [error for _, error, _ in made if error]
        return [conversation_of(fields, {"records": found}, ORIGIN) for fields, _, found in made]
    return [conversation_of(found, record, ORIGIN) for record in records for found in reader.conversations(record)]


def one(name: str, record: dict) -> Conversation:
    (found,) = conversations(name, record)
    return found


def sample_of(name: str) -> list[dict]:
    sample = READERS[name].sample
    return [dict(sample)] if isinstance(READERS[name], Reader) else [dict(record) for record in sample]


def turns(conversation: Conversation) -> list[tuple[str, str]]:
    return [(m["role"], m["content"]) for m in conversation.messages]


def tools(conversation: Conversation) -> list[tuple[str, str]]:
    calls = (call["function"] for m in conversation.messages for call in m.get("tool_calls", []))
    return [(call["name"], call["arguments"]) for call in calls]


def error(conversation: Conversation) -> tuple[str, str | None, str | None]:
    return conversation.status, conversation.error_type, conversation.error_message


@pytest.mark.parametrize("name", READERS)
def test_every_sample_is_recognised_by_exactly_one_format(name):
    plain = set(PLAIN.values())
    fitting = {other for other in READERS if any(map(READERS[other].recognise, sample_of(name)))}
    assert fitting == (plain if name in plain else {name})


@pytest.mark.parametrize(("name", "other"), [(n, o) for n, reader in READERS.items() for o in reader.includes])
def test_a_format_reads_what_it_includes_alike_and_a_file_that_mixes_them_is_of_that_format(name, other):
    theirs = sample_of(other)
    assert [turns(c) for c in conversations(name, *theirs)] == [turns(c) for c in conversations(other, *theirs)]
    assert detect([*sample_of(name), *theirs], "json", file="f", mapping={}).format == name


SHAPES = {
    "anthropic": {
        "messages": [
            USER,
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "The tracker knows."},
                    {"type": "text", "text": "Let me "},
                    {"type": "text", "text": "look."},
                    {"type": "tool_use", "id": TOOL_ID, "name": "track", "input": {"n": 77}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": TOOL_ID, "content": "Graz"}]},
            {"role": "assistant", "content": "In Graz."},
        ]
    },
    "openai_responses": {
        "request": {
            "input": [
                USER,
                {"type": "reasoning", "summary": [{"text": "The tracker knows."}]},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Let me look."}]},
                {"type": "function_call", "call_id": TOOL_ID, "name": "track", "arguments": '{"n":77}'},
                {"type": "function_call_output", "call_id": TOOL_ID, "output": "Graz"},
            ]
        },
        "response": {
            "object": "response",
            "output": [
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "In Graz."}]}
            ],
        },
    },
    "gemini": {
        "contents": [
            {"role": "user", "parts": [{"text": "Where is parcel 77?"}]},
            {
                "role": "model",
                "parts": [
                    {"text": "The tracker knows.", "thought": True},
                    {"text": "Let me look."},
                    {"function_call": {"name": "track", "args": {"n": 77}, "id": TOOL_ID}},
                ],
            },
            {
                "role": "user",
                "parts": [{"function_response": {"id": TOOL_ID, "name": "track", "response": "Graz"}}],
            },
        ],
        "candidates": [{"content": {"role": "model", "parts": [{"text": "In Graz."}]}}],
    },
    "ai_sdk": {
        "messages": [
            {"id": "1", "role": "user", "parts": [{"type": "text", "text": "Where is parcel 77?"}]},
            {
                "id": "2",
                "role": "assistant",
                "parts": [
                    {"type": "step-start"},
                    {"type": "reasoning", "text": "The tracker knows."},
                    {"type": "text", "text": "Let me look."},
                    {
                        "type": "dynamic-tool",
                        "toolName": "track",
                        "toolCallId": TOOL_ID,
                        "state": "output-available",
                        "input": {"n": 77},
                        "output": "Graz",
                    },
                    {"type": "text", "text": "In Graz."},
                ],
            },
        ]
    },
    "langchain": {
        "messages": [
            {"type": "human", "content": "Where is parcel 77?"},
            {
                "type": "ai",
                "content": [
                    {"type": "thinking", "thinking": "The tracker knows."},
                    {"type": "text", "text": "Let me look."},
                ],
                "tool_calls": [{"name": "track", "args": {"n": 77}, "id": TOOL_ID}],
            },
            {"type": "tool", "content": "Graz", "tool_call_id": TOOL_ID},
            {"type": "ai", "content": "In Graz."},
        ]
    },
}


@pytest.mark.parametrize("name", SHAPES)
def test_calls_results_and_thoughts_arrive_at_the_same_places_from_every_api(name):
    assert detect([SHAPES[name]], "jsonl", file="f", mapping={}).format == name
    read = one(name, SHAPES[name])
    assert turns(read) == [
        ("user", "Where is parcel 77?"),
        ("assistant", "Let me look."),
        ("tool", "Graz"),
        ("assistant", "In Graz."),
    ]
    assert tools(read) == [("track", '{"n":77}')]
    assert read.messages[1]["tool_calls"][0]["id"] == read.messages[2]["tool_call_id"] == TOOL_ID
    assert [(s["kind"], s["output"]) for s in read.steps] == [("thinking", "The tracker knows.")]
    assert (read.question, read.answer) == ("Where is parcel 77?", "In Graz.")


def test_a_logged_anthropic_call_has_system_tokens_with_cache_user_session_and_why_it_stopped():
    request = {"model": "m", "system": [{"type": "text", "text": "Be kind."}], "messages": [USER]}
    usage = {"input_tokens": 5, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 1, "output_tokens": 2}
    content = [{"type": "text", "text": "In Gr"}]
    record = {
        "timestamp": "2026-11-23T10:00:00Z",
        "request": request | {"metadata": {"user_id": "cust-1"}},
        "response": {"id": "msg_1", "type": "message", "model": "m-1", "content": content, "usage": usage}
        | {"stop_reason": "max_tokens"},
        "latency_ms": 40,
        "metadata": {"session_id": "s-1", "team": "shop"},
    }
    read = one("anthropic", record)
    assert turns(read) == [("system", "Be kind."), ("user", USER["content"]), ("assistant", "In Gr")]
    assert (read.id, read.model, read.tokens_in, read.tokens_out, read.latency_ms) == ("msg_1", "m-1", 13, 2, 40)
    assert read.user_id and "cust-1" not in str(read) and read.session_id and "s-1" not in str(read.metadata)
    assert read.metadata == {"team": "shop", "finish_reason": "max_tokens"}
    assert read.created_at == "2026-11-23T10:00:00.000+00:00"


@pytest.mark.parametrize(
    ("name", "record", "expected"),
    [
        (
            "anthropic",
            {"request": {"messages": [USER]}, "response": {"type": "error", "error": {"type": "o", "message": "m"}}},
            ("error", "o", "m"),
        ),
        (
            "openai",
            {"request": {"messages": [USER]}, "response": {"error": {"type": None, "code": "c", "message": "m"}}},
            ("error", "c", "m"),
        ),
        (
            "openai",
            {
                "request": {"messages": [USER]},
                "response": {
                    "choices": [
                        {
                            "finish_reason": "content_filter",
                            "message": {"role": "assistant"},
                            "content_filter_results": {
                                "hate": {"filtered": False, "severity": "safe"},
                                "violence": {"filtered": True, "severity": "high"},
                            },
                        }
                    ]
                },
            },
            ("error", "content_filter", "the answer was filtered: violence (high)"),
        ),
        (
            "openai",
            {
                "request": {"messages": [USER]},
                "response": {"error": {"code": "content_filter", "type": "invalid_request_error", "message": "m"}},
            },
            ("error", "content_filter", "m"),
        ),
        (
            "openai_responses",
            {
                "request": {"input": "Where?"},
                "response": {"object": "response", "status": "failed", "error": {"code": "c", "message": "m"}},
            },
            ("error", "c", "m"),
        ),
        (
            "openai_responses",
            {
                "request": {"input": "Where?"},
                "response": {
                    "object": "response",
                    "status": "incomplete",
                    "incomplete_details": {"reason": "content_filter"},
                    "output": [],
                },
            },
            ("error", "content_filter", None),
        ),
        (
            "gemini",
            {"contents": [{"parts": [{"text": "Where?"}]}], "promptFeedback": {"blockReason": "SAFETY"}},
            ("error", "SAFETY", "the prompt was blocked"),
        ),
        (
            "gemini",
            {"contents": [{"parts": [{"text": "Where?"}]}], "candidates": [{"finishReason": "RECITATION"}]},
            ("error", "RECITATION", "the answer was stopped"),
        ),
        (
            "litellm",
            {
                "litellm_call_id": "1",
                "status": "failure",
                "messages": [USER],
                "response": {},
                "error_information": {"error_class": "Timeout", "error_message": "m"},
                "prompt_tokens": 0,
            },
            ("error", "Timeout", "m"),
        ),
        (
            "langgraph",
            {
                "values": {"messages": [{"type": "human", "content": "Where?"}]},
                "next": ["bot"],
                "tasks": [{"error": "TimeoutError('after 30 s')"}],
            },
            ("error", "TimeoutError", "TimeoutError('after 30 s')"),
        ),
        (
            "rasa",
            {
                "sender_id": "1",
                "events": [
                    {"event": "user", "text": "Where?"},
                    {"event": "action_execution_rejected", "name": "action_find"},
                ],
            },
            ("error", "action_find", "action_execution_rejected"),
        ),
    ],
)
def test_a_call_that_failed_is_an_error_with_type_and_message_and_has_no_answer(name, record, expected):
    assert detect([record], "jsonl", file="f", mapping={}).format == name
    read = one(name, record)
    assert error(read) == expected
    assert read.answer == "" and read.question and read.tokens_in is None


def test_a_refusal_is_the_answer_and_reasoning_of_a_chat_model_is_a_step():
    message = {"role": "assistant", "content": None, "refusal": "I cannot.", "reasoning_content": "Hm."}
    read = one("openai", {"request": {"messages": [USER]}, "response": {"choices": [{"message": message}]}})
    assert read.answer == "I cannot." and [s["output"] for s in read.steps] == ["Hm."]


def test_a_completion_with_its_messages_in_one_object_has_its_answer():
    choices = [{"message": {"role": "assistant", "content": "In Graz."}, "finish_reason": "stop"}]
    record = {"id": "1", "created": 1795428000, "model": "m", "messages": [USER], "choices": choices}
    assert detect([record], "jsonl", file="f", mapping={}).format == "openai"
    read = one("openai", record | {"usage": {"prompt_tokens": 9, "completion_tokens": 6}})
    assert (read.answer, read.tokens_in, read.id, read.model) == ("In Graz.", 9, "1", "m")


def test_calls_of_one_trace_are_one_conversation_in_any_order_with_their_sums():
    call = {"id": TOOL_ID, "type": "function", "function": {"name": "track", "arguments": "{}"}}
    asking = {"role": "assistant", "content": None, "tool_calls": [call]}
    found = {"role": "tool", "content": "Graz", "tool_call_id": TOOL_ID}

    def logged(number, messages, answer, start):
        return {
            "litellm_call_id": number,
            "trace_id": "s-1",
            "messages": messages,
            "response": {"choices": [{"message": answer}]},
            "startTime": start,
            "response_time": 0.5,
            **{"prompt_tokens": 10, "completion_tokens": 2, "response_cost": 0.5, "request_tags": ["shop"]},
        }

    first = logged("1", [USER], asking, 1795428000.0)
    last = logged("2", [USER, asking, found], {"role": "assistant", "content": "In Graz."}, 1795428002.0)
    for records in ((first, last), (last, first), (last, first, first)):
        (read,) = conversations("litellm", *records)
        assert [m["role"] for m in read.messages] == ["user", "assistant", "tool", "assistant"]
        assert (read.id, read.answer, read.tokens_in, read.tokens_out) == ("s-1", "In Graz.", 20, 4)
        assert (read.cost, read.latency_ms, read.tags) == (1.0, 1000.0, ("shop",))
        assert read.created_at == "2026-11-23T10:00:00.000+00:00"
    other = logged("3", [{"role": "user", "content": "Shorten this."}], {"role": "assistant", "content": "Ok."}, 1.0)
    (kept,) = READERS["litellm"].assemble([first, last, other])
    assert [m["content"] for m in kept["messages"]][-1] == "In Graz." and kept["notes"] == [litellm.APART]
    assert "notes" not in READERS["litellm"].assemble([first, last])[0]


@pytest.mark.parametrize("as_parts", [True, False])
def test_messages_of_the_ai_sdk_4_keep_their_calls_beside_their_content(as_parts):
    call = {"toolCallId": TOOL_ID, "toolName": "track", "args": {"n": 77}, "state": "result", "result": "Graz"}
    parts = [
        *({"type": "step-start"}, {"type": "reasoning", "reasoning": "Hm."}),
        *({"type": "tool-invocation", "toolInvocation": call}, {"type": "text", "text": "In Graz."}),
    ]
    answer = {"id": "2", "role": "assistant", "content": "In Graz."}
    answer |= {"parts": parts} if as_parts else {"toolInvocations": [call]}
    record = {"id": "chat", "messages": [{"id": "1", **USER}, answer]}
    assert detect([record], "jsonl", file="f", mapping={}).format == "ai_sdk"
    read = one("ai_sdk", record)
    assert [m["role"] for m in read.messages] == ["user", "assistant", "tool", "assistant"]
    assert (tools(read), read.messages[2]["content"], read.answer) == ([("track", '{"n":77}')], "Graz", "In Graz.")
    assert len(read.steps) == as_parts


def test_a_message_with_parts_and_text_of_another_program_stays_a_chat():
    record = {"messages": [{**USER, "parts": 3}, {"role": "assistant", "content": "Graz.", "toolInvocations": []}]}
    assert detect([record], "jsonl", file="f", mapping={}).format == "openai"


def test_headers_keys_and_addresses_of_a_call_are_dropped():
    response = {"choices": [{"message": {"role": "assistant", "content": "Graz."}}]}
    secret = {"headers": {"authorization": "Bearer sk-1"}, "api_key": "sk-1", "ip": "10.0.0.1", "region": "eu"}
    record = {"request": {"messages": [USER]}, "response": response, **secret, "metadata": dict(secret)}
    assert one("openai", record).metadata == {"region": "eu"}


def test_search_results_of_a_server_tool_are_named():
    found = [{"type": "web_search_result", "title": "Parcels", "url": "https://example.org", "encrypted_content": "x"}]
    blocks = [
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "parcel"}},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": found},
        *({"type": "text", "text": "In "}, {"type": "text", "text": "Graz."}),
    ]
    read = one("anthropic", {"messages": [USER, {"role": "assistant", "content": blocks}]})
    assert [m["role"] for m in read.messages] == ["user", "assistant", "tool", "assistant"]
    assert (read.messages[2]["content"], read.answer) == ("Parcels https://example.org", "In Graz.")


def test_a_list_of_intercom_without_parts_is_refused_and_told_why():
    sample = {k: v for k, v in READERS["intercom"].sample.items() if k != "conversation_parts"}
    assert detect([sample], "json", file="f", mapping={}).format == "intercom"
    with pytest.raises(Unreadable, match="fetch each one by its id"):
        one("intercom", sample)


LC_DOCUMENT = {"lc": 1, "type": "constructor", "id": ["Document"], "kwargs": {"page_content": "Graz is closed."}}


@pytest.mark.parametrize(
    ("name", "record"),
    [
        (
            "anthropic",
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "document", "source": {"type": "text", "data": "Graz is closed."}},
                            {"type": "text", "text": "Where?"},
                        ],
                    },
                    {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "t", "input": {}}]},
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "tool_result",
                                "tool_use_id": "1",
                                "content": [
                                    {"type": "search_result", "content": [{"type": "text", "text": "Graz is closed."}]}
                                ],
                            }
                        ],
                    },
                ]
            },
        ),
        (
            "openai_responses",
            {
                "request": {"input": "Where?"},
                "response": {
                    "object": "response",
                    "output": [
                        {"type": "file_search_call", "queries": ["q"], "results": [{"text": "Graz is closed."}]}
                    ],
                },
            },
        ),
        (
            "gemini",
            {
                "contents": [{"parts": [{"text": "Where?"}]}],
                "candidates": [
                    {
                        "finishReason": "STOP",
                        "groundingMetadata": {"groundingChunks": [{"retrievedContext": {"text": "Graz is closed."}}]},
                    }
                ],
            },
        ),
        (
            "ai_sdk",
            {
                "messages": [
                    {"role": "user", "parts": [{"type": "text", "text": "Where?"}]},
                    {"role": "assistant", "parts": [{"type": "source-url", "title": "Graz is closed.", "url": ""}]},
                ]
            },
        ),
        (
            "langchain",
            {
                "messages": [
                    {"type": "human", "content": "Where?"},
                    {
                        "type": "tool",
                        "content": "found",
                        "artifact": [{"page_content": "Graz is closed."}, LC_DOCUMENT],
                    },
                ]
            },
        ),
        (
            "langgraph",
            {"values": {"messages": [{"type": "human", "content": "Where?"}], "context": [LC_DOCUMENT]}, "next": []},
        ),
    ],
)
def test_retrieved_documents_are_the_context_once_and_no_part_of_a_turn(name, record):
    read = one(name, record)
    assert [text.strip() for text in read.context] == ["Graz is closed."]
    assert read.question == "Where?" and "closed" not in read.answer


def test_verdicts_of_evaluation_tools_come_with_their_conversations():
    graded = {"pass": False, "score": 0.2, "reason": "r", "assertion": {"type": "llm-rubric", "metric": "tone"}}
    row = {**READERS["promptfoo"].sample, "gradingResult": {"componentResults": [graded]}, "latencyMs": 3}
    read = one("promptfoo", row)
    assert read.verdicts == {"promptfoo": {"tone": {"value": "fail", "score": 0.2, "rationale": "r"}}}
    case = {**READERS["deepeval"].sample, "retrievalContext": ["ctx"], "runDuration": 1.2}
    case["metricsData"] = [
        {"name": "Relevancy", "success": True, "score": 0.9, "reason": "r", "evaluationModel": "m"},
        {"name": "Faithfulness", "success": False, "error": "time-out"},
    ]
    read = one("deepeval", {"testRunData": {"testCases": [case]}})
    assert read.verdicts == {"m": {"Relevancy": {"value": "pass", "score": 0.9, "rationale": "r"}}}
    assert (read.context, read.latency_ms) == (("ctx",), 1200.0)
    turns_of = [USER, {"role": "assistant", "content": "Graz."}]
    assert one("deepeval", {"conversationalTestCases": [{"name": "c", "turns": turns_of}]}).answer == "Graz."


def test_an_embedding_call_is_no_response_of_the_responses_api():
    record = {"request": {"input": "text", "model": "m"}, "response": {"object": "list", "data": []}}
    assert not any(READERS[name].recognise(record) for name in READERS)


def test_bodies_in_json_text_and_under_other_names_are_opened():
    request, response = {"messages": [USER]}, {"choices": [{"message": {"role": "assistant", "content": "Graz."}}]}
    texts = {"request_body": orjson.dumps(request).decode(), "response_body": orjson.dumps(response).decode()}
    for record in (texts, {"request": {"body": request}, "response": {"body": response}}):
        assert detect([record], "csv", file="f", mapping={}).format == "openai"
        assert one("openai", record).answer == "Graz."


def test_a_name_and_a_version_of_a_prompt_are_one_version():
    response = {"choices": [{"message": {"role": "assistant", "content": "Graz."}}]}
    record = {"request": {"messages": [USER]}, "response": response, "prompt_name": "parcels", "prompt_version": 3}
    assert one("openai", record).prompt_version == "parcels@3"


def test_chatgpt_follows_the_current_branch_and_skips_what_is_hidden():
    def node(parent, children, role, text, **more):
        content = {"content_type": "text", "parts": [text]}
        return {
            "parent": parent,
            "children": children,
            "message": {"author": {"role": role}, "content": content} | more,
        }

    mapping = {
        "root": {"parent": None, "children": ["hidden"], "message": None},
        "hidden": node("root", ["old", "new"], "system", "Profile", weight=0.0),
        "old": node("hidden", ["dead"], "user", "Wher?"),
        "dead": node("old", [], "assistant", "What?"),
        "new": node("hidden", ["call"], "user", "Where is parcel 77?"),
        "call": node("new", ["found"], "assistant", '{"n": 77}', recipient="track"),
        "found": node("call", ["answer"], "tool", "Graz"),
        "answer": node("found", [], "assistant", "In Graz.", recipient="all", metadata={"model_slug": "m"}),
    }
    record = {"title": "Parcel", "mapping": mapping, "current_node": "answer", "default_model_slug": "auto"}
    read = one("chatgpt", record)
    assert turns(read) == [
        *(("user", "Where is parcel 77?"), ("assistant", ""), ("tool", "Graz"), ("assistant", "In Graz.")),
    ]
    assert tools(read) == [("track", '{"n": 77}')] and read.model == "m" and read.metadata == {"title": "Parcel"}
    mapping["hidden"]["parent"] = "answer"
    with pytest.raises(Unreadable, match="its own ancestor"):
        one("chatgpt", record)


def test_an_arena_pair_is_two_conversations_and_each_is_counted():
    rules = RecordRules(format="arena", origin=ORIGIN, recognisers=recognisers())
    sample = dict(READERS["arena"].sample)
    read = list(
        masked_conversations([Raw(1, sample, None, 10), Raw(2, {**sample, "question_id": ""}, None, 20)], rules)
    )
    assert [r.entry.conversation.id if r.entry else r.error.field for r in read] == ["1:a", "1:b", "question_id"]
    side = read[1].entry.conversation
    assert (side.model, side.metadata["against"], side.metadata["winner"]) == ("b", "a", "tie")


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "Hi", "chosen": "Hello.", "rejected": "What?"},
        {"system": "Be kind.", "question": "Hi", "chosen": "Hello.", "rejected": "What?"},
        {
            "prompt": "Hi",
            "chosen": [USER | {"content": "Hi"}, {"role": "assistant", "content": "Hello."}],
            "rejected": [USER | {"content": "Hi"}, {"role": "assistant", "content": "What?"}],
        },
        {
            "chosen": [USER | {"content": "Hi"}, {"role": "assistant", "content": "Hello."}],
            "rejected": [USER | {"content": "Hi"}, {"role": "assistant", "content": "What?"}],
        },
        {"chosen": "\n\nHuman: Hi\n\nAssistant: Hello.", "rejected": "\n\nHuman: Hi\n\nAssistant: What?"},
        {
            "input": {"messages": [{"role": "user", "content": "Hi"}]},
            "preferred_output": [{"role": "assistant", "content": "Hello."}],
            "non_preferred_output": [{"role": "assistant", "content": "What?"}],
        },
    ],
)
def test_every_form_of_a_preference_pair_has_the_chosen_answer_and_keeps_the_other(record):
    assert detect([record], "jsonl", file="f", mapping={}).format == "preference"
    read = one("preference", record)
    assert (read.question, read.answer, read.metadata["rejected"]) == ("Hi", "Hello.", "What?")
    assert [m["role"] for m in read.messages if m["role"] != "system"] == ["user", "assistant"]


def test_a_pair_without_a_prompt_is_refused():
    with pytest.raises(Unreadable, match="a prompt, or chosen and rejected that begin with it"):
        one("preference", {"chosen": "Hello.", "rejected": "What?"})


def test_helpdesk_notes_are_no_turns_and_ratings_are_feedback():
    parts = [
        {"part_type": "note", "body": "<p>internal</p>", "author": {"type": "admin"}},
        {"part_type": "assignment", "body": "<p>Hello<br>there &amp; here</p>", "author": {"type": "admin"}},
        {"part_type": "close", "body": None, "author": {"type": "admin"}},
    ]
    intercom = READERS["intercom"].sample | {
        "conversation_parts": {"conversation_parts": parts},
        "conversation_rating": {"rating": 5, "remark": "Thanks"},
        "contacts": {"contacts": [{"id": "66", "external_id": "cust-22"}]},
    }
    read = one("intercom", intercom)
    assert turns(read) == [("user", "How many?"), ("assistant", "Hello\nthere & here")]
    assert (read.feedback, read.metadata["feedback_comment"]) == ("5", "Thanks") and "cust-22" not in str(read)
    zendesk = dict(READERS["zendesk"].sample) | {"satisfaction_rating": {"score": "bad", "comment": "slow"}}
    zendesk["comments"] = [*zendesk["comments"], {"author_id": 3, "body": "internal", "public": False}]
    read = one("zendesk", zendesk)
    assert [m["role"] for m in read.messages] == ["user", "assistant"] and read.feedback == "down"
    assert one("zendesk", zendesk | {"satisfaction_rating": {"score": "unoffered"}}).feedback is None


def test_a_ticket_without_its_comments_is_refused_and_told_why():
    with pytest.raises(Unreadable, match="export them as well"):
        one("zendesk", {"id": 1, "requester_id": 2, "description": "How many?"})


def test_rasa_sessions_are_conversations_and_a_rewind_takes_back_a_turn():
    events = [
        *({"event": "session_started"}, {"event": "user", "text": "Hi"}, {"event": "bot", "text": "Hello."}),
        *({"event": "user", "text": "Wher?"}, {"event": "bot", "text": "What?"}, {"event": "rewind"}),
        *({"event": "session_started"}, {"event": "user", "text": "Where?"}),
        *({"event": "action", "name": "action_listen"}, {"event": "action", "name": "action_find"}),
        {"event": "bot", "text": None},
    ]
    first, second = conversations("rasa", {"sender_id": "7", "events": events})
    assert turns(first) == [("user", "Hi"), ("assistant", "Hello.")]
    assert turns(second) == [("user", "Where?"), ("assistant", "[attachment]")]
    assert (first.id, second.id, tools(second)) == ("7", "7/2", [("action_find", "{}")])


def test_oasst_leaves_out_what_was_deleted_with_what_follows_it():
    deleted = {"message_id": "9", "role": "assistant", "text": "No.", "deleted": True, "replies": []}
    sample = dict(READERS["oasst"].sample)
    sample["prompt"] = {**sample["prompt"], "replies": [deleted, *sample["prompt"]["replies"]]}
    assert [c.id for c in conversations("oasst", sample)] == ["1/2"]


def test_a_bare_list_of_messages_is_a_conversation_in_json_and_in_lines(tmp_path):
    chat = [{"type": "human", "content": "Where?"}, {"type": "ai", "content": "Graz."}]
    line = orjson.dumps(chat)
    for name, data in (("a.jsonl", line + b"\n" + line + b"\n"), ("a.json", b"[" + line + b"," + line + b"]")):
        (tmp_path / name).write_bytes(data)
        found = input_file(tmp_path / name)
        records = [raw.record for raw in read_raw(found, layout_of(found))]
        assert records == [{"messages": chat}] * 2
        assert one("langchain", records[0]).answer == "Graz."


def test_an_array_on_one_line_of_a_jsonl_file_is_still_an_array(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'[{"question": "a"}, {"question": "b"}]\n')
    found = input_file(tmp_path / "a.jsonl")
    assert [raw.record for raw in read_raw(found, layout_of(found))] == [{"question": "a"}, {"question": "b"}]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Where is<br/>my &lt;order&gt;?</p>", "Where is\nmy <order>?"),
        ("<div><style>p {}</style><p>One</p><p>Two</p></div>", "One\nTwo"),
        ("a  b\u00a0c<img src=x>", "a b c[image]"),
        ("no tags & 1 < 2", "no tags & 1 < 2"),
    ],
)
def test_html_becomes_what_a_reader_sees(html, text):
    assert html_text(html) == text


@given(html=st.text())
@examples(100)
def test_any_text_is_some_html(html):
    assert isinstance(html_text(html), str)


@pytest.mark.parametrize(
    ("roles", "status", "answer"),
    [
        (["user", "assistant"], "ok", 1),
        (["user", "assistant", "user"], "ok", 1),
        (["user", "assistant", "user"], "error", None),
        (["user", "assistant"], "error", 1),
        (["user", "assistant", "tool"], "error", None),
        (["user"], "error", None),
        ([], "ok", None),
    ],
)
def test_an_earlier_turn_is_no_answer_to_a_question_that_failed(roles, status, answer):
    assert final_answer([{"role": role, "content": "text"} for role in roles], status) == answer


def test_what_failed_is_shown_with_the_question_that_failed_alone():
    record = {"status": "error", "error_message": "time-out", "steps": ["s"]}
    record["messages"] = [USER, {"role": "assistant", "content": "In Graz."}, {"role": "user", "content": "And 78?"}]
    read = one("jsonl", record | {"id": "1"})
    item = Item(id="1", conversation_id="1", week="2026-W47", at="2026-11-20")
    assert (read.answer, texts_of(read).answered, asked(read, item).answer) == ("", "", "")
    whole = conversation_payload(item, read)
    assert (whole["error"], whole["steps"], texts_of(read).fields["error_message"]) == ("time-out", ["s"], "time-out")
    earlier = replace(item, target_turn=1)
    shown = conversation_payload(earlier, read)
    assert (shown["error"], shown["steps"]) == (None, [])
    assert texts_of(read, turn=1).answered == asked(read, earlier).answer == "In Graz."
    assert "error_message" not in texts_of(read, turn=1).fields


NOT_IN_THE_FILE = {"anthropic-messages", "openai-chat-log", "openai-responses", "gemini-generate-content"}
NOT_IN_THE_FILE |= {"langgraph-state", "rasa-tracker", "langchain-dumpd", "litellm-standard-logging"}
FORMATS = {
    "anthropic-messages": "anthropic",
    "openai-chat-log": "openai",
    "openai-chat-log (Azure)": "openai",
    "openai-responses": "openai_responses",
    "gemini-generate-content": "gemini",
    "langchain-messages": "langchain",
    "langchain-dumpd": "langchain",
    "langgraph-state": "langgraph",
    "litellm-standard-logging": "litellm",
    "ai-sdk-uimessage": "ai_sdk",
    "ai-sdk-modelmessage": "ai_sdk",
    "chatgpt-export": "chatgpt",
    "wildchat": "wildchat",
    "lmsys-arena-pair": "arena",
    "oasst-tree": "oasst",
    "dpo-pairs": "preference",
    "rasa-tracker": "rasa",
    "intercom-conversation": "intercom",
    "zendesk-ticket": "zendesk",
    "dialogflow-cx": "dialogflow",
    "promptfoo-results": "promptfoo",
    "deepeval-test-run": "deepeval",
}
"""Names in the collected samples -> ours; ids of the first set are those of the sample's plan, not in the files."""


def records_of(path: Path) -> tuple[list[dict], str]:
    """The records of a file, also inside the page of an API."""
    found = input_file(path)
    layout, records = layout_of(found), []
    for raw in read_raw(found, layout):
        page = next((raw.record[k] for k in ("tickets", "conversations") if k in raw.record), None)
        records += [raw.record] if page is None else page
    return records, layout


@pytest.mark.parametrize("given", FORMATS)
def test_the_collected_samples_are_read_as_expected(given):
    folder = SHARED / "data/formats"
    if not folder.is_dir():
        pytest.skip("the collected samples are not here")
    for file in (f for f in orjson.loads((folder / "expected.json").read_bytes())["files"] if f["format"] == given):
        records, layout = records_of(folder / file["file"])
        assert detect(records[:20], layout, file=file["file"], mapping={}).format == FORMATS[given]
        read = conversations(FORMATS[given], *records)
        assert len(read) == file["conversations"]
        for found, expected in zip(read, file["items"], strict=True):
            got = {
                **{n: getattr(found, n) for n in ("question", "answer", "model", "tokens_in", "tokens_out", "status")},
                **{n: getattr(found, n) for n in ("error_type", "error_message")},
                "id": found.source_id,
                "messages": len(found.messages),
                "tool_calls": [name for name, _ in tools(found)],
                "rejected": found.metadata.get("rejected"),
            }
            compared = set(got) & set(expected) - ({"id"} if given in NOT_IN_THE_FILE else set())
            assert {n: got[n] for n in compared} == {n: expected[n] for n in compared}, found.id


@pytest.mark.parametrize(
    ("file", "format"),
    [
        *(("anthropic-tools.jsonl", "anthropic"), ("anthropic-request-response.jsonl", "anthropic")),
        *(("openai-raw-completion.jsonl", "openai"), ("gemini-log.jsonl", "gemini"), ("arena.jsonl", "arena")),
        *(("vercel-uimessages.jsonl", "ai_sdk"), ("langchain-messages.jsonl", "langchain")),
        *(("wildchat.jsonl", "wildchat"), ("alpaca.jsonl", "alpaca"), ("chatgpt-export.json", "chatgpt")),
    ],
)
def test_the_cases_from_practice_are_read_with_their_answers(file, format):
    path = SHARED / "cases" / file
    if not path.is_file():
        pytest.skip("the cases are not here")
    records, layout = records_of(path)
    assert detect(records, layout, file=file, mapping={}).format == format
    read = conversations(format, *records)
    assert read[0].answer in ("It is in Graz.", "In Graz.") and "[tool" not in str(read)


def test_the_filtered_case_from_practice_is_an_error_with_its_reason():
    path = SHARED / "cases/azure-filtered.jsonl"
    if not path.is_file():
        pytest.skip("the cases are not here")
    (record,), _ = records_of(path)
    assert error(one("openai", record)) == ("error", "content_filter", "the answer was filtered: hate (high)")


def test_preference_pairs_after_turns_of_sharegpt_are_read():
    record = {
        "id": "1",
        "system": "Be brief.",
        "conversations": [{"from": "human", "value": "How many?"}],
        "chosen": {"from": "gpt", "value": "Seven."},
        "rejected": {"from": "gpt", "value": "Some."},
    }
    for pair in (record, {**record, "chosen": [record["chosen"]], "rejected": "Some."}):
        assert detect([pair], "jsonl", file="f", mapping={}).format == "preference"
        [one] = conversations("preference", pair)
        assert (one.question, one.answer, one.metadata["rejected"]) == ("How many?", "Seven.", "Some.")
        assert one.messages[0]["role"] == "system"


def test_documents_under_the_name_of_javascript_are_the_context():
    found = {"pageContent": "Open at nine.", "metadata": {"source": "a"}}
    assert context_of([found]) == ("Open at nine.",)
    assert [one.text for one in documents([{"lc": 1, "kwargs": found}, found])] == ["Open at nine."] * 2
