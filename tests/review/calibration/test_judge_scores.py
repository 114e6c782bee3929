import hashlib

import numpy as np
import pytest
from sklearn import metrics as oracle

from review.statistics.calibration.curves import best_threshold, precision_recall, reliability
from review.statistics.calibration.data import CalibrationRow, calibration_data
from review.statistics.calibration.scores import score_report
from review.statistics.calibration.split import split_of


def scored(n=400, seed=1, weight=None):
    rng = np.random.default_rng(seed)
    score = np.round(rng.random(n), 2)
    truth = rng.random(n) < score
    rows = [
        CalibrationRow(
            item=f"c{k}",
            truth="wrong" if truth[k] else "ok",
            verdict="ok",
            score=score[k],
            weight=None if weight is None else weight[k],
        )
        for k in range(n)
    ]
    return truth, score, calibration_data(rows, values=("ok", "wrong"))


@pytest.mark.parametrize("weighted", [False, True])
def test_the_curve_agrees_with_scikit_learn(weighted):
    weight = np.random.default_rng(2).uniform(0.5, 20, 400) if weighted else np.ones(400)
    truth, score, _ = scored()
    curve = precision_recall(truth, score, weight)
    precision, recall, threshold = oracle.precision_recall_curve(truth, score, sample_weight=weight)
    assert curve.threshold == pytest.approx(threshold[::-1])
    assert curve.precision == pytest.approx(precision[:-1][::-1])
    assert curve.recall == pytest.approx(recall[:-1][::-1])
    assert curve.average_precision == pytest.approx(oracle.average_precision_score(truth, score, sample_weight=weight))


@pytest.mark.parametrize("weighted", [False, True])
def test_brier_score_and_average_precision_agree_with_scikit_learn(weighted):
    weight = np.random.default_rng(2).choice([1.0, 30.0], 400) if weighted else None
    truth, score, data = scored(weight=weight)
    report = score_report(data, 1, bootstrap=100)
    assert report.brier.value == pytest.approx(oracle.brier_score_loss(truth, score, sample_weight=weight))
    expected = oracle.average_precision_score(truth, score, sample_weight=weight)
    assert report.average_precision.value == pytest.approx(expected)
    assert report.brier.ci[0] < report.brier.value < report.brier.ci[1]
    assert report.average_precision.ci[0] < expected < report.average_precision.ci[1]


def test_the_interval_of_the_brier_score_holds_the_truth_when_a_sure_judge_rarely_errs():
    # sure (.95) and wrong in 4% of items: a loss of .9025 there, .0025 elsewhere
    truth = 0.04 * 0.9025 + 0.96 * 0.0025
    rng, held, wald = np.random.default_rng(6), 0, 0
    for seed in range(120):
        wrong = rng.random(30) < 0.04
        data = calibration_data(
            [
                CalibrationRow(item=f"i{i}", truth="0" if w else "1", verdict="1", score=0.95)
                for i, w in enumerate(wrong)
            ]
        )
        found = score_report(data, data.values.index("1"), bootstrap=200, seed=seed).brier
        held += found.ci[0] <= truth <= found.ci[1]
        wald += abs(found.value - truth) <= 2.045 * found.se
    assert held >= 0.92 * 120
    assert wald <= 0.8 * 120


def test_calibration_error_by_hand_with_counts_per_bin():
    # bin [.2, .3): scores .2, .2, one positive: |.2 - .5|; bin [.9, 1]: .9, 1, both positive: |.95 - 1|
    # ECE = (2 * .3 + 2 * .05)/4 = .175; Brier = (.64 + .04 + .01 + 0)/4
    rows = [("a", "1", 0.2), ("b", "0", 0.2), ("c", "1", 0.9), ("d", "1", 1.0)]
    data = calibration_data([CalibrationRow(item=i, truth=t, verdict="1", score=s) for i, t, s in rows])
    report = score_report(data, 1, bootstrap=20)
    assert report.ece.value == pytest.approx(0.175)
    assert report.brier.value == pytest.approx(0.69 / 4)
    assert [b.n for b in report.bins] == [0, 0, 2, 0, 0, 0, 0, 0, 0, 2]
    assert report.bins[2].share.value == 0.5 and report.bins[2].mean_score == pytest.approx(0.2)
    assert report.bins[0].share.undefined == "no item scores in this bin"


def test_bars_of_the_reliability_diagram_are_wilson():
    bars = reliability(np.array([True] * 5), np.full(5, 0.95), np.ones(5))
    assert bars[9].share.ci == pytest.approx((5 / (5 + 1.959964**2), 1))


def test_the_threshold_is_chosen_on_dev_and_reported_on_test():
    truth, score, data = scored(800)
    threshold = score_report(data, 1, bootstrap=0).threshold
    dev = np.array([split_of(f"c{k}") == "dev" for k in range(800)])
    assert (threshold.dev, threshold.test) == (dev.sum(), (~dev).sum())
    assert threshold.value == best_threshold(precision_recall(truth[dev], score[dev], np.ones(dev.sum())))
    called = score[~dev] >= threshold.value
    assert threshold.precision.value == pytest.approx(truth[~dev][called].mean())
    assert threshold.recall.value == pytest.approx(called[truth[~dev]].mean())


def test_scores_that_are_not_probabilities_have_a_curve_but_no_brier_score():
    data = calibration_data([CalibrationRow(item=str(k), truth=str(k % 2), verdict="1", score=k) for k in range(10)])
    report = score_report(data, 1, bootstrap=20)
    assert report.average_precision.value is not None
    assert "some are outside [0, 1]" in report.brier.undefined and "some are outside [0, 1]" in report.ece.undefined


def test_without_a_scored_item_everything_is_undefined():
    data = calibration_data(
        [CalibrationRow(item="a", truth=None, verdict="1", score=0.5), CalibrationRow(item="b", truth="1", verdict="1")]
    )
    report = score_report(data, 0)
    assert report.n == 0
    assert report.brier.undefined and report.average_precision.undefined and report.threshold.undefined
    assert report.to_json()["curve"] == []


def test_the_split_is_a_property_of_the_conversation_and_about_half():
    names = [f"conversation {k}" for k in range(2000)]
    dev = sum(split_of(name) == "dev" for name in names)
    assert 900 < dev < 1100
    digest = hashlib.md5(b"split:conversation 7", usedforsecurity=False).hexdigest()
    assert split_of("conversation 7") == ("dev" if digest < "80000000" else "test")
