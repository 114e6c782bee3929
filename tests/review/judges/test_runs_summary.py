"""The status of a run: latencies by nearest rank, costs of calls, causes, and self-consistency."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_store import OPTIONS, OVER, store_with_judge

from review.commands import judge_render
from review.judges.protocol.protocol import CAUSES, Call, Opinion
from review.judges.runs import running
from review.judges.runs.summary import CAUSE_WORDS, amount, self_consistency
from review.judges.runs.work_run import work


def call(k, *, error="", latency=0.0, cost=None, tokens=(None, None), reply=None):
    return Call(
        subject=f"c{k:02d}",
        key=f"key{k}",
        attempt=1,
        at="2026-11-20",
        host="host:1",
        model="m",
        status=200,
        error=error,
        latency_ms=latency,
        tokens_in=tokens[0],
        tokens_out=tokens[1],
        cost=cost,
        reply=reply or {"text": "x"},
    )


def status_after(store, monkeypatch, speak, *dimensions):
    store_with_judge(store, monkeypatch, speak, *(dimensions or ("politeness",)))
    run = running.start_run(store, "j", OVER, OPTIONS, by="eva")
    return work(store, run.id, environment={})


def test_every_cause_of_a_missing_verdict_has_its_words():
    assert set(CAUSE_WORDS) == set(CAUSES)


def test_costs_tokens_and_latencies_are_those_of_the_calls(store, monkeypatch):
    def speak(bench, subjects):
        for k, s in enumerate(subjects):
            # A first attempt fails after 9 s; the whole reply takes k+1 ms and costs 0.001.
            bench.replies.log(call(k, error="http_error", latency=9_000.0))
            bench.replies.log(call(k, latency=k + 1.0, cost=0.001, tokens=(100, 10)))
            yield Opinion(subject=s.id, dimension="politeness", value="rude", latency_ms=5.0, cost=0.001)

    found = status_after(store, monkeypatch, speak)
    assert (found.calls, found.cached, found.tokens_in, found.tokens_out) == (80, 0, 4_000, 400)
    assert found.cost == pytest.approx(0.04)
    # Nearest rank of 1..40: the 20th is P50 (50 % of 40), the 38th is P95 (95 % of 40).
    assert (found.latency_p50, found.latency_p95) == (20.0, 38.0)


def test_without_calls_the_latency_is_that_of_the_subjects_that_were_not_remembered(store, monkeypatch):
    def speak(bench, subjects):
        for k, s in enumerate(subjects):
            yield Opinion(subject=s.id, dimension="politeness", value="rude", latency_ms=float(k), cached=k >= 10)

    found = status_after(store, monkeypatch, speak)
    # Ten that were judged took 0..9 ms: the 5th of them is P50, the 10th P95.
    assert (found.latency_p50, found.latency_p95, found.cached, found.calls) == (4.0, 9.0, 30, 0)
    assert found.cost is None and found.tokens_in is None


def test_missing_verdicts_are_counted_by_cause_the_most_frequent_first(store, monkeypatch):
    causes = ["refused"] * 3 + ["timed_out"] * 7

    def speak(bench, subjects):
        for k, s in enumerate(subjects):
            error = causes[k] if k < 10 else ""
            yield Opinion(subject=s.id, dimension="politeness", value=None if error else "rude", error=error)

    found = status_after(store, monkeypatch, speak)
    assert list(found.missing.items()) == [("timed_out", 7), ("refused", 3)] and found.verdicts == 30


def test_a_subject_is_done_when_it_has_all_its_dimensions(store, monkeypatch, capsys):
    def speak(bench, subjects):
        for s in subjects[:25]:
            yield Opinion(subject=s.id, dimension="correctness", value="wrong")
        for s in subjects[:10]:
            yield Opinion(subject=s.id, dimension="politeness", value="rude")
        raise RuntimeError("the power went")

    store_with_judge(store, monkeypatch, speak, "correctness", "politeness")
    run = running.start_run(store, "j", OVER, OPTIONS, by="eva")
    with pytest.raises(RuntimeError):
        work(store, run.id, environment={})
    found = running.status_of(store, run.id)
    assert (found.done, found.verdicts, found.state) == (10, 35, "interrupted")
    assert "the work ended early; resume the run to continue" in found.said
    judge_render.status(found)
    assert f"`spotcheck judge resume {run.id}` resumes it" in " ".join(capsys.readouterr().err.split())


def test_self_consistency_is_the_mean_share_of_agreeing_pairs():
    # a a b: of the 3 pairs one agrees, 1/3, said of two subjects; a a: 1; a None: no pair. (1/3 + 1/3 + 1) / 3 = 5/9.
    assert self_consistency({("a", "a", "b"): 2, ("a", "a"): 1, ("a", None): 7}) == pytest.approx(5 / 9)
    assert self_consistency({}) is None and self_consistency({("a",): 1, (None, None): 2}) is None


VOTES = st.lists(st.sampled_from(["a", "b", None]), min_size=2, max_size=5).map(tuple)


@given(st.dictionaries(VOTES, st.integers(1, 5)))
def test_self_consistency_is_a_share_and_knows_no_order(votes):
    found = self_consistency(votes)
    assert found is None or 0.0 <= found <= 1.0
    turned = self_consistency({row[::-1]: sum(n for r, n in votes.items() if r == row) for row in votes})
    assert (found is None) == (turned is None) and (found is None or math.isclose(found, turned))


def test_the_votes_of_repeats_are_read_from_the_run(store, monkeypatch):
    def speak(bench, subjects):
        for s in subjects:
            yield Opinion(subject=s.id, dimension="politeness", value="rude", votes=("rude", "rude", "neutral", None))

    # rude rude neutral: one of three pairs agrees; the missing vote pairs with nothing.
    assert status_after(store, monkeypatch, speak).self_consistency == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("cost", "text"),
    [(0, "0"), (0.000027, "0.000027"), (0.0012964, "0.0013"), (0.5, "0.50"), (3.14159, "3.14"), (1234.5, "1,234.50")],
)
def test_a_cost_is_written_out_with_two_digits_that_count(cost, text):
    assert amount(cost) == text
