"""Replies of the llm kind: remembered by what was asked, voted on, logged with what they cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from llm_desk import QUICK, Memory, bench_on, mark, subjects
from openai_server import OpenAIServer, cut, not_json, says, status, too_many

from review.judges.llm import kind
from review.judges.llm.kind import judged
from review.judges.protocol.protocol import Options, Subject

FRIENDLY = {"politeness": "friendly"}


def run(bench, wanted):
    return list(judged(bench, wanted, pace=QUICK))


def test_a_second_run_costs_nothing_and_says_the_same():
    with OpenAIServer(lambda text: FRIENDLY) as server:
        memory, wanted = Memory(), subjects(30)
        bench = bench_on(server, replies=memory, price_in=1.0, price_out=2.0)
        first = run(bench, wanted)
        second = run(bench, wanted)
        assert len(server.seen) == 30
    # 100 tokens at 1 and 20 at 2 a million: (100 + 40) / 1,000,000.
    assert {s.cost for s in first} == {0.00014} and not any(s.cached for s in first)
    assert {(s.cost, s.cached, s.latency_ms) for s in second} == {(0.0, True, None)}
    assert {(s.subject, s.value, s.rationale) for s in first} == {(s.subject, s.value, s.rationale) for s in second}


def test_a_second_run_needs_neither_key_nor_endpoint():
    with OpenAIServer(lambda text: FRIENDLY, key="secret") as server:
        bench = bench_on(server, key_env="LLM_KEY", environment={"LLM_KEY": "secret"})
        run(bench, subjects(3))
    assert [s.value for s in run(replace(bench, environment={}), subjects(3))] == ["friendly"] * 3


def test_a_fresh_run_asks_again():
    with OpenAIServer(lambda text: FRIENDLY) as server:
        memory = Memory()
        run(bench_on(server, replies=memory), subjects(5))
        run(bench_on(server, replies=memory, options=Options(fresh=True)), subjects(5))
        assert len(server.seen) == 10


@pytest.mark.parametrize(
    "change",
    [
        {"model": "large"},
        {"parameters": {"temperature": 1}},
        {"prompt": "Another {answer} {question}"},
        {"system": "Another one."},
        {"structured": "none"},
        {"rationale": False},
    ],
)
def test_whatever_changes_the_question_is_asked_anew(change):
    with OpenAIServer(lambda text: FRIENDLY) as server:
        memory = Memory()
        run(bench_on(server, replies=memory), subjects(3))
        run(bench_on(server, replies=memory, **change), subjects(3))
        assert len(server.seen) == 6


def test_what_the_endpoint_turned_out_to_know_does_not_change_the_question():
    with OpenAIServer(lambda text: FRIENDLY, forms=()) as server:
        bench = bench_on(server)
        run(bench, subjects(3))
        asked = len(server.seen)
        run(bench, subjects(3))
        assert len(server.seen) == asked


def test_replies_are_looked_up_ten_thousand_at_a_time(monkeypatch):
    monkeypatch.setattr(kind, "KEYS_AT_ONCE", 10)
    with OpenAIServer(lambda text: FRIENDLY) as server:
        memory = Memory()
        run(bench_on(server, replies=memory), subjects(25))
        assert memory.lookups == [10, 10, 5]


def test_failed_attempts_and_unfinished_replies_are_not_remembered():
    faults = {mark(1): [status(400)], mark(2): [says("")], mark(3): [not_json()] * 3, mark(4): [cut()] * 3}
    with OpenAIServer(lambda text: FRIENDLY, faults=faults) as server:
        memory = Memory()
        first = {s.subject: s.error for s in run(bench_on(server, replies=memory), subjects(6))}
        second = {s.subject: (s.value, s.cached) for s in run(bench_on(server, replies=memory), subjects(6))}
    assert first == {"s0": "", "s1": "http_error", "s2": "empty", "s3": "unparseable", "s4": "unreachable", "s5": ""}
    assert second == {f"s{k}": ("friendly", k in (0, 5)) for k in range(6)}


def test_subjects_that_are_alike_are_asked_once():
    one = Subject(id="a", conversation_id="c", group="g", question="Same?", answer="Same.")
    with OpenAIServer(lambda text: FRIENDLY) as server:
        said = run(bench_on(server, price_in=1, price_out=1), [one, replace(one, id="b"), replace(one, id="c")])
        assert len(server.seen) == 1
    assert [(s.subject, s.value, s.cached, s.cost) for s in said] == [
        ("a", "friendly", False, 0.00012),
        ("b", "friendly", True, 0.0),
        ("c", "friendly", True, 0.0),
    ]


def test_repeats_are_asked_that_often_with_seeds_of_their_own_and_voted_on():
    turn = iter(["rude", "neutral", "rude"] * 2)
    with OpenAIServer(lambda text: {"politeness": next(turn)}) as server:
        memory = Memory()
        bench = bench_on(
            server, replies=memory, parameters={"seed": 40}, options=Options(repeats=3, concurrency=1)
        )  # fmt: skip
        said = run(bench, subjects(2))
        assert [s.body["seed"] for s in server.seen] == [40, 41, 42] * 2
        again = run(bench, subjects(2))
        assert len(server.seen) == 6
    for s in (*said, *again):
        # Two of three votes; the share of "rude", the positive value, is 2/3.
        assert (s.value, s.votes, round(s.score, 3)) == ("rude", ("rude", "neutral", "rude"), 0.667)


def test_swapping_asks_in_both_orders_and_a_judge_that_follows_the_order_is_a_tie():
    with OpenAIServer() as server:
        (one,) = run(bench_on(server, options=Options(swap=True, concurrency=1)), subjects(1))
        orders = [s.text.index("- rude") < s.text.index("- friendly") for s in server.seen]
    assert orders == [True, False]
    assert (one.value, one.error, one.votes) == (None, "tie", ("rude", "friendly"))


def test_swapping_leaves_a_judge_that_reads_alone():
    with OpenAIServer(lambda text: FRIENDLY) as server:
        (one,) = run(bench_on(server, options=Options(swap=True, repeats=2)), subjects(1))
        assert len(server.seen) == 4
    assert (one.value, one.votes, one.score) == ("friendly", ("friendly",) * 4, 0.0)


def test_a_confidence_becomes_a_score():
    reply = '{"politeness": {"rationale": "x", "label": "rude", "confidence": 0.9}}'
    with OpenAIServer(lambda text: reply) as server:
        (one,) = run(bench_on(server, confidence=True), subjects(1))
        assert '"confidence"' in server.seen[0].text
    assert (one.value, one.score) == ("rude", 0.9)


def test_every_attempt_is_logged_with_what_it_cost():
    faults = {mark(0): [status(500, "broken"), too_many(), not_json()]}
    with OpenAIServer(lambda text: FRIENDLY, faults=faults) as server:
        memory = Memory()
        bench = bench_on(server, replies=memory, price_in=1, price_out=1, options=Options(attempts=4, timeout=10))
        (one,) = run(bench, subjects(1))
        place = server.place
    assert one.value == "friendly" and one.cost == 0.00012
    assert [(c.attempt, c.status, c.error, c.tokens_in, c.cost) for c in memory.calls] == [
        (1, 500, "http_error", None, None),
        (2, 429, "http_error", None, None),
        (3, 200, "unparseable", None, None),
        (4, 200, "", 100, 0.00012),
    ]
    assert {(c.subject, c.host, c.model) for c in memory.calls} == {("s0", place, "small")}
    assert len({c.key for c in memory.calls}) == 1 and all(c.latency_ms > 0 for c in memory.calls)
    assert memory.calls[-1].reply["finish_reason"] == "stop" and "broken" in memory.calls[0].reply["text"]


def test_tokens_that_are_not_told_make_no_cost():
    with OpenAIServer(lambda text: FRIENDLY, usage={}) as server:
        memory = Memory()
        (one,) = run(bench_on(server, replies=memory, price_in=1, price_out=1), subjects(1))
    assert (one.value, one.cost, memory.calls[0].tokens_in) == ("friendly", None, None)
