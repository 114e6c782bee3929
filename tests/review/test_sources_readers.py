"""Readers: one contract for all formats, each format's own shape, and the real files."""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError
from review.basics.input_file import input_file
from review.basics.raw import layout_of, read_raw
from review.basics.record import Raw, Unreadable
from review.privacy.recognisers import recognisers
from review.sources.conversations import RecordRules, masked_conversations
from review.sources.normalise import Origin, conversation_of
from review.sources.readers.catalogue import READERS, detect
from review.sources.readers.fields import ROLES
from review.sources.readers.reader import Reader, TraceReader
from storage.records_log import Conversation

REAL = Path(__file__).parents[2] / "../shared/data"

ORIGIN = Origin(source="production", key=b"key", zone=ZoneInfo("UTC"), week="2026-W47")

SINGLE = {name: reader for name, reader in READERS.items() if isinstance(reader, Reader)}
TRACES = {name: reader for name, reader in READERS.items() if isinstance(reader, TraceReader)}
TALKS = [name for name in READERS if name not in SINGLE or not SINGLE[name].tells]
"""Formats of conversations; the others tell something of a conversation."""
SAMPLES = {name: dict(reader.sample) for name, reader in SINGLE.items()}
"""The same conversation in every format of single records."""


def conversation(name: str, record: dict) -> Conversation:
    """The first conversation of a record. Raises why it cannot be read."""
    found = SINGLE[name].conversations(record)[0]
    if isinstance(found, Unreadable):
        raise found
    return conversation_of(found, record, ORIGIN)


def conversations(name: str, records: list[dict]) -> list[Conversation]:
    """What both shapes read, through the one way that all sources take."""
    raws = [Raw(line, dict(record), None, 0) for line, record in enumerate(records, start=1)]
    found = list(masked_conversations(raws, RecordRules(format=name, origin=ORIGIN, recognisers=recognisers())))
    assert not [str(one.error) for one in found if one.error]
    return [one.entry.conversation for one in found]


def sample_of(name: str) -> list[dict]:
    """The raw records of a format's sample, whatever its shape."""
    return [SAMPLES[name]] if name in SINGLE else [dict(record) for record in TRACES[name].sample]


@pytest.mark.parametrize("name", TALKS)
def test_every_format_reads_the_same_conversation_alike(name):
    for read in conversations(name, sample_of(name)):
        assert [(m["role"], m["content"]) for m in read.messages] == [("user", "How many?"), ("assistant", "Seven.")]
        assert (read.question, read.answer) == ("How many?", "Seven.")


@pytest.mark.parametrize("name", READERS)
def test_every_format_is_detected_by_its_keys_and_says_why(name):
    layout = name if name in ("csv", "parquet") else "json"
    found = detect(sample_of(name), layout, file="f", mapping={})
    assert found.format == name
    assert READERS[name].sign in found.reason
    assert READERS[name].about


@pytest.mark.parametrize("name", TRACES)
def test_the_records_of_a_trace_may_stand_in_any_order_and_twice(name):
    records = sample_of(name)
    [straight] = conversations(name, records)
    for order in (records[::-1], [*records, *records], [*records[1:], records[0]]):
        [read] = conversations(name, order)
        assert (read.id, read.messages, read.steps) == (straight.id, straight.messages, straight.steps)
        assert (read.tokens_in, read.cost, read.latency_ms) == (straight.tokens_in, straight.cost, straight.latency_ms)


ODD_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**40) | st.text(max_size=5) | st.sampled_from(sorted(ROLES)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "from", "value", "speaker", "x", "tool_calls"]), inner)
    ),
    max_leaves=6,
)
"""What no field of a record should hold; made once, because making it takes longer than drawing from it."""


@cache
def odd_fields(name: str) -> st.SearchStrategy[dict]:
    """Up to three fields of a record of this format, with odd values."""
    keys = [*SAMPLES[name], "messages", "question", "result", "verdicts", "tags", "metadata", "context"]
    return st.dictionaries(st.sampled_from(keys), ODD_VALUES, max_size=3)


@pytest.mark.parametrize("name", SINGLE)
@given(data=st.data())
@examples(40)
def test_a_reader_refuses_or_reads_any_record_and_raises_nothing_else(name, data):
    record = {**SAMPLES[name], **data.draw(odd_fields(name))}
    SINGLE[name].recognise(record)
    try:
        read = conversation(name, record)
    except Unreadable as error:
        assert error.field and error.expected
    else:
        assert {m["role"] for m in read.messages} <= {"system", "user", "assistant", "tool"}
        assert all(isinstance(m["content"], str) for m in read.messages)


def test_records_that_fit_no_format_are_refused_with_their_keys_and_all_formats():
    with pytest.raises(InputError, match=r"found the keys idx, response1.*sharegpt") as failed:
        detect([{"idx": 1, "response1": "a"}], "jsonl", file="f.jsonl", mapping={})
    assert "--map" in failed.value.command_hint and "--format" in failed.value.command_hint


def test_records_of_two_formats_are_refused_and_never_guessed():
    with pytest.raises(InputError, match=r"several formats: sharegpt \(1 of 2\), tau_bench \(1 of 2\)") as failed:
        detect([SAMPLES["tau_bench"], SAMPLES["sharegpt"]], "jsonl", file="f.jsonl", mapping={})
    assert "--format" in failed.value.command_hint


def test_only_a_mapping_that_finds_its_question_makes_a_plain_log():
    assert detect([{"text": "hi"}], "csv", file="f", mapping={"question": "text"}).format == "csv"
    assert detect([SAMPLES["sgd"]], "json", file="f", mapping={"question": "text"}).format == "sgd"


