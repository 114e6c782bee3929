"""Calls of an agent whose history grows are one conversation; other calls stay alone."""

import itertools
import random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_files import ORIGIN, read_records

from review.basics.record import Raw
from review.people.people import add_person
from review.privacy.recognisers import recognisers
from review.sources import chaining, spool
from review.sources.chaining import TOO_MANY, chains, joined, marks_of
from review.sources.conversations import RecordRules, masked_conversations
from review.sources.import_into import import_into
from review.sources.options import ImportOptions
from review.sources.tally import Tally
from storage.opening import open_store


def call(*turns, answer, number=0, **more):
    """One logged call of the OpenAI API; turns begin with the user."""
    messages = [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(turns)]
    return {
        "id": f"call-{number}",
        "timestamp": f"2026-11-23T10:00:{number:02}Z",
        "request": {"model": "m", "messages": [{"role": "system", "content": f"It is minute {number}."}, *messages]},
        "response": {
            "choices": [{"message": {"role": "assistant", "content": answer}}],
            "usage": {"prompt_tokens": 10 * (number + 1), "completion_tokens": 1},
        },
        **more,
    }


GROWING = [
    call("Hi", answer="Hello", number=0),
    call("Hi", "Hello", "Where?", answer="Graz", number=1),
    call("Hi", "Hello", "Where?", "Graz", "Thanks", answer="Welcome", number=2),
]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_calls_that_continue_one_another_are_one_conversation(order):
    [read] = read_records("openai", [GROWING[i] for i in order]).conversations
    assert read.id == "call-0" and read.created_at == "2026-11-23T10:00:00.000+00:00"
    assert (read.question, read.answer, len(read.messages)) == ("Thanks", "Welcome", 7)
    assert (read.tokens_in, read.tokens_out, read.metadata["calls"]) == (60, 3, 3)


def test_calls_of_others_and_failed_ones_stay_alone():
    records = [
        call("Hi", answer="Hello", number=0, user_id="a"),
        call("Hi", "Hello", "Where?", answer="Graz", number=1, user_id="b"),
        call("Bye", answer="Bye", number=2),
        {**call("Hi", answer="x", number=3), "response": {}, "error": {"type": "timeout", "message": "late"}},
    ]
    assert len(read_records("openai", records).conversations) == 4


def test_each_history_is_continued_once():
    records = [
        call("Hi", answer="Hello", number=0),
        call("Hi", answer="Hello", number=1),
        call("Hi", "Hello", "Where?", answer="Graz", number=2),
        call("Hi", "Hello", "When?", answer="Now", number=3),
        call("Hi", "Hello", "Why?", answer="So", number=4),
    ]
    read = {c.id: c.question for c in read_records("openai", records).conversations}
    assert read == {"call-0": "Where?", "call-1": "When?", "call-4": "Why?"}


def test_messages_that_are_no_calls_are_never_joined():
    chats = [{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}]
    chats.append({"messages": [*chats[0]["messages"], {"role": "user", "content": "Where?"}]})
    chats[1]["messages"].append({"role": "assistant", "content": "Graz"})
    assert len(read_records("openai", chats).conversations) == 2


def test_tool_calls_are_part_of_the_history():
    tool = {"id": "t", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    first = call("Where?", answer=None, number=0)
    first["response"]["choices"][0]["message"]["tool_calls"] = [tool]
    second = call("Where?", answer="Graz", number=1)
    second["request"]["messages"] += [
        {"role": "assistant", "content": None, "tool_calls": [tool]},
        {"role": "tool", "tool_call_id": "t", "content": "Graz"},
    ]
    other = call("Where?", answer="Linz", number=2)
    read = read_records("openai", [second, first, other]).conversations
    assert sorted((c.id, c.answer, len(c.messages)) for c in read) == [("call-0", "Graz", 5), ("call-2", "Linz", 3)]


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=4), min_size=1, max_size=12), st.randoms())
def test_every_call_is_in_one_chain_and_each_begins_the_next(words, order):
    calls = [
        {
            "messages": [
                {"role": ("user", "assistant")[i % 2], "content": str(word)}
                for i, word in enumerate([*turns, 9, 9][: 2 * len(turns)])
            ],
            "tokens_in": 1,
        }
        for turns in words
    ]
    order.shuffle(calls)
    found = chains([{"marks": marks_of(one)} for one in calls])
    assert sorted(n for chain in found for n in chain) == list(range(len(calls)))
    for chain in found:
        for before, after in itertools.pairwise(chain):
            told = calls[before]["messages"]
            assert calls[after]["messages"][: len(told)] == told and len(calls[after]["messages"]) > len(told)
        assert joined([calls[n] for n in chain])["tokens_in"] == len(chain)


