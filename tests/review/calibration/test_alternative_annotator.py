"""The alternative annotator test against a plain loop over the definition, with scipy and statsmodels."""

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp
from statsmodels.stats.multitest import multipletests

from review.basics.errors import InputError
from review.basics.labels import Label, Scale, ratings_of
from review.statistics.calibration.alt_test import alt_test, benjamini_yekutieli

SCALE = Scale("ordinal", ("1", "2", "3", "4"))


def ratings(table):
    """{rater: {item: value}} as Ratings."""
    return ratings_of([Label(i, r, "d", str(v)) for r, row in table.items() for i, v in row.items()], SCALE)


def by_definition(table, judge, epsilon, scoring):
    people = {r: row for r, row in table.items() if r != judge}
    result = {}
    for j, own in people.items():
        wf, wh = [], []
        for item, label in own.items():
            others = [row[item] for r, row in people.items() if r != j and item in row]
            if not others or item not in table[judge]:
                continue

            def score(x, others=others):
                if scoring == "accuracy":
                    return np.mean([x == o for o in others])
                return -np.sqrt(np.mean([(x - o) ** 2 for o in others]))

            f, h = score(table[judge][item]), score(label)
            wf.append(f >= h - 1e-12)
            wh.append(h >= f - 1e-12)
        d = np.array(wh, float) - np.array(wf, float)
        p = ttest_1samp(d, epsilon, alternative="less").pvalue if len(d) >= 30 else None
        result[j] = (len(d), np.mean(wf) if wf else None, np.mean(wh) if wh else None, p)
    return result


@pytest.mark.parametrize("scoring", ["accuracy", "rmse"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_agrees_with_the_definition_on_sparse_ratings(scoring, seed):
    rng = np.random.default_rng(seed)
    truth = {f"i{k}": int(rng.integers(1, 5)) for k in range(120)}
    table = {}
    for name, skill, share in (
        ("ana", 0.8, 0.9),
        ("ben", 0.7, 0.8),
        ("eva", 0.9, 0.7),
        ("tom", 0.5, 0.2),
        ("judge", 0.75, 0.95),
    ):
        table[name] = {
            i: t if rng.random() < skill else int(rng.integers(1, 5)) for i, t in truth.items() if rng.random() < share
        }
    found = alt_test(ratings(table), "judge", epsilon=0.15, scoring=scoring)
    expected = by_definition(table, "judge", 0.15, scoring)
    tested = [r for r in found.raters if r.p is not None]
    for r in found.raters:
        n, wf, wh, p = expected[r.rater]
        assert r.n == n
        assert (r.judge_at_least_as_close, r.rater_at_least_as_close) == pytest.approx((wf, wh))
        assert r.p == (None if p is None else pytest.approx(p))
    rejected = multipletests([r.p for r in tested], alpha=0.05, method="fdr_by")[0]
    assert [r.rejected for r in tested] == list(rejected)
    assert found.winning_rate == pytest.approx(np.mean(rejected))
    assert found.average_advantage_probability == pytest.approx(np.mean([r.judge_at_least_as_close for r in tested]))
    assert found.passed == (found.winning_rate >= 0.5)


def three_people(n=40, judge=1):
    return {
        **{name: {f"i{k}": 1 for k in range(n)} for name in ("ana", "ben", "eva")},
        "judge": {f"i{k}": judge for k in range(n)},
    }


def test_a_judge_that_always_agrees_beats_everybody_and_one_that_never_agrees_beats_nobody():
    # always equal: W^f = W^h = 1, mean difference 0 < .2 without spread: p = 0; never: difference 1, p = 1
    good, bad = alt_test(ratings(three_people()), "judge"), alt_test(ratings(three_people(judge=2)), "judge")
    assert [r.p for r in good.raters] == [0, 0, 0]
    assert (good.winning_rate, good.average_advantage_probability, good.passed) == (1, 1, True)
    assert [r.p for r in bad.raters] == [1, 1, 1]
    assert (bad.winning_rate, bad.average_advantage_probability, bad.passed) == (0, 0, False)


def test_an_equal_judge_does_not_win_when_epsilon_is_zero():
    # H0: mean difference >= 0, and it is exactly 0
    assert alt_test(ratings(three_people()), "judge", epsilon=0).passed is False


def test_two_people_or_too_few_shared_items_leave_it_undefined_with_the_reason():
    two = three_people()
    del two["eva"]
    few = alt_test(ratings(three_people(29)), "judge")
    for found in (alt_test(ratings(two), "judge"), few):
        assert (found.winning_rate, found.average_advantage_probability, found.passed) == (None, None, None)
        assert "at least 3 people with 30 items" in found.undefined
    assert [r.n for r in few.raters] == [29, 29, 29]
    assert [r.p for r in few.raters] == [None, None, None]


def test_a_judge_without_ratings_is_refused():
    with pytest.raises(InputError, match="judge 'nobody'"):
        alt_test(ratings(three_people()), "nobody")


@examples(20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=15))
def test_benjamini_yekutieli_agrees_with_statsmodels(p_values):
    assert benjamini_yekutieli(p_values, 0.05) == list(multipletests(p_values, alpha=0.05, method="fdr_by")[0])
