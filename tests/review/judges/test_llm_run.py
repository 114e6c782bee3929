"""Runs of the llm kind against a real server: what is sent, how many at once, and how a run is paused."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from llm_desk import CORRECTNESS, POLITENESS, QUICK, Memory, bench_on, mark, subjects
from openai_server import OpenAIServer, slow, too_many

from review.judges.llm.kind import KIND, judged
from review.judges.protocol.protocol import Options, Subject

FRIENDLY = {"politeness": "friendly"}


def run(bench, wanted, pace=QUICK):
    return list(judged(bench, wanted, pace=pace))


def test_every_subject_has_one_verdict_in_each_dimension():
    def answer(text):
        return {"politeness": "rude" if mark(3) in text else "friendly", "correctness": "partly"}

    with OpenAIServer(answer) as server:
        said = list(KIND.judge(bench_on(server, dimensions=(CORRECTNESS, POLITENESS)), subjects(20)))
        assert len(server.seen) == 20, "one question for all dimensions"
    assert len(said) == 40 and len({(s.subject, s.dimension) for s in said}) == 40
    assert {s.subject for s in said if s.value == "rude"} == {"s3"}
    assert all(s.rationale == "because" and not s.error and not s.raw and s.latency_ms > 0 for s in said)


def test_nothing_leaves_but_the_spec_and_the_shown_parts_of_the_subject():
    turn = {"role": "user", "content": "a turn"}
    hidden = Subject(
        id="ITEM-ID",
        conversation_id="CONVERSATION-ID",
        group="USER-ID",
        question="a question",
        answer="an answer",
        messages=(turn,),
    )
    with OpenAIServer(lambda text: FRIENDLY) as server:
        run(bench_on(server, parameters={"temperature": 0.5, "seed": 7}), [hidden])
        (seen,) = server.seen
    assert set(seen.body) == {"model", "messages", "temperature", "seed", "response_format"}
    assert [set(m) for m in seen.body["messages"]] == [{"role", "content"}] * 2
    assert (seen.path, seen.body["model"], seen.body["seed"]) == ("/v1/chat/completions", "small", 7)
    everything = seen.raw.decode() + json.dumps(seen.headers)
    assert not [i for i in ("ITEM-ID", "CONVERSATION-ID", "USER-ID") if i in everything]
    assert set(seen.headers) == {"host", "user-agent", "accept", "accept-encoding", "content-type", "content-length"}


def test_the_schema_holds_the_rubrics_values():
    with OpenAIServer() as server:
        (one,) = run(bench_on(server), subjects(1))
        schema = server.seen[0].body["response_format"]["json_schema"]
    assert one.value == "rude", "the server answers with the first value of the schema"
    assert schema["strict"] and schema["schema"]["properties"]["politeness"]["properties"]["label"]["enum"] == [
        *POLITENESS.scale.values
    ]


@pytest.mark.parametrize(
    ("forms", "asked"),
    [
        (("json_schema", "json_object"), ["json_schema"]),
        (("json_object",), ["json_schema", "json_object"]),
        ((), ["json_schema", "json_object", None]),
    ],
)
def test_the_strictest_form_that_the_endpoint_knows_is_found_out_once_a_run(forms, asked):
    with OpenAIServer(lambda text: FRIENDLY, forms=forms) as server:
        memory = Memory()
        said = run(bench_on(server, replies=memory), subjects(8))
        forms_asked = [(s.body.get("response_format") or {}).get("type") for s in server.seen]
    assert [s.value for s in said] == ["friendly"] * 8
    assert forms_asked == asked + asked[-1:] * 7
    assert [c.error for c in memory.calls] == ["http_error"] * (len(asked) - 1) + [""] * 8
    assert {c.attempt for c in memory.calls} == {1}, "learning what the endpoint knows is no attempt"


@pytest.mark.parametrize("form", ["json_schema", "json_object", "none"])
def test_a_form_that_the_spec_names_is_the_one_that_is_asked_for(form):
    with OpenAIServer(lambda text: FRIENDLY) as server:
        run(bench_on(server, structured=form), subjects(2))
        assert {(s.body.get("response_format") or {}).get("type", "none") for s in server.seen} == {form}


@pytest.mark.parametrize("width", [1, 5])
def test_there_are_never_more_questions_at_once_than_allowed(width):
    with OpenAIServer(lambda text: FRIENDLY, latency=0.01) as server:
        run(bench_on(server, options=Options(concurrency=width)), subjects(40))
        assert server.most_at_once <= width


def test_that_many_questions_are_asked_at_once():
    together = threading.Barrier(5)

    def answer(text):
        # Nobody is answered before five have asked; the very first question goes alone.
        if mark(0) not in text:
            together.wait(timeout=20)
        return FRIENDLY

    with OpenAIServer(answer) as server:
        said = run(bench_on(server, options=Options(concurrency=5)), subjects(11))
        assert server.most_at_once == 5
    assert [s.value for s in said] == ["friendly"] * 11


def test_when_a_run_is_paused_nothing_new_begins_and_what_is_under_way_is_told():
    arrived, pause = threading.Semaphore(0), threading.Event()

    def answer(text):
        # Four questions are under way when the pause is asked for; none of them is answered before.
        if mark(0) not in text:
            arrived.release()
            pause.wait(10)
        return FRIENDLY

    def ask_for_a_pause():
        for _ in range(4):
            arrived.acquire(timeout=10)
        pause.set()

    with OpenAIServer(answer) as server:
        memory = Memory()
        bench = bench_on(server, replies=memory, stopped=pause.is_set)
        thread = threading.Thread(target=ask_for_a_pause)
        thread.start()
        said = run(bench, subjects(50))
        thread.join()
        assert len(server.seen) == 5
        assert {s.subject for s in said} == {"s0", "s1", "s2", "s3", "s4"} and all(s.value for s in said)
        rest = run(replace(bench, stopped=lambda: False), subjects(50))
        assert len(server.seen) == 50, "what was answered is not asked again"
    assert len(rest) == 50 and sum(s.cached for s in rest) == 5


def test_a_pause_ends_the_waiting_between_attempts():
    stopped = threading.Event()
    with OpenAIServer(faults={0: [too_many(3_000)]}) as server:
        waits = []

        def wait(seconds):
            waits.append(seconds)
            stopped.set()

        said = run(bench_on(server, stopped=stopped.is_set), subjects(3), pace=replace(QUICK, wait=wait))
        assert len(server.seen) == 1
    assert said == [] and len(waits) == 1


def test_a_run_that_is_stopped_before_it_begins_asks_nothing():
    with OpenAIServer(lambda text: FRIENDLY) as server:
        assert run(bench_on(server, stopped=lambda: True), subjects(3)) == []
        assert server.seen == []


def test_nothing_to_judge_is_nothing():
    with OpenAIServer() as server:
        assert run(bench_on(server), []) == []


def test_a_late_answer_is_asked_for_again_and_then_missing():
    faults = {mark(1): [slow(5)], mark(2): [slow(5)] * 2}
    with OpenAIServer(lambda text: FRIENDLY, faults=faults) as server:
        bench = bench_on(server, options=Options(concurrency=4, timeout=0.3, attempts=2))
        said = {s.subject: (s.value, s.error) for s in run(bench, subjects(4))}
    assert said == {
        "s0": ("friendly", ""),
        "s1": ("friendly", ""),
        "s2": (None, "timed_out"),
        "s3": ("friendly", ""),
    }
