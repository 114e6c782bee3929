"""Formats that are read from samples in tests/data/formats, which were written after their public documentation."""

from pathlib import Path

import orjson
import pytest
from trace_files import read_files, read_records

from review.sources.readers.oasst_rows import APART

SAMPLES = Path(__file__).parents[1] / "data/formats"


def read(name):
    found = read_files(SAMPLES / f"{name}.jsonl")
    assert found.format == name
    return found, {one.id: one for one in found.conversations}


def talk(conversation):
    return [(m["role"], m["content"]) for m in conversation.messages]


def test_flat_rows_of_open_assistant_are_one_conversation_for_each_last_reply():
    found, by_id = read("oasst_rows")
    assert sorted(by_id) == ["t1/a2", "t1/aa", "t2/a9"] and not found.errors
    assert talk(by_id["t1/a2"]) == [
        ("user", "How many?"), ("assistant", "Seven."), ("user", "Sure?"), ("assistant", "Yes."),
    ]  # fmt: skip
    assert by_id["t1/aa"].metadata["rank"] == 1 and by_id["t1/aa"].language == "en"
    assert found.notes.count(APART) == 2, "replies to messages that are not in the file"
    asked = {"message_tree_id": "t", "message_id": "1", "parent_id": "", "role": "prompter", "text": "Q"}
    gone = {"message_tree_id": "t", "message_id": "2", "parent_id": "1", "role": "assistant", "text": "A"}
    csv = [{**asked, "deleted": "False"}, {**gone, "deleted": "True"}]
    [alone] = read_records("oasst_rows", csv).conversations
    assert talk(alone) == [("user", "Q")]


def test_turns_of_dialogflow_are_put_in_their_order():
    _, by_id = read("dialogflow_rows")
    assert talk(by_id["s1"]) == [
        ("user", "Hello"), ("assistant", "Hello!"), ("user", "Where is my order?"),
        ("assistant", "It is in Graz.\nAnything else?"),
    ]  # fmt: skip
    assert (by_id["s1"].feedback, by_id["s1"].created_at) == ("down", "2026-11-10T09:01:00.000+00:00")
    assert (by_id["s2"].status, by_id["s2"].error_type, by_id["s2"].tags) == ("error", "webhook 13", ("NO_MATCH",))


def test_calls_of_the_older_completions_api_are_read():
    found, by_id = read("openai_completions")
    first = by_id["log-1"]
    assert talk(first) == [("user", "How many?"), ("assistant", "Seven.")]
    assert (first.tokens_in, first.tokens_out, first.model) == (3, 4, "gpt-3.5-turbo-instruct:20230824-v2")
    assert first.created_at == "2026-11-10T09:00:00.000+00:00"
    assert talk(by_id["cmpl-2/1"]) == [("user", "One?"), ("assistant", "Yes.")], "an echoed prompt is no answer"
    assert by_id["cmpl-2/2"].metadata["finish_reason"] == "length"
    [failed] = [one for one in found.conversations if one.question == "Again?"]
    assert (failed.status, failed.error_type, failed.answer) == ("error", "server_error", "")
    assert by_id["cmpl-4"].answer == "First." and "a further answer to the same call: not imported" in found.notes
    [refused] = read_records("openai_completions", [{"prompt": [1, 2], "choices": [{"text": "x"}]}]).errors
    assert "tokens cannot be read" in refused[1].expected


def test_requests_of_helicone_are_read_as_their_provider_has_them_with_what_it_measured():
    found, by_id = read("helicone")
    first = by_id["chatcmpl-1"]
    assert talk(first) == [("user", "How many?"), ("assistant", "Seven.")]
    assert (first.latency_ms, first.cost, first.tokens_in, first.feedback) == (812, 0.00012, 8, "down")
    assert first.user_id and first.session_id and first.prompt_version == "greeting"
    assert (first.metadata["app"], first.metadata["request_id"]) == ("shop", "h-1")
    failed = by_id["h-2"]
    assert (failed.status, failed.error_type) == ("error", "HTTP 500")
    assert talk(by_id["msg_1"]) == [("system", "Be kind."), ("user", "Where?"), ("assistant", "Here.")]
    [(line, error)] = found.errors
    assert line == 4 and "export with the bodies" in error.expected


@pytest.mark.parametrize("arguments", ['{"query": "SELECT 1"}', {"sql": "select 1"}])
def test_a_plain_log_of_messages_has_the_query_of_its_last_tool_call(arguments):
    messages = [
        {"role": "user", "content": "How many?"},
        {"role": "assistant", "content": "", "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "run", "arguments": arguments}}]},
        {"role": "tool", "tool_call_id": "1", "content": '[{"n": 7}]'},
        {"role": "assistant", "content": "Seven."},
    ]  # fmt: skip
    row = {"id": "1", "created_at": "2026-11-10T09:00:00Z", "messages": messages}
    [found] = read_records("jsonl", [orjson.loads(orjson.dumps(row))]).conversations
    assert found.sql.upper() == "SELECT 1" and found.result is not None
    [own] = read_records("jsonl", [{**row, "sql": "SELECT 2", "result": "2"}]).conversations
    assert (own.sql, own.answer) == ("SELECT 2", "Seven.")
