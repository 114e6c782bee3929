"""Figures that are looked at every day: evidence, baselines, confidence sequences, totals, traffic gone, places."""

import math
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.special import betaln
from scipy.stats import binom

from review.statistics.watching.gone import Lagging, traffic_gone, usual_hours
from review.statistics.watching.places import Part, explaining
from review.statistics.watching.rates import ALARM, baseline, begun, confidence_sequence, evidence
from review.statistics.watching.totals import evidence_of_totals, usual_total

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))
import false_alarms

MONDAY = datetime(2026, 1, 5)
rates = some.floats(0.001, 0.6)


@given(n=some.integers(1, 40), p=rates, looks=some.sampled_from([52.0, 365.0, 8766.0]))
def test_without_a_change_the_mean_evidence_is_what_was_injected(n: int, p: float, looks: float) -> None:
    x = np.arange(n + 1)
    one = np.exp(evidence(x[:, None], np.full((n + 1, 1), n), limit=np.full(n + 1, p), looks=looks)[:, 0])
    assert float((binom.pmf(x, n, p) * one).sum()) == pytest.approx(1 / looks)


@given(days=some.lists(some.integers(0, 30), min_size=1, max_size=20), p=rates, extra=some.integers(0, 19))
def test_more_events_never_make_less_evidence(days: list[int], p: float, extra: int) -> None:
    x, n = np.array(days), np.full(len(days), 40)
    more = x.copy()
    more[extra % len(days)] += 5
    assert (evidence(more, n, limit=p) >= evidence(x, n, limit=p) - 1e-9).all()


@given(days=some.lists(some.integers(0, 10), min_size=2, max_size=15), place=some.integers(0, 14))
def test_a_day_without_traffic_is_no_look(days: list[int], place: int) -> None:
    x, n = np.array(days), np.full(len(days), 10)
    at = place % len(days)
    with_gap = evidence(np.insert(x, at, 0), np.insert(n, at, 0), limit=0.1)
    assert with_gap[-1] == pytest.approx(evidence(x, n, limit=0.1)[-1])


@given(days=some.lists(some.integers(0, 50), min_size=1, max_size=12), around=some.floats(0.005, 0.5))
@settings(max_examples=50)
def test_a_confidence_sequence_holds_the_rate_so_far(days: list[int], around: float) -> None:
    x, n = np.array(days), np.full(len(days), 50)
    found, rate = confidence_sequence(x, n, around=around), np.cumsum(x) / np.cumsum(n)
    assert (found[:, 0] <= rate + 1e-9).all() and (rate <= found[:, 1] + 1e-9).all()
    assert (found >= 0).all() and (found <= 1).all()


def test_the_edges_of_a_confidence_sequence_have_the_likelihood_of_its_definition() -> None:
    (low, high), b = confidence_sequence([7], [200], around=0.02)[-1], 0.98 / 0.02
    for p in (low, high):
        mixture = math.exp(betaln(1 + 7, b + 193) - betaln(1, b))
        assert mixture == pytest.approx(ALARM * p**7 * (1 - p) ** 193)


def test_a_baseline_needs_two_weeks_and_five_events() -> None:
    assert "13 days" in (baseline([1] * 13, [100] * 13).undefined or "")
    assert "4 events" in (baseline([4] + [0] * 27, [100] * 28).undefined or "")
    assert baseline([0] * 28, [100] * 28, limit=0.05).undefined is None
    assert "13 days" in (baseline([1] * 13 + [0] * 15, [100] * 13 + [0] * 15).undefined or "")
    found = baseline([2] * 28, [100] * 28)
    assert found.undefined is None and found.spread == 1 and 0.02 < found.limit < 0.03
    assert baseline([0, 4] * 14, [100] * 28).spread > 2
    assert "rise" in (baseline([95] * 28, [100] * 28).undefined or "")


def test_the_table_of_the_method_holds() -> None:
    found = false_alarms.one_rate(np.random.default_rng(4), 250, 1_000, 0.02)
    assert found["known"] <= 3 and found["estimated"] <= 2 and found["vary"] <= 5
    assert (found["days, known"], found["days, estimated"], found["days, mixture"]) == (2, 2, 9)
    assert found["daily"] == 100 and 8 <= found["daily a year"] <= 14


def test_hourly_looks_keep_the_promise_of_a_year() -> None:
    found = false_alarms.hours(np.random.default_rng(5), 20, (200,))
    assert max(found.values()) <= 5, found