def test_messages_with_the_fields_of_a_log_are_a_plain_log_and_without_them_a_chat_file():
    chat = SAMPLES["openai"]
    assert detect([chat], "jsonl", file="f", mapping={}).format == "openai"
    assert detect([{**chat, "id": "7", "status": "ok"}], "jsonl", file="f", mapping={}).format == "jsonl"


def test_openai_request_and_response_are_read_with_model_tokens_and_tool_calls():
    call = {"id": "c", "type": "function", "function": {"name": "lookup", "arguments": "{}"}}
    record = {
        "timestamp": 1763683200,
        "request": {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
        "response": {
            "id": "chatcmpl-1",
            "model": "m-2026",
            "choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [call]}}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 2},
        },
    }
    read = conversation("openai", record)
    assert (read.id, read.model, read.tokens_in, read.tokens_out) == ("chatcmpl-1", "m-2026", 5, 2)
    assert read.created_at == "2025-11-21T00:00:00.000+00:00"
    assert read.messages[-1] == {"role": "assistant", "content": "", "tool_calls": [call]}


def test_an_openai_call_that_failed_is_an_error():
    request = {"messages": [{"role": "user", "content": "hi"}]}
    read = conversation("openai", {"request": request, "error": {"type": "timeout", "message": "after 30 s"}})
    assert (read.status, read.error_type, read.error_message) == ("error", "timeout", "after 30 s")


def test_sharegpt_reads_its_roles_and_the_other_shape_of_that_name():
    turns = [
        {"from": "human", "value": "Find it"},
        {"from": "function_call", "value": '{"name": "find", "arguments": {"x": 1}}'},
        {"from": "observation", "value": "found"},
        {"from": "gpt", "value": "Here."},
    ]
    read = conversation("sharegpt", {"system": "Be kind.", "conversations": turns})
    assert [m["role"] for m in read.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert read.messages[2]["tool_calls"][0]["function"] == {"name": "find", "arguments": '{"x":1}'}
    other = conversation("sharegpt", {"conversation": [{"human": "Hi", "assistant": "Hello"}]})
    assert (other.question, other.answer) == ("Hi", "Hello")


def test_a_pair_of_preferences_is_refused():
    with pytest.raises(Unreadable, match="pair of preferences"):
        conversation("sharegpt", {**SAMPLES["sharegpt"], "chosen": {"from": "gpt", "value": "x"}})


def test_tau_bench_tool_calls_are_marked_and_the_stop_marker_is_no_text():
    text = "user: Hi\nassistant: None\ntool: {}\nassistant: Two\nlines.\nuser: Thanks###STOP###"
    read = conversation("tau_bench", {"messages_display": text})
    assert [m["role"] for m in read.messages] == ["user", "assistant", "tool", "assistant", "user"]
    assert read.messages[1]["content"] == "" and read.messages[1]["tool_calls"]
    assert (read.answer, read.question, read.metadata) == ("Two\nlines.", "Thanks", {"ended_by": "###STOP###"})


def test_sgd_intents_become_scenario_and_tags_and_service_calls_tool_messages():
    record = {
        "dialogue_id": "7_0",
        "services": ["Events_1"],
        "turns": [
            {"speaker": "USER", "utterance": "Events?", "frames": [{"state": {"active_intent": "FindEvents"}}]},
            {
                "speaker": "SYSTEM",
                "utterance": "One.",
                "frames": [
                    {"service_call": {"method": "Find", "parameters": {"c": "A"}}, "service_results": [{"n": 1}]}
                ],
            },
            {"speaker": "USER", "utterance": "Bye", "frames": [{"state": {"active_intent": "NONE"}}]},
        ],
    }
    read = conversation("sgd", record)
    assert (read.id, read.scenario, read.tags) == ("7_0", "FindEvents", ("FindEvents",))
    assert read.metadata == {"services": ["Events_1"], "intents": ["FindEvents", None]}
    assert [m["role"] for m in read.messages] == ["user", "assistant", "tool", "assistant", "user"]
    assert read.messages[2] == {"role": "tool", "content": '[{"n":1}]', "name": "Find"}


def test_abcd_flows_are_kept_and_the_customer_s_data_is_dropped():
    scenario = {"flow": "product_defect", "subflow": "return_size", "personal": {"customer_name": "crystal minh"}}
    read = conversation("abcd", {**SAMPLES["abcd"], "scenario": scenario})
    assert (read.scenario, read.tags) == ("product_defect", ("product_defect", "return_size"))
    assert "crystal" not in str(read)


@pytest.mark.parametrize(
    ("file", "format", "conversations", "user_turns"),
    [
        # 533 lines begin with "user:", and 2 of them say nothing but the stop marker.
        ("dialogues/tau_bench_retail_few_shot.jsonl", "tau_bench", 69, 531),
        ("dialogues/sgd_dev_dialogues_007.json", "sgd", 68, 499),
        ("dialogues/abcd_sample.json", "abcd", 3, 31),
    ],
)
def test_real_files_are_detected_and_read_whole(file, format, conversations, user_turns):
    path = REAL / file
    if not path.exists():
        pytest.skip("the real data is not here")
    given = input_file(path)
    layout = layout_of(given)
    records = [raw.record for raw in read_raw(given, layout)]
    assert detect(records[:20], layout, file=file, mapping={}).format == format
    read = [conversation(format, record) for record in records]
    assert len(read) == conversations
    assert sum(m["role"] == "user" for c in read for m in c.messages) == user_turns
    assert all(c.question and c.answer for c in read)


def test_every_sample_is_json():
    assert all(orjson.dumps(record) for record in SAMPLES.values())
