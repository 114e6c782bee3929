import math

import numpy as np
import pytest
from sklearn import metrics as oracle
from statsmodels.stats.proportion import proportion_confint

from review.basics.errors import InputError
from review.statistics.calibration.data import CalibrationRow, calibration_data
from review.statistics.calibration.report import METRICS, calibration_report, plain_words


def rows_of(cells, **extra):
    """CalibrationRows from {(truth, verdict): n}."""
    return [
        CalibrationRow(item=f"{t}/{v}/{k}/{sorted(extra.items())}", truth=t, verdict=v, **extra)
        for (t, v), n in cells.items()
        for k in range(n)
    ]


def report_of(cells, *, positive="wrong", **options):
    return calibration_report(calibration_data(rows_of(cells)), positive=positive, **options)


TWO_BY_TWO = {("wrong", "wrong"): 8, ("wrong", "ok"): 2, ("ok", "wrong"): 5, ("ok", "ok"): 35}


def test_figures_of_a_simple_sample_by_hand():
    # precision 8/13, recall 8/10, specificity 35/40, accuracy 43/50, prevalence 10/50, F1 = 16/(16 + 5 + 2)
    # kappa: p_o = .86, p_e = .2 * .26 + .8 * .74 = .644, (.86 - .644)/.356 = .6067
    # MCC: (8 * 35 - 5 * 2)/sqrt(13 * 10 * 40 * 37) = 270/438.6 = .6156
    w = report_of(TWO_BY_TWO).weighted
    expected = {
        "precision": 8 / 13, "recall": 0.8, "specificity": 0.875, "accuracy": 0.86, "prevalence": 0.2, "f1": 16 / 23,
        "mcc": 270 / math.sqrt(13 * 10 * 40 * 37), "cohen_kappa": 0.216 / 0.356,
    }  # fmt: skip
    assert {name: q.value for name, q in w.items()} == pytest.approx(expected)
    assert [w[name].n for name in METRICS] == [13, 10, 40, 50, 50, 15, 50, 50]


def test_proportions_of_a_simple_sample_have_wilson_intervals():
    w = report_of(TWO_BY_TWO).weighted
    for name, k, n in (("precision", 8, 13), ("recall", 8, 10), ("specificity", 35, 40), ("accuracy", 43, 50)):
        assert w[name].method == "Wilson"
        assert w[name].ci == pytest.approx(proportion_confint(k, n, method="wilson"))
        assert w[name].se == pytest.approx(math.sqrt(k / n * (1 - k / n) / n))


def test_without_a_design_weighted_and_unweighted_are_the_same_objects_of_value():
    report = report_of(TWO_BY_TWO)
    assert report.weighted == report.unweighted
    assert report.n_effective == pytest.approx(50)


@pytest.mark.parametrize("missing", ["drop", "wrong"])
def test_many_classes_agree_with_scikit_learn(missing):
    rng = np.random.default_rng(5)
    truth = rng.choice(["a", "b", "c", "d"], 300, p=[0.5, 0.3, 0.15, 0.05])
    verdict = np.where(rng.random(300) < 0.7, truth, rng.choice(["a", "b", "c", "d"], 300))
    verdict = np.where(rng.random(300) < 0.1, "", verdict)
    rows = [
        CalibrationRow(item=str(k), truth=t, verdict=v or None)
        for k, (t, v) in enumerate(zip(truth, verdict, strict=True))
    ]
    report = calibration_report(calibration_data(rows), positive="b", missing=missing)
    keep = np.ones(300, bool) if missing == "wrong" else verdict != ""
    t, v = truth[keep], np.where(verdict == "", "none", verdict)[keep]
    assert report.n == keep.sum()
    assert report.weighted["accuracy"].value == pytest.approx(oracle.accuracy_score(t, v))
    assert report.weighted["cohen_kappa"].value == pytest.approx(oracle.cohen_kappa_score(t, v))
    assert report.weighted["mcc"].value == pytest.approx(oracle.matthews_corrcoef(t, v))
    p, r, f, s = oracle.precision_recall_fscore_support(t, v, labels=["a", "b", "c", "d"])
    for k, name in enumerate("abcd"):
        found = report.classes[name]
        assert (found.precision.value, found.recall.value, found.f1.value) == pytest.approx((p[k], r[k], f[k]))
        assert found.support == s[k]


