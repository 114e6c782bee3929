"""Two-layer accuracy: its intervals hold the truth, and labels of people correct rules that are too kind."""

import random

import pytest
from scipy.stats import t as student

from review.statistics.two_layer import LayerCase, two_layers


def test_the_interval_is_that_of_the_mean_over_cases():
    rows = [LayerCase(case=str(k), execution=k % 2, semantic=(k % 3) / 2) for k in range(30)]
    found = two_layers(rows).combined
    scores = [0.7 * (k % 2) + 0.3 * (k % 3) / 2 for k in range(30)]
    mean = sum(scores) / 30
    se = (sum((s - mean) ** 2 for s in scores) / 29 / 30) ** 0.5
    assert found.value == pytest.approx(mean) and found.se == pytest.approx(se)
    assert found.ci == pytest.approx((mean - student.ppf(0.975, 29) * se, mean + student.ppf(0.975, 29) * se))


def test_repeats_are_one_case_and_clusters_widen_the_interval():
    rows = [LayerCase(case=str(k // 4), execution=k % 2) for k in range(40)]
    assert two_layers(rows).execution.n == 10
    apart = [LayerCase(case=str(k), execution=float(k < 20), semantic=1) for k in range(40)]
    together = [LayerCase(case=str(k), execution=float(k < 20), semantic=1, cluster=str(k // 10)) for k in range(40)]
    one, two = two_layers(apart).combined, two_layers(together).combined
    assert one.value == two.value and one.se < two.se


def test_without_spread_there_is_still_an_interval():
    found = two_layers([LayerCase(case=str(k), execution=1, semantic=1) for k in range(10)]).combined
    assert found.value == 1 and found.ci[0] == pytest.approx(0.6915, abs=1e-3)
    assert two_layers([]).combined.undefined and two_layers([LayerCase(case="a")]).not_scored == ("a",)


def test_a_label_of_a_person_comes_before_the_rules():
    found = two_layers(
        [LayerCase(case="a", execution=1, semantic=1, human=0), LayerCase(case="b", execution=1, semantic=1)]
    )
    assert found.combined.value == pytest.approx(0.85)


def test_a_random_part_labelled_by_people_corrects_rules_that_are_too_kind():
    held, values = 0, []
    for seed in range(60):
        dice = random.Random(seed)
        rows = []
        for k in range(300):
            right = dice.random() < 0.7
            kind = right or dice.random() < 0.5
            drawn = dice.random() < 0.15
            rows.append(
                LayerCase(case=str(k), semantic=float(kind), human=float(right) if drawn else None, drawn=drawn)
            )
        found = two_layers(rows).semantic
        values.append(found.value)
        held += found.ci[0] <= 0.7 <= found.ci[1]
    assert sum(values) / 60 == pytest.approx(0.7, abs=0.02)
    assert held >= 52, f"the interval held the truth in {held} of 60 samples"


@pytest.mark.parametrize("weights", [(0.5, 0.6), (-0.1, 1.1)])
def test_wrong_weights_and_scores_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        two_layers([], weights=weights)
    with pytest.raises(ValueError, match="score"):
        two_layers([LayerCase(case="a", execution=2)])
