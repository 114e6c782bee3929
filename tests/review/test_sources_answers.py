"""A logged call comes in with its answer, or with its error; one that has neither is refused with the reason."""

import json

import pytest
from trace_files import read_records

from review.sources.readers.call_log import FURTHER
from review.sources.readers.streamed import BROKEN

USER = {"role": "user", "content": "How many?"}
REQUESTS = {
    "openai": {"messages": [USER]},
    "anthropic": {"system": "Be brief.", "messages": [USER]},
    "gemini": {"contents": [{"role": "user", "parts": [{"text": "How many?"}]}]},
    "openai_responses": {"input": "How many?"},
}
STREAMS = {
    "openai": [
        {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]},
        {"id": "c1", "choices": [{"index": 0, "delta": {"content": "Se"}}]},
        {"id": "c1", "choices": [{"index": 0, "delta": {"content": "ven."}}]},
        {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"id": "c1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    ],
    "anthropic": [
        {
            "type": "message_start",
            "message": {"type": "message", "id": "c1", "model": "m", "usage": {"input_tokens": 3}},
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Se"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ven."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ],
    "gemini": [
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "Se"}]}}], "responseId": "c1"},
        {
            "candidates": [{"content": {"role": "model", "parts": [{"text": "ven."}]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
            "modelVersion": "m",
        },
    ],
    "openai_responses": [
        {
            "type": "response.created",
            "response": {"object": "response", "id": "c1", "status": "in_progress", "output": []},
        },
        {
            "type": "response.output_item.done",
            "item": {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Seven."}]},
        },
        {
            "type": "response.completed",
            "response": {
                **{"object": "response", "id": "c1", "model": "m", "status": "completed"},
                "output": [
                    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Seven."}]}
                ],
                "usage": {"input_tokens": 3, "output_tokens": 2},
            },
        },
    ],
}


@pytest.mark.parametrize("format", REQUESTS)
@pytest.mark.parametrize("response", [None, {}, [], "", "data: {}\n\ndata: [DONE]\n", [{"type": "ping"}], {"id": "x"}])
def test_a_call_without_answer_and_error_is_refused(format, response):
    read = read_records(format, [{"id": "1", "request": REQUESTS[format], "response": response}])
    assert not read.conversations
    [(_, error)] = read.errors
    assert error.field == "response" and "an answer, or an error" in error.expected


@pytest.mark.parametrize("format", REQUESTS)
def test_a_failed_call_comes_in_without_an_answer(format):
    failed = {"id": "1", "request": REQUESTS[format], "response": None, "error": {"type": "timeout", "message": "late"}}
    [one] = read_records(format, [failed]).conversations
    assert (one.status, one.error_type, one.question) == ("error", "timeout", "How many?")


@pytest.mark.parametrize("format", REQUESTS)
@pytest.mark.parametrize("written", ["list", "text", "json", "texts"])
def test_answers_that_were_logged_in_pieces_are_put_together(format, written):
    pieces = STREAMS[format]
    events = [f"event: x\ndata: {json.dumps(piece)}\n\n" for piece in pieces]
    lines = [f"data: {json.dumps(piece)}" for piece in pieces]
    response = {"list": pieces, "text": "".join(events) + "data: [DONE]\n", "json": json.dumps(pieces), "texts": lines}
    read = read_records(format, [{"request": REQUESTS[format], "response": response[written]}])
    assert not read.errors
    [one] = read.conversations
    assert (one.question, one.answer, one.id, one.model) == ("How many?", "Seven.", "c1", "m")
    assert (one.tokens_in, one.tokens_out, one.status) == (3, 2, "ok")
    assert "finish_reason" not in one.metadata


@pytest.mark.parametrize("format", REQUESTS)
def test_a_stream_that_broke_off_gives_what_was_said_and_says_so(format):
    pieces = STREAMS[format][: {"openai": 3, "anthropic": 4, "gemini": 1, "openai_responses": 2}[format]]
    [one] = read_records(format, [{"request": REQUESTS[format], "response": pieces}]).conversations
    assert one.answer in ("Seven.", "Se") and one.metadata["finish_reason"] == BROKEN


def test_tool_calls_in_pieces_are_put_together():
    pieces = [
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "t", "function": {"name": "find"}}]}}]},
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}}]},
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}}]},
        {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
    ]
    [one] = read_records("openai", [{"request": REQUESTS["openai"], "response": pieces}]).conversations
    assert one.messages[-1]["tool_calls"][0]["function"] == {"name": "find", "arguments": '{"a":1}'}
    pieces = [
        {"type": "message_start", "message": {"type": "message", "id": "c"}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "t", "name": "find", "input": {}},
        },
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a"'}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": ":1}"}},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    ]
    [one] = read_records("anthropic", [{"request": REQUESTS["anthropic"], "response": pieces}]).conversations
    assert json.loads(one.messages[-1]["tool_calls"][0]["function"]["arguments"]) == {"a": 1}


def test_an_error_in_a_stream_is_the_error_of_the_call():
    pieces = [*STREAMS["anthropic"][:3], {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}]
    [one] = read_records("anthropic", [{"request": REQUESTS["anthropic"], "response": pieces}]).conversations
    assert (one.status, one.error_type, one.answer) == ("error", "overloaded_error", "Se")


@pytest.mark.parametrize(
    ("format", "response"),
    [
        ("openai", {"choices": [{"message": {"role": "assistant", "content": ""}, "finish_reason": "length"}]}),
        ("anthropic", {"type": "message", "content": [], "stop_reason": "end_turn"}),
        ("gemini", {"candidates": [{"finishReason": "MAX_TOKENS"}]}),
        ("openai_responses", {"object": "response", "status": "completed", "output": []}),
    ],
)
def test_a_model_that_ended_with_nothing_said_comes_in_with_a_note(format, response):
    read = read_records(format, [{"request": REQUESTS[format], "response": response}])
    [one] = read.conversations
    assert one.status == "ok" and any("ended with nothing said" in note for note in read.notes)


@pytest.mark.parametrize(
    ("format", "response"),
    [
        ("openai", {"choices": [{"message": {"role": "assistant", "content": text}} for text in ("A", "B", "C")]}),
        ("gemini", {"candidates": [{"content": {"parts": [{"text": text}]}} for text in ("A", "B", "C")]}),
    ],
)
def test_further_answers_to_one_call_are_counted(format, response):
    read = read_records(format, [{"request": REQUESTS[format], "response": response}])
    assert [one.answer for one in read.conversations] == ["A"] and read.notes.count(FURTHER) == 2
