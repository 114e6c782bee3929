import numpy as np
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as oracle
from statsmodels.stats.multitest import multipletests

from review.statistics.calibration.compare import compare_judges, judge_accuracy
from review.statistics.calibration.mcnemar import holm, mcnemar, mcnemar_one_sided_mid_p


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_the_exact_test_agrees_with_statsmodels(b, c):
    expected = oracle([[5, b], [c, 5]], exact=True).pvalue if b + c else 1.0
    assert mcnemar(b, c).exact_p == pytest.approx(expected)


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_the_test_is_symmetric_and_mid_p_never_larger(b, c):
    assert mcnemar(b, c) == mcnemar(c, b)
    assert 0 < mcnemar(b, c).mid_p <= mcnemar(b, c).exact_p <= 1
    assert mcnemar_one_sided_mid_p(b, c) + mcnemar_one_sided_mid_p(c, b) == pytest.approx(1)


def test_p_values_by_hand():
    # 1 against 4: P(X <= 1) = 6/32, exact 12/32 = .375; mid-p 12/32 - 5/32 = .21875; one-sided for 4: 1/32 + 5/64
    assert mcnemar(1, 4) == pytest.approx((0.375, 0.21875))
    assert mcnemar_one_sided_mid_p(4, 1) == pytest.approx(1 / 32 + 5 / 64)
    assert mcnemar(0, 0) == (1, 1)
    assert mcnemar_one_sided_mid_p(0, 0) == 0.5


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="negative"):
        mcnemar(-1, 2)


@examples(15)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_agrees_with_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]))


def test_all_pairs_of_judges_on_the_items_both_judged():
    truth = np.array([0, 0, 1, 1, 1, -1])
    verdicts = {
        "a": np.array([0, 0, 1, 0, 1, 1]),
        "b": np.array([0, 1, 0, 1, -1, 0]),
        "c": np.array([1, 1, 0, 0, 0, 0]),
    }
    ab, ac, bc = compare_judges(truth, verdicts)
    # a against b on items 1-4: a alone right on 2 and 3, b alone on 4; item 5 has no verdict of b
    assert (ab.judges, ab.n, ab.b, ab.c, ab.no_verdict) == (("a", "b"), 4, 2, 1, 1)
    assert (ac.n, ac.b, ac.c) == (5, 4, 0)
    assert (bc.n, bc.b, bc.c) == (4, 2, 0)
    raw = [p.p.exact_p for p in (ab, ac, bc)]
    assert [p.holm.exact_p for p in (ab, ac, bc)] == pytest.approx(list(multipletests(raw, method="holm")[1]))
    wrong = compare_judges(truth, verdicts, missing="wrong")[0]
    assert (wrong.n, wrong.b, wrong.c) == (5, 3, 1)


def test_a_judges_accuracy_is_undefined_without_common_items():
    assert judge_accuracy(np.array([-1, 0]), np.array([1, -1])).undefined
    assert judge_accuracy(np.array([1, 0]), np.array([1, -1]), missing="wrong").value == 0.5