def test_design_weights_agree_with_scikit_learn_sample_weights():
    rng = np.random.default_rng(6)
    truth = rng.choice(["ok", "wrong"], 200, p=[0.8, 0.2])
    verdict = np.where(rng.random(200) < 0.8, truth, "ok")
    weight = rng.choice([1.0, 7.5, 40.0], 200)
    rows = [CalibrationRow(item=str(k), truth=truth[k], verdict=verdict[k], weight=weight[k]) for k in range(200)]
    w = calibration_report(calibration_data(rows), positive="wrong").weighted
    options = {"sample_weight": weight}
    assert w["accuracy"].value == pytest.approx(oracle.accuracy_score(truth, verdict, **options))
    assert w["cohen_kappa"].value == pytest.approx(oracle.cohen_kappa_score(truth, verdict, **options))
    assert w["mcc"].value == pytest.approx(oracle.matthews_corrcoef(truth, verdict, **options))
    assert w["recall"].value == pytest.approx(oracle.recall_score(truth, verdict, pos_label="wrong", **options))
    assert w["f1"].value == pytest.approx(oracle.f1_score(truth, verdict, pos_label="wrong", **options))


def flagged_and_rest(caught_rest=2, missed_rest=3, population=50_000):
    flagged = {("wrong", "wrong"): 170, ("wrong", "ok"): 10, ("ok", "wrong"): 20, ("ok", "ok"): 100}
    rest = {
        ("wrong", "wrong"): caught_rest,
        ("wrong", "ok"): missed_rest,
        ("ok", "ok"): 495 - caught_rest - missed_rest,
    }
    return rows_of(flagged, stratum="failing", population=300) + rows_of(
        rest | {("ok", "wrong"): 5}, stratum="rest", population=population
    )


def test_recall_of_all_failing_plus_one_percent_is_weighted_with_a_warning():
    # the rest has 500 rows for 50,000: weight 100. recall = (170 + 200)/(180 + 500) = .544; pooled 172/185 = .930
    report = calibration_report(calibration_data(flagged_and_rest()), positive="wrong")
    assert report.weighted["recall"].value == pytest.approx(370 / 680)
    assert report.unweighted["recall"].value == pytest.approx(172 / 185)
    assert any("recall 0.544 instead of 0.930" in w for w in report.warnings)
    assert any(w.startswith("Only 5 items labelled 'wrong' come from the group 'rest'.") for w in report.warnings)


def test_ten_positives_from_the_rest_are_enough_to_stay_silent():
    report = calibration_report(calibration_data(flagged_and_rest(5, 5)), positive="wrong")
    assert not any(w.startswith("Only") for w in report.warnings)


def test_a_fully_labelled_group_contributes_no_variance():
    # only the rest varies: z = (hit - R)/X per positive row, weight 100, 500 rows of 50,000
    report = calibration_report(calibration_data(flagged_and_rest()), positive="wrong")
    total, ratio = 680, 370 / 680
    z = 100 * np.array([(1 - ratio) / total] * 2 + [-ratio / total] * 3 + [0.0] * 495)
    se = math.sqrt((1 - 500 / 50_000) * 500 / 499 * ((z - z.mean()) ** 2).sum())
    assert report.weighted["recall"].se == pytest.approx(se)


def test_no_positive_seen_in_the_rest_leaves_a_wide_interval_and_not_a_point():
    # 170 of 180 caught in the census of failing ones; 0 of 500 seen in the rest: up to 3/500 of 50,000 = 300 unseen
    report = calibration_report(calibration_data(flagged_and_rest(0, 0)), positive="wrong")
    recall = report.weighted["recall"]
    assert recall.value == pytest.approx(170 / 180)
    assert recall.se == pytest.approx(0)
    assert recall.ci[0] < 0.7
    assert recall.ci[1] >= recall.value


def test_a_judge_without_an_error_has_an_interval_below_one():
    rows = rows_of({("wrong", "wrong"): 12, ("ok", "ok"): 30}, stratum="failing", population=1000) + rows_of(
        {("wrong", "wrong"): 15, ("ok", "ok"): 80}, stratum="rest", population=20_000
    )
    report = calibration_report(calibration_data(rows), positive="wrong")
    for name in ("precision", "recall", "specificity", "accuracy", "f1", "mcc", "cohen_kappa"):
        assert report.weighted[name].value == pytest.approx(1)
        assert report.weighted[name].ci[0] < 0.99
        assert report.weighted[name].ci[1] == 1
        assert report.unweighted[name].ci[0] < 0.99


