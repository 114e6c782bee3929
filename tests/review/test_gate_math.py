"""The regression gate: rules, published warnings, power and permutation, each by an independent route."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm
from statsmodels.stats.contingency_tables import mcnemar

from review.basics.errors import InputError
from review.statistics.gate.cases import PairedResult, gather
from review.statistics.gate.evidence import limits, sign_flip_p, weigh
from review.statistics.gate.power import bare_rule_error, cases_needed, detection_probability, smallest_detectable_drop
from review.statistics.gate.report import gate_report
from review.statistics.gate.words import markdown, plain_words
from review.statistics.tango import tango


def results(broke=0, fixed=0, passed=0, failed=0, *, prefix="c", **more):
    pairs = [(1, 0)] * broke + [(0, 1)] * fixed + [(1, 1)] * passed + [(0, 0)] * failed
    return [PairedResult(case=f"{prefix}{i}", baseline=b, candidate=c, **more) for i, (b, c) in enumerate(pairs)]


# --- the rules


def test_a_large_proven_drop_fails():
    # 12 broke, 2 fixed of 100: drop .10; mid-p = P(X > 12) + P(X = 12)/2, X ~ Bin(14, .5) = (15 + 91/2)/16384
    report = gate_report(results(12, 2, 80, 6))
    assert report.decision == "fail"
    assert report.evidence.mid_p == pytest.approx((15 + 91 / 2) / 16384)
    assert report.drop.value == pytest.approx(0.10)
    assert report.reasons[0].startswith("the result dropped by 10.0 points")


def test_a_drop_over_the_margin_that_chance_explains_is_inconclusive():
    # 6 broke and 1 fixed of 200: drop .025 > .02 and mid-p = (1 + 7/2)/128 = .035, which fails; 7 and 2 does not
    assert gate_report(results(6, 1, 193)).decision == "fail"
    report = gate_report(results(7, 2, 191))
    # mid-p = (1 + 9 + 36/2)/512 = .0547
    assert report.evidence.mid_p == pytest.approx(28 / 512)
    assert report.decision == "inconclusive"
    assert any("repeat each case 3 to 5 times" in line for line in plain_words(report))


def test_a_significant_drop_within_the_margin_does_not_fail():
    # 10 broke of 1,000: mid-p = 1/2048, but one point is tolerated; the limit decides
    report = gate_report(results(10, 0, 990))
    assert report.evidence.mid_p < 0.001
    assert report.decision == "pass"
    assert report.evidence.upper == pytest.approx(tango(10, 0, 1000, 0.9)[1])


def test_exactly_the_margin_is_not_over_it():
    # 4 of 200 is .02, in floating point a hair more or less
    assert gate_report(results(4, 0, 196), strict=True).decision == "pass"
    assert gate_report(results(5, 0, 195), strict=True).decision == "fail"


def test_identical_versions_pass_from_133_cases_on():
    # z^2/(n + z^2) < .02 with z = 1.645: n > 2.7055 * 49 = 132.6
    assert gate_report(results(passed=132)).decision == "inconclusive"
    assert gate_report(results(passed=133)).decision == "pass"
    assert cases_needed(0.0) == 133


def test_a_broken_must_pass_case_fails_whatever_the_rest():
    rows = [*results(fixed=30, passed=300), PairedResult(case="refund", baseline=1, candidate=0, must_pass=True)]
    report = gate_report(rows)
    assert report.decision == "fail"
    assert report.reasons == ("1 must-pass case broke: refund",)
    assert report.flipped[0].name == "refund"


def test_a_must_pass_case_that_always_failed_is_a_remark_and_no_reason_to_fail():
    report = gate_report([*results(passed=200), PairedResult(case="refund", baseline=0, candidate=0, must_pass=True)])
    assert report.decision == "pass"
    assert report.remarks == ("must-pass cases that fail with both versions: refund",)


def test_the_date_slip_is_caught_although_the_total_hides_it():
    # dates from 29 to 20 of 33 (88% to 61%), the rest two points better
    rows = results(9, 0, 20, 4, prefix="d", scenario="date")
    for name in ("join", "filter", "sum", "top"):
        rows += results(1, 3, 60, 6, prefix=name, scenario=name, tags=("old",))
    report = gate_report(rows)
    assert report.evidence.p > 0.05
    assert report.decision == "fail"
    worst = report.slices[0]
    assert (worst.name, worst.status, worst.evidence.broke) == ("date", "fail", 9)
    # mid-p = 1/1024; the slices are 5 scenarios and 1 tag: Holm multiplies the smallest by 6
    assert worst.adjusted_p == pytest.approx(6 / 1024)


def test_a_large_drop_that_chance_explains_is_named_and_passes():
    rows = results(2, 0, 8, prefix="d", scenario="date")
    for k in range(15):
        rows += results(0, 0, 30, prefix=f"s{k}-", scenario=f"s{k}")
    report = gate_report(rows)
    # mid-p = 1/8, after Holm over 16 slices 1
    assert report.slices[0].status == "dropped"
    assert report.suspects == ()
    assert report.decision == "pass"
    assert "scenario 'date' (20.0 points on 10)" in report.remarks[0]


def test_two_slices_of_the_same_cases_are_one_test_and_a_slice_of_all_cases_is_the_total():
    rows = results(9, 0, 20, prefix="d", scenario="date", tags=("iso", "all"))
    rows += results(0, 0, 60, prefix="o", scenario="other", tags=("all",))
    slices = {(s.kind, s.name): s for s in gate_report(rows).slices}
    # distinct tests: date (= iso) and other
    assert slices["scenario", "date"].adjusted_p == pytest.approx(2 / 1024)
    assert slices["tag", "iso"].adjusted_p == slices["scenario", "date"].adjusted_p
    assert ("tag", "all") not in slices
    echoed = gate_report(results(20, 0, 60, tags=("all",), scenario="one"))
    assert echoed.decision == "fail" and [r for r in echoed.reasons if "all" in r or "one" in r] == []


# --- what a bare two-point rule costs (the published warning)


def test_the_bare_two_point_rule_raises_15_6_percent_false_alarms():
    # 200 cases of which 10% flip: 15.6%, 1 - (1 - .156)^12 = 87%, and 37% of true three-point drops pass
    rule = bare_rule_error(200, 0.10)
    assert rule.false_alarm == pytest.approx(0.156, abs=0.0005)
    assert 1 - (1 - rule.false_alarm) ** 12 == pytest.approx(0.87, abs=0.005)
    assert rule.missed == pytest.approx(0.37, abs=0.0005)


def test_the_false_alarm_rate_is_what_simulation_finds():
    rng = np.random.default_rng(11)
    counts = rng.multinomial(200, [0.05, 0.05, 0.9], size=20_000)
    assert np.mean(counts[:, 0] - counts[:, 1] > 4) == pytest.approx(0.156, abs=0.008)


def test_strict_mode_states_its_error_rates():
    report = gate_report(results(12, 8, 180), strict=True)
    assert report.decision == "pass"
    text = " ".join(plain_words(report))
    assert "rejects an unchanged version in 15.6% of runs (87% chance of at least once in 12 weeks)" in text
    assert "37% of true 3-point drops" in text
    assert gate_report(results(13, 7, 180), strict=True).decision == "fail"


def test_an_unchanged_version_passes_in_a_fifth_to_a_third_of_runs():
    # 200 cases of which 5% or 10% flip: inconclusive is common, and the texts must not call that a fault
    for flips, rate in ((0.05, 0.32), (0.10, 0.215)):
        passed = 0.0
        for changed in range(61):
            for broke in range(changed + 1):
                weight = binom.pmf(changed, 200, flips) * binom.pmf(broke, changed, 0.5)
                if weight > 1e-9 and tango(broke, changed - broke, 200, 0.9)[1] < 0.02:
                    passed += weight
        assert passed == pytest.approx(rate, abs=0.01)


# --- power


def test_the_detection_probability_is_what_simulation_of_the_rule_finds():
    rng = np.random.default_rng(5)
    counts = rng.multinomial(200, [0.08, 0.02, 0.90], size=4_000)
    failed = 0
    for (broke, fixed, _), times in zip(*np.unique(counts, axis=0, return_counts=True), strict=True):
        mid_p = binom.sf(broke, broke + fixed, 0.5) + binom.pmf(broke, broke + fixed, 0.5) / 2
        failed += times * (broke - fixed > 4 and mid_p <= 0.05)
    assert detection_probability(200, 0.10, 0.06) == pytest.approx(failed / 4_000, abs=0.02)


def test_the_smallest_detectable_drop_has_80_percent_power():
    drop = smallest_detectable_drop(200, 0.10)
    assert drop is not None
    assert detection_probability(200, 0.10, drop) == pytest.approx(0.8, abs=1e-6)
    # Connor (1987) by hand: (1.645 sqrt(.1) + .8416 sqrt(.1 - d^2))/sqrt(200) = .0553 at d = .0553
    assert drop == pytest.approx(0.0553, abs=0.003)
    assert smallest_detectable_drop(200, 0.10, binary=False) == pytest.approx(0.0553, abs=1e-4)


def test_three_cases_can_prove_nothing():
    # three of three broken: mid-p = 1/16 > .05
    assert smallest_detectable_drop(3, 0.5) is None
    assert "too few to prove any drop" in " ".join(plain_words(gate_report(results(3))))


def test_cases_needed_by_hand():
    # ((1.64485 sqrt(.1) + .84162 sqrt(.1 - .0004))/.02)^2 = (.52015 + .26561)^2/.0004 = 1543.6
    assert cases_needed(0.10) == 1544
    assert cases_needed(0.10, margin=0.0) is None


# --- permutation, fractions, repeats


def test_sign_flips_of_zero_one_results_are_the_exact_mcnemar_test():
    d = np.array([1.0] * 9 + [-1.0] * 3 + [0.0] * 50)
    exact = mcnemar([[50, 9], [3, 0]], exact=True).pvalue
    assert sign_flip_p(d) == pytest.approx(exact / 2)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_sign_flips_equal_brute_force(numbers):
    d = np.array(numbers) / 4
    sums = [np.dot(signs, np.abs(d)) for signs in itertools.product((1, -1), repeat=len(d))]
    assert sign_flip_p(d) == pytest.approx(np.mean([s >= d.sum() - 1e-9 for s in sums]))


def test_many_differences_use_seeded_draws_near_the_normal_p():
    rng = np.random.default_rng(2)
    d = rng.normal(0.02, 0.1, 200)
    p = sign_flip_p(d, seed=1)
    assert p == sign_flip_p(d, seed=1)
    assert p == pytest.approx(norm.sf(d.sum() / np.sqrt(np.sum(d * d))), abs=0.005)


def test_a_case_breaks_when_the_majority_of_its_repeats_does():
    rows = [PairedResult(case="a", baseline=b, candidate=c) for b, c in ((1, 0), (1, 0), (1, 1))]
    rows += [PairedResult(case="b", baseline=b, candidate=c) for b, c in ((1, 0), (1, 1), (1, 1))]
    rows += [PairedResult(case="even", baseline=b, candidate=c) for b, c in ((1, 0), (1, 1))]
    a, b, even = gather(rows)
    assert (a.change, b.change, even.change) == ("broke", "same", "same")
    assert a.drop == pytest.approx(2 / 3)
    assert weigh([a, b, even]).test == "sign-flip permutation, one-sided"


def test_repeats_sharpen_the_limit():
    # the same mean drop of 0 and noise: one run against five runs per case
    rng = np.random.default_rng(8)
    once = [
        PairedResult(case=f"c{i}", baseline=b, candidate=c) for i in range(150) for b, c in [rng.binomial(1, 0.9, 2)]
    ]
    five = [
        PairedResult(case=f"c{i}", baseline=b, candidate=c) for i in range(150) for b, c in rng.binomial(1, 0.9, (5, 2))
    ]
    single, repeated = gate_report(once).drop, gate_report(five).drop
    assert single.ci is not None
    assert repeated.ci is not None
    assert np.diff(repeated.ci) < 0.65 * np.diff(single.ci)


def test_fractions_without_any_change_are_as_uncertain_as_unchanged_cases():
    report = gate_report([PairedResult(case=f"c{i}", baseline=0.7, candidate=0.7) for i in range(100)])
    # phi = (0 + 1)/(0 + 1): Tango of 100 unchanged cases
    assert report.evidence.ci == pytest.approx(tango(0, 0, 100))
    assert report.evidence.p == 1.0


def test_the_limit_of_fractions_holds_its_level():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        d = np.clip(rng.normal(0.03, 0.2, 120), -1, 1)
        cases = gather([PairedResult(case=str(i), baseline=max(x, 0), candidate=max(-x, 0)) for i, x in enumerate(d)])
        held += _upper(cases) >= 0.03
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def _upper(cases):
    return limits(np.array([c.drop for c in cases]), level=0.9)[1]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30), st.booleans())
def test_every_report_is_finite_and_consistent(pairs, strict):
    report = gate_report(
        [PairedResult(case=f"c{i}", baseline=b, candidate=c) for i, (b, c) in enumerate(pairs)], strict=strict
    )
    e = report.evidence
    assert report.decision in ("pass", "fail", "inconclusive")
    assert report.reasons
    assert e.ci[0] - 1e-9 <= e.drop <= e.ci[1] + 1e-9
    assert 0 <= e.p <= 1
    assert not (strict and report.decision == "inconclusive")
    assert len(report.flipped) == e.broke + e.fixed
    if report.decision == "pass" and not strict:
        assert e.upper < report.margin


# --- refusals and the written forms


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no case"),
        ([PairedResult(case="a", baseline=1, candidate=1.5)], "candidate: found 1.5"),
        (
            [
                PairedResult(case="a", baseline=1, candidate=1, scenario="x"),
                PairedResult(case="a", baseline=1, candidate=1, scenario="y"),
            ],
            "scenario is 'x'",
        ),
    ],
)
def test_impossible_results_are_refused(rows, message):
    with pytest.raises(InputError, match=message):
        gate_report(rows)


def test_a_margin_in_points_is_refused_with_the_remedy():
    with pytest.raises(InputError, match=r"two points are 0\.02"):
        gate_report(results(passed=5), margin=2)
    with pytest.raises(InputError, match="alpha"):
        gate_report(results(passed=5), alpha=0.9)


def test_markdown_shows_slices_and_flips_and_escapes_names():
    rows = results(9, 0, 20, prefix="d|", scenario="date<b>")
    text = markdown(gate_report([*rows, *results(passed=100, prefix="o")]))
    assert text.startswith("## Regression gate: FAIL")
    assert "| d\\|0 | broke | 1.00 | 0.00 |" in text
    assert "date&lt;b>" in text