def test_joining_needs_little_memory(monkeypatch):
    records = []
    for k in range(300):
        records += [call(f"Q{k}", answer="A", number=0), call(f"Q{k}", "A", "More?", answer="Yes", number=1)]
    random.Random(1).shuffle(records)
    made = chaining.Grouping
    monkeypatch.setattr(chaining, "Grouping", lambda scratch, **more: made(scratch, 5_000, **more))
    monkeypatch.setattr(spool, "MEMORY", 5_000)
    read = read_records("openai", records).conversations
    assert len(read) == 300 and {c.answer for c in read} == {"Yes"} and {c.tokens_in for c in read} == {30}


SHAPES = {
    "openai": lambda talk: (
        {"messages": talk[:-1]},
        {"choices": [{"message": talk[-1]}]},
    ),
    "anthropic": lambda talk: (
        {"system": "Be kind.", "messages": talk[:-1]},
        {"type": "message", "role": "assistant", "content": [{"type": "text", "text": talk[-1]["content"]}]},
    ),
    "gemini": lambda talk: (
        {"contents": [{"role": one["role"], "parts": [{"text": one["content"]}]} for one in talk[:-1]]},
        {"candidates": [{"content": {"role": "model", "parts": [{"text": talk[-1]["content"]}]}}]},
    ),
    "openai_responses": lambda talk: (
        {"input": talk[:-1]},
        {"object": "response", "output": [{"type": "message", **talk[-1]}]},
    ),
}


def alike(format, n):
    """Calls of as many people with the same opening and no user, each with a question of its own."""
    for i in range(n):
        words = ["Hi", "Hello!", f"Question {i}?", f"Answer {i}."]
        talk = [{"role": ("user", "assistant")[k % 2], "content": text} for k, text in enumerate(words)]
        request, response = SHAPES[format](talk)
        yield {"id": f"call-{i}", "request": request, "response": response}


@pytest.mark.parametrize("format", SHAPES)
@pytest.mark.parametrize("memory", [100, 3_000, 10_000_000])
def test_no_call_is_lost_among_many_that_begin_alike(format, memory, monkeypatch, tmp_path):
    made = chaining.Grouping
    monkeypatch.setattr(chaining, "Grouping", lambda _, **more: made(tmp_path, memory, **more))
    monkeypatch.setattr(spool, "MEMORY", memory)
    read = read_records(format, [*alike(format, 40)])
    assert sorted(c.id for c in read.conversations) == sorted(f"call-{i}" for i in range(40))
    assert not read.errors


def test_calls_too_many_to_compare_stay_alone_and_that_is_said(monkeypatch, tmp_path):
    made = chaining.Grouping
    monkeypatch.setattr(chaining, "Grouping", lambda _, **more: made(tmp_path, 1_000, **more))
    raws = [Raw(i, record, None, i) for i, record in enumerate(alike("openai", 40), start=1)]
    rules = RecordRules(format="openai", origin=ORIGIN, recognisers=recognisers(), join_calls=True)
    found = list(masked_conversations(raws, rules))
    assert len(found) == 40 and all(one.error is None for one in found)
    assert all(one.raw.mended == ((TOO_MANY, 1),) for one in found)


def test_rows_of_a_table_or_a_judges_file_stay_rows():
    raws = [Raw(line, record, None, line) for line, record in enumerate(GROWING, start=1)]
    rules = RecordRules(format="openai", origin=ORIGIN, recognisers=recognisers())
    found = list(masked_conversations(raws, rules))
    assert [one.entry.conversation.id for one in found] == ["call-0", "call-1", "call-2"]
    assert all(one.raw.record is not None for one in found)


def turn(number, question, answer, before=None, conversation=None):
    """One logged call of the Responses API, which holds only its own turn."""
    response = {
        **{"object": "response", "id": f"resp_{number}", "created_at": 1794212130 + 60 * number, "model": "m"},
        "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": answer}]}],
        "usage": {"input_tokens": 10, "output_tokens": 1},
        "previous_response_id": before and f"resp_{before}",
    }
    request = {"model": "m", "instructions": "Be kind.", "input": question}
    return {"request": request, "response": response | ({"conversation": conversation} if conversation else {})}