@pytest.mark.parametrize("bootstrap", [0, 200])
def test_a_judge_without_an_error_is_not_certain_without_replicates_either(bootstrap):
    report = report_of({("wrong", "wrong"): 12, ("ok", "ok"): 30}, bootstrap=bootstrap)
    for name in ("f1", "mcc", "cohen_kappa"):
        assert report.weighted[name].ci[0] < 0.99


def test_when_every_item_is_labelled_there_is_no_sampling_error():
    data = calibration_data(rows_of(TWO_BY_TWO, stratum="all of it", population=50))
    recall = calibration_report(data, positive="wrong").weighted["recall"]
    assert recall.ci == (0.8, 0.8)
    assert recall.se == 0
    assert "all items labelled" in recall.method


def test_a_simple_sample_from_a_small_population_has_a_shorter_interval():
    free = report_of(TWO_BY_TWO).weighted["accuracy"]
    data = calibration_data(rows_of(TWO_BY_TWO, stratum="all", population=100))
    half = calibration_report(data, positive="wrong").weighted["accuracy"]
    # half the population is labelled: the variance halves
    assert half.se == pytest.approx(free.se * math.sqrt(0.5))
    assert half.ci == pytest.approx(proportion_confint(86, 100, method="wilson"))


def test_one_labelled_row_in_a_group_is_pooled_with_its_neighbour_with_a_warning():
    rows = rows_of(TWO_BY_TWO, stratum="rest", population=5000) + rows_of(
        {("wrong", "ok"): 1}, stratum="low", population=90
    )
    report = calibration_report(calibration_data(rows), positive="wrong")
    assert report.weighted["recall"].se > 0
    assert any("only one labelled item: pooled" in w for w in report.warnings)


def test_a_group_without_a_label_is_named():
    rows = rows_of(TWO_BY_TWO, stratum="rest", population=5000)
    rows += [CalibrationRow(item="x", truth=None, verdict="ok", stratum="low", population=700)]
    report = calibration_report(calibration_data(rows), positive="wrong")
    assert any("No item is labelled in 'low' (700 items)" in w for w in report.warnings)


def test_a_figure_without_data_is_undefined_with_its_reason():
    report = report_of({("ok", "ok"): 5, ("wrong", "ok"): 2})
    assert report.weighted["precision"].value is None
    assert report.weighted["precision"].undefined == "the judge never said 'wrong'"
    assert report.weighted["recall"].value == 0
    assert report.weighted["f1"].value == 0
    assert "all of one class" in report.weighted["mcc"].undefined


def test_one_class_only_leaves_recall_and_kappa_undefined():
    report = report_of({("ok", "ok"): 5}, positive="ok")
    assert report.weighted["recall"].value == 1
    assert report.weighted["specificity"].undefined == "every item with a verdict is 'ok' according to people"
    assert report.weighted["cohen_kappa"].value is None
    assert report.weighted["mcc"].value is None


def test_nothing_labelled_is_undefined_throughout():
    data = calibration_data(
        [CalibrationRow(item="a", truth=None, verdict="ok"), CalibrationRow(item="b", truth=None, verdict="wrong")]
    )
    report = calibration_report(data, positive="wrong")
    assert report.n == 0 and report.n_effective is None
    assert all(q.value is None and q.undefined for q in report.weighted.values())
    assert "nothing to compare" in plain_words(report)


def test_a_missing_verdict_is_dropped_and_counted_or_wrong_on_request():
    cells = {("wrong", "wrong"): 6, ("wrong", None): 2, ("ok", "ok"): 10, ("ok", None): 2}
    dropped, wrong = report_of(cells), report_of(cells, missing="wrong")
    assert (dropped.n, dropped.no_verdict, dropped.weighted["accuracy"].value) == (16, 4, 1)
    assert dropped.weighted["recall"].value == 1
    assert any("4 of 20 labelled items have no verdict: left out" in w for w in dropped.warnings)
    # as wrong: accuracy 16/20, recall 6/8, specificity 10/12; precision still 6/6
    assert (wrong.n, wrong.no_verdict) == (20, 4)
    assert wrong.weighted["accuracy"].value == pytest.approx(0.8)
    assert wrong.weighted["recall"].value == pytest.approx(0.75)
    assert wrong.weighted["specificity"].value == pytest.approx(10 / 12)
    assert wrong.weighted["precision"].value == 1
    assert wrong.confusion["wrong"] == {"ok": 0, "wrong": 6, "no verdict": 2}
    assert wrong.classes["wrong"].support == 8 and dropped.classes["wrong"].support == 6


