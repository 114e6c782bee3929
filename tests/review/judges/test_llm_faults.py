"""Everything goes wrong at once; every subject still gets exactly one verdict or a named cause."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from llm_desk import CORRECTNESS, POLITENESS, QUICK, Memory, bench_on, mark, subjects
from openai_server import (
    OpenAIServer,
    cut,
    filtered,
    hang_up,
    no_choices,
    not_json,
    refusal,
    says,
    slow,
    status,
    too_many,
)

from review.judges.llm.client import Pace
from review.judges.llm.kind import judged
from review.judges.protocol.protocol import CAUSES, Options

RIGHT = {"politeness": "friendly"}
ATTEMPTS = 3

PASSING = [too_many(0), too_many(), status(500), status(503), cut(), hang_up(), not_json()]
"""Faults after which it is worth asking again."""

LASTING = {
    "off_scale": says('{"politeness": {"label": "charming"}}'),
    "unparseable": says("I would rather talk about the weather."),
    "empty": no_choices(),
    "refused": refusal(),
    "truncated": says('{"politeness": {"rationale": "The answer', "length"),
    "http_error": status(400, "the context is too long"),
    "missing": says('{"politeness": {"rationale": "hm"}}'),
}
"""Faults that another attempt does not mend, by the cause that they come to."""

CAUSE_OF = {"too_many": "http_error", "status": "http_error", "not_json": "unparseable"}


def expected(faults):
    """The cause that a sequence of faults comes to, "" for a verdict."""
    for k, fault in enumerate(faults):
        lasting = next((cause for cause, f in LASTING.items() if f == fault), None)
        if lasting is not None:
            return lasting
        if k == ATTEMPTS - 1:
            return CAUSE_OF.get(fault.kind, "timed_out" if fault.kind == "slow" else "unreachable")
    return ""


def requests_for(faults):
    """How many questions that takes."""
    lasting = next((k + 1 for k, f in enumerate(faults) if f in LASTING.values()), ATTEMPTS)
    return min(lasting, len(faults) + 1, ATTEMPTS)


def test_two_hundred_subjects_with_every_fault_are_all_told_once():
    rng, every = random.Random(0), [*PASSING, *LASTING.values(), filtered(), None]
    faults = {mark(k): rng.choices(every, k=rng.randrange(ATTEMPTS + 2)) for k in range(1, 200)}
    faults |= {mark(k): [slow(2)] * (k % 3 + 1) for k in range(7, 200, 50)}
    with OpenAIServer(lambda text: RIGHT, faults=faults, forms=("json_object",)) as server:
        memory = Memory()
        options = Options(concurrency=16, timeout=0.6, attempts=ATTEMPTS)
        bench = bench_on(server, replies=memory, options=options, dimensions=(CORRECTNESS, POLITENESS))
        said = list(judged(bench, subjects(200), pace=QUICK))
        server.faults = {}
        again = list(judged(replace(bench, options=replace(options, timeout=10)), subjects(200), pace=QUICK))
    wanted = Counter((f"s{k}", d) for k in range(200) for d in ("correctness", "politeness"))
    assert Counter((s.subject, s.dimension) for s in said) == wanted
    for s in said:
        assert (s.value is None) == bool(s.error) and s.error in (*CAUSES, "")
        assert s.raw or s.value is not None or s.error in ("refused", "timed_out", "unreachable"), s
    mine = Counter(s.error for s in said if s.dimension == "politeness")
    assert {"", *LASTING, "timed_out", "unreachable"} <= set(mine), "the mixture holds every cause"
    # The second time only what did not come whole is asked for, and nothing goes wrong any more.
    assert Counter((s.subject, s.dimension) for s in again) == wanted
    whole = {c.subject for c in memory.calls if not c.error}
    assert {s.subject for s in again if s.dimension == "politeness" and s.value} >= {
        s.subject for s in said if s.dimension == "politeness" and s.error in ("timed_out", "unreachable", "http_error")
    }
    assert whole == {f"s{k}" for k in range(200)}


@pytest.fixture(scope="module")
def server():
    with OpenAIServer(lambda text: RIGHT) as found:
        yield found


FAULTS = st.lists(st.sampled_from([*PASSING, *LASTING.values()]), max_size=5)


@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(FAULTS, min_size=1, max_size=8), width=st.integers(1, 4))
def test_any_sequence_of_faults_comes_to_what_it_must(server, plan, width):
    # Three questions refused alike, one after the other, are the run's trouble; the first here is answered.
    server.faults = {mark(k): list(faults) for k, faults in enumerate(plan, start=1)}
    server.seen.clear()
    memory = Memory()
    bench = bench_on(server, replies=memory, options=Options(concurrency=width, attempts=ATTEMPTS, timeout=10))
    said = list(judged(bench, subjects(len(plan) + 1), pace=QUICK))
    assert {s.subject: s.error for s in said} == {"s0": ""} | {
        f"s{k}": expected(faults) for k, faults in enumerate(plan, start=1)
    }
    assert len(said) == len(plan) + 1
    asked = Counter(c.subject for c in memory.calls)
    assert asked == Counter({"s0": 1} | {f"s{k}": requests_for(faults) for k, faults in enumerate(plan, start=1)})
    assert len(server.seen) == asked.total()


def test_an_endpoint_that_asks_for_a_pause_is_left_alone_by_everybody():
    # By the server's clock: after its 429 nobody asks for two seconds. What was already on its way then may arrive.
    with OpenAIServer(lambda text: RIGHT, faults={20: [too_many(2)]}, latency=0.01) as server:
        bench = bench_on(server, options=Options(concurrency=4, timeout=10))
        said = list(judged(bench, subjects(60), pace=QUICK))
        refused = server.seen[20].at
        later = [s.at - refused for s in server.seen[21:]]
    assert [s.value for s in said] == ["friendly"] * 60
    assert not [t for t in later if 0.5 < t < 2.0]
    assert len([t for t in later if t >= 2.0]) >= 30


def test_attempts_wait_longer_each_time_and_at_least_as_long_as_they_are_told():
    waited, clock = [], [0.0]

    def wait(seconds):
        waited.append(seconds)
        clock[0] += seconds

    # Without chance: the whole of each bound. 0.5, 1, 2, then the endpoint's own 7 seconds, then 3 (the longest).
    pace = Pace(first=0.5, longest=3.0, jitter=lambda seconds: seconds, clock=lambda: clock[0], wait=wait)
    faults = {mark(0): [status(500), status(500), status(500), too_many(7), status(500)]}
    with OpenAIServer(lambda text: RIGHT, faults=faults) as server:
        (one,) = judged(bench_on(server, options=Options(attempts=6)), subjects(1), pace=pace)
    assert one.value == "friendly"
    # 0.5 + 1 + 2 + 7 + 3
    assert sum(waited) == pytest.approx(13.5) and max(waited) <= 0.5, "in slices, to notice a pause of the run"


def test_an_endpoint_is_left_alone_after_the_last_attempt_too():
    clock = [0.0]

    def wait(seconds):
        clock[0] += seconds

    asked_at = []

    def reply(text):
        asked_at.append(clock[0])
        return RIGHT

    pace = Pace(first=0.5, longest=3.0, jitter=lambda seconds: seconds, clock=lambda: clock[0], wait=wait)
    with OpenAIServer(reply, faults={mark(0): [too_many(30)]}) as server:
        bench = bench_on(server, options=Options(attempts=1, concurrency=1))
        said = list(judged(bench, subjects(3), pace=pace))
    assert [(s.value, s.error) for s in said] == [(None, "http_error"), ("friendly", ""), ("friendly", "")]
    assert asked_at == [pytest.approx(30.0), pytest.approx(30.0)]


def test_the_back_off_is_anywhere_between_nothing_and_its_bound():
    pace = Pace(first=0.5, longest=4.0)
    for attempt, bound in ((1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (9, 4.0)):
        found = [pace.back_off(attempt) for _ in range(200)]
        assert min(found) >= 0 and max(found) <= bound
        # Uniform: the chance that 200 draws leave out the lowest or highest tenth is 2 * 0.9^200 < 1e-8.
        assert min(found) < 0.1 * bound and max(found) > 0.9 * bound
