import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from review.statistics.intervals import clopper_pearson, rule_of_three, wilson

counts = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_both_intervals_agree_with_statsmodels(count, level):
    k, n = count
    expected = proportion_confint(k, n, alpha=1 - level, method="wilson")
    assert wilson(k, n, level) == pytest.approx(expected, abs=1e-9)
    exact = proportion_confint(k, n, alpha=1 - level, method="beta")
    low, high = clopper_pearson(k, n, level)
    assert low == pytest.approx(0 if k == 0 else exact[0], abs=1e-9)
    assert high == pytest.approx(1 if k == n else exact[1], abs=1e-9)


@settings(deadline=None)
@given(counts)
def test_the_exact_interval_contains_the_estimate_and_lies_in_the_unit_interval(count):
    k, n = count
    low, high = clopper_pearson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert (low, high) == pytest.approx(tuple(binomtest(k, n).proportion_ci()), abs=1e-9)


def test_effective_counts_may_be_fractional():
    low, high = clopper_pearson(3.5, 7.9)
    assert clopper_pearson(3, 7.9)[0] < low < 3.5 / 7.9 < high < clopper_pearson(4, 7.9)[1]


def test_perfect_results_keep_a_width():
    # Wilson: n/(n + 1.96^2) = 10/13.84; Clopper-Pearson: .025^(1/10); rule of three: .05^(1/10)
    assert wilson(10, 10) == pytest.approx((10 / 13.8415, 1), abs=1e-4)
    assert clopper_pearson(10, 10)[0] == pytest.approx(0.025 ** (1 / 10))
    assert rule_of_three(10) == pytest.approx(0.05 ** (1 / 10))


@pytest.mark.parametrize("function", [wilson, clopper_pearson])
@pytest.mark.parametrize("arguments", [(0, 0), (3, 2), (-1, 5), (1, 2, 1.0)])
def test_impossible_counts_are_refused(function, arguments):
    with pytest.raises(ValueError):
        function(*arguments)