def test_missing_verdicts_do_not_change_the_weight_of_the_others():
    # m_h counts labelled rows, verdict or not: weights 100/10 and 1000/10
    rows = rows_of({("wrong", "wrong"): 5, ("wrong", "ok"): 5}, stratum="a", population=100)
    rows += rows_of({("wrong", "wrong"): 5, ("wrong", None): 5}, stratum="b", population=1000)
    report = calibration_report(calibration_data(rows), positive="wrong")
    assert report.weighted["recall"].value == pytest.approx((5 * 10 + 5 * 100) / (10 * 10 + 5 * 100))


def test_hand_picked_items_have_no_weight_but_count_in_the_unweighted_figures():
    rows = rows_of(TWO_BY_TWO, stratum="rest", population=5000) + rows_of({("wrong", "ok"): 7})
    report = calibration_report(calibration_data(rows), positive="wrong")
    assert report.weighted["recall"].value == pytest.approx(0.8)
    assert report.unweighted["recall"].value == pytest.approx(8 / 17)
    assert any(
        "7 labelled items without group and population: treated as hand-picked, with weight 0" in w
        for w in report.warnings
    )


def test_kish_effective_size_by_hand():
    # weights 1, 1, 3: (1 + 1 + 3)^2 / (1 + 1 + 9) = 25/11
    rows = [CalibrationRow(item=str(k), truth="a", verdict="a", weight=w) for k, w in enumerate((1, 1, 3))]
    assert calibration_report(calibration_data(rows), positive="a").n_effective == pytest.approx(25 / 11)


def test_without_a_positive_class_only_its_figures_are_undefined():
    report = report_of(TWO_BY_TWO, positive=None)
    assert report.weighted["accuracy"].value == pytest.approx(0.86)
    assert report.weighted["cohen_kappa"].value is not None
    assert "no positive value" in report.weighted["recall"].undefined


def test_an_unknown_positive_class_is_refused():
    with pytest.raises(InputError, match="found 'bad', expected one of ok, wrong"):
        report_of(TWO_BY_TWO, positive="bad")


def test_the_same_seed_gives_the_same_interval_and_another_seed_nearly():
    data = calibration_data(flagged_and_rest())
    first, again, other = (calibration_report(data, positive="wrong", seed=s).weighted["mcc"] for s in (1, 1, 2))
    assert first == again
    assert first.ci != other.ci
    assert first.ci == pytest.approx(other.ci, abs=0.05)


ROW = ("item", "truth", "verdict", "stratum", "population", "weight")


@pytest.mark.parametrize(
    "rows, message",
    [
        ([("a", "x", "x", "s", 1), ("b", "x", "x", "s", 1)], "found '1', expected at least 2"),
        ([("a", "x", "x", "s", 5), ("b", "x", "x", "s", 6)], "found '6', expected 5 as in the other rows"),
        ([("a", "x", "x", "s", 5), ("b", "x", "x", "t", None)], "the population of stratum 't'"),
        ([("a", "x", "x", "s", 5.5)], "a whole number of items"),
        ([("a", "x", "x", None, None, -1)], "a finite weight of 0 or more"),
        ([("a", "x", "x", None, None, 1), ("b", "x", "x")], "a weight for every labelled item"),
        ([("a", "x", "x"), ("a", "x", "x")], "each item once"),
    ],
)
def test_impossible_input_is_refused_with_what_was_expected(rows, message):
    with pytest.raises(InputError, match=message):
        calibration_data([CalibrationRow(**dict(zip(ROW, row, strict=False))) for row in rows])


def test_plain_words_include_recall_precision_and_the_warnings():
    text = plain_words(calibration_report(calibration_data(flagged_and_rest()), positive="wrong"))
    assert "It finds 54%" in text
    assert "of all 'wrong' items" in text and "differ from the plain counts" in text