CHAIN = [turn(1, "Hi", "Hello"), turn(2, "Where?", "Graz", before=1), turn(3, "Thanks", "Welcome", before=2)]
TALK = ["Be kind.", "Hi", "Hello", "Where?", "Graz", "Thanks", "Welcome"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_responses_that_name_the_one_before_are_one_conversation(order):
    [read] = read_records("openai_responses", [CHAIN[i] for i in order]).conversations
    assert [m["content"] for m in read.messages] == TALK
    assert (read.id, read.tokens_in, read.metadata["calls"]) == ("resp_1", 30, 3)
    assert read.created_at == "2026-11-09T08:16:30.000+00:00"


def test_a_response_whose_beginning_is_elsewhere_stays_with_its_link():
    [read] = read_records("openai_responses", CHAIN[1:]).conversations
    assert [m["content"] for m in read.messages] == ["Be kind.", *TALK[3:]]
    assert (read.id, read.metadata["previous_response_id"]) == ("resp_2", "resp_1")
    [alone] = read_records("openai_responses", CHAIN[2:]).conversations
    assert (alone.question, alone.metadata["previous_response_id"]) == ("Thanks", "resp_2")


def test_two_that_continue_the_same_response_are_two_conversations():
    other = turn(4, "Bye", "Goodbye", before=2)
    for calls in ([*CHAIN, other], [other, *CHAIN[::-1]]):
        first, second = read_records("openai_responses", calls).conversations
        assert [m["content"] for m in first.messages] == TALK
        assert [m["content"] for m in second.messages] == [*TALK[:5], "Bye", "Goodbye"]
        assert (first.id, second.id) == ("resp_1", "resp_4")


def test_responses_of_one_conversation_are_put_in_their_order():
    calls = [turn(n, f"q{n}", f"a{n}", conversation={"id": "conv_1"}) for n in (2, 1, 3)]
    both = read_records("openai_responses", [*calls, turn(9, "alone", "yes")]).conversations
    [read] = [one for one in both if one.id == "resp_1"]
    assert len(both) == 2
    assert [m["content"] for m in read.messages] == ["Be kind.", "q1", "a1", "q2", "a2", "q3", "a3"]


def test_a_circle_of_responses_ends():
    calls = [turn(1, "q1", "a1", before=2), turn(2, "q2", "a2", before=1)]
    assert read_records("openai_responses", calls).conversations


def test_responses_without_links_are_read_as_before():
    calls = [turn(n, f"q{n}", f"a{n}") for n in range(3)]
    failed = {"request": {"input": "q"}, "response": {"object": "response", "id": "resp_x", "status": "failed"}}
    read = read_records("openai_responses", [*calls, failed]).conversations
    assert sorted(c.id for c in read) == ["resp_0", "resp_1", "resp_2", "resp_x"]
    assert all("calls" not in c.metadata and "response_id" not in c.metadata for c in read)


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path / "spotcheck.db")
    add_person(made, "lea", role="lead", by="test")
    return made


def bring(store, *calls, **options):
    file, tally = store.path.parent / "calls.jsonl", Tally()
    file.write_bytes(b"\n".join(map(orjson.dumps, calls)))
    import_into(store, file, ImportOptions(**options), by="lea", tally=tally)
    return " ".join(tally.notes)


def test_calls_that_continue_one_of_an_earlier_import_come_in_alone_and_that_is_said(store):
    assert "continue" not in bring(store, *CHAIN[:1])
    said = bring(store, *CHAIN[1:], turn(7, "And?", "Yes", before=6))
    assert "2 × conversations that continue a call which is not in this import" in said
    assert "1 conversation of this import continues one that the log has from an earlier import" in said
    assert "such as resp_2 after resp_1. It came in alone" in said
    named = [turn(n, f"q{n}", f"a{n}", conversation={"id": "conv_1"}) for n in (21, 22)]
    assert "such as" not in bring(store, named[0])
    assert "such as resp_22 after resp_21" in bring(store, named[1])
    assert "such as" not in bring(store, turn(31, "Other", "Yes", before=21), source="other")


def test_a_history_that_grew_since_an_earlier_import_is_said_to_be_there_twice(store):
    assert "continue" not in bring(store, GROWING[0], call("Hi", answer="Hello", number=8, user_id="b"))
    said = bring(store, *GROWING[1:], call("Hi", "Good day", "Where?", answer="Graz", number=9))
    assert "1 conversation of this import continues one that the log has from an earlier import" in said
    assert "such as call-1 after call-0. It has the whole history" in said