def test_a_doubled_cost_is_found_and_a_usual_one_is_not() -> None:
    found = false_alarms.totals(np.random.default_rng(4), 200)
    assert all(value <= 5 if "false alarm" in name else value <= 3 for name, value in found.items()), found


def test_a_total_of_which_nothing_is_known_is_undefined() -> None:
    assert "13 days" in (usual_total([1.0] * 13, [0] * 13).undefined or "")
    assert "nothing was added up" in (usual_total([0.0] * 28, [0] * 28).undefined or "")
    steady = usual_total([10.0] * 28, [d % 7 for d in range(28)])
    missing = evidence_of_totals([math.nan, 10.0], steady.expected([0, 1]), spread=steady.spread)
    assert missing[0] == -math.inf and np.isfinite(missing[1])


def test_the_begin_of_a_rise_is_the_likeliest_day() -> None:
    assert begun([2, 2, 1, 9, 8], [100] * 5, limit=0.02) == 3


def of_days(per_hour: float, days: int, seed: int = 1, *, night: bool = True) -> np.ndarray:
    mean = np.tile(np.r_[np.zeros(7 if night else 0), np.full(17 if night else 24, per_hour)], days)
    return np.random.default_rng(seed).poisson(mean)


def test_gone_traffic_is_found_within_hours_and_a_night_is_no_gap() -> None:
    usual = usual_hours(of_days(20, 28), MONDAY)
    today = MONDAY + timedelta(days=28)
    night = traffic_gone(usual, np.r_[of_days(20, 1, 2), np.zeros(7)], today)
    assert not night.ringing and night.expected == 0
    short = traffic_gone(usual, np.r_[of_days(20, 1, 2)[:20], np.zeros(2)], today)
    assert not short.ringing
    gone = traffic_gone(usual, np.r_[of_days(20, 1, 2)[:20], np.zeros(3)], today)
    assert gone.ringing and gone.since == today + timedelta(hours=20)


def test_rows_that_usually_come_late_are_waited_for() -> None:
    usual = usual_hours(of_days(20, 28, night=False), MONDAY)
    hours, today = np.r_[of_days(20, 1, 2, night=False), np.zeros(24)], MONDAY + timedelta(days=28)
    assert traffic_gone(usual, hours, today).ringing
    assert not traffic_gone(usual, hours, today, lags=[Lagging(late=24)]).ringing


def test_rare_traffic_is_waited_for_and_an_outage_makes_no_usual_gap() -> None:
    rare = usual_hours(of_days(0.2, 28, night=False), MONDAY)
    assert rare.window > 4
    assert not traffic_gone(rare, [1.0, *[0.0] * 11], MONDAY).ringing
    assert traffic_gone(rare, [1.0, *[0.0] * 240], MONDAY).ringing
    broken = of_days(20, 28, night=False)
    broken[100:160] = 0
    assert usual_hours(broken, MONDAY).window < 10
    assert "no days" in (usual_hours(np.zeros(28 * 24), MONDAY).undefined or "")


def test_the_slice_with_the_rise_is_named_and_a_rise_everywhere_names_none() -> None:
    parts = [
        Part(name="model", value="a", events=40, trials=200, usual=4),
        Part(name="model", value="b", events=16, trials=800, usual=16),
        Part(name="variant", value="x", events=30, trials=500, usual=10),
        Part(name="variant", value="y", events=26, trials=500, usual=10),
        Part(name="source", value="production", events=56, trials=1000, usual=20),
    ]
    found = explaining(parts, events=56, trials=1000, usual=20)
    assert [(e.part.name, e.part.value) for e in found] == [("model", "a")] and found[0].share == 1
    even = [Part(name="model", value=v, events=30, trials=500, usual=10) for v in "ab"]
    assert explaining(even, events=60, trials=1000, usual=20) == []
    new = Part(name="prompt_version", value="v2", events=60, trials=1000, usual=20, new=True)
    assert explaining([*even, new], events=60, trials=1000, usual=20)[0].part is new


def test_a_limit_that_somebody_set_is_watched_where_nothing_was_added_up_before() -> None:
    free = usual_total([0.0] * 28, [k % 7 for k in range(28)], limit=100)
    assert free.undefined is None and (free.expected([0, 6]) == 100).all()
    rises = evidence_of_totals([0.0, 0.0, 400.0], free.expected([0, 1, 2]), spread=free.spread)
    assert (rises[:2] < math.log(ALARM)).all() and rises[2] >= math.log(ALARM)
    assert usual_total([0.0] * 28, [0] * 28).undefined == "nothing was added up in the baseline"
