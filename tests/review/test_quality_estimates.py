"""Production quality: every estimate against hand-worked arithmetic, properties and the traps it must avoid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from review.basics.errors import InputError
from review.statistics.quality.judged import difference, judge_alone, ppi
from review.statistics.quality.people import people
from review.statistics.quality.planner import plan_agreement, plan_quality, plan_recall
from review.statistics.quality.report import quality_report
from review.statistics.quality.rogan_gladen import Calibration, rogan_gladen
from review.statistics.quality.strata import Cell, QualityRow, StratumCounts, Verdicts, check_positive, stratify
from review.statistics.quality.words import plain_words
from review.statistics.quantity import Quantity


def sample(name="all", population=None, *, verdicts=(0, 0, 0), pos=(0, 0), other=(0, 0), none=(0, 0), drawn=None):
    return StratumCounts(
        name=name,
        population=population,
        verdicts=Verdicts(*verdicts),
        said_positive=Cell(*pos),
        said_other=Cell(*other),
        said_nothing=Cell(*none),
        drawn=drawn,
    )


def by_people(name, population, labelled, positive):
    """A stratum without any verdict."""
    return sample(name, population, verdicts=(0, 0, population), none=(labelled, positive))


# --- people alone


def test_a_simple_random_sample_gives_wilson():
    found = people([sample(verdicts=(0, 0, 1000), none=(100, 83))])
    assert found.value == 0.83
    assert found.ci == pytest.approx(proportion_confint(83, 100, method="wilson"), abs=1e-12)
    assert (found.method, found.n) == ("Wilson", 100)


def test_the_population_matters_once_a_tenth_of_it_is_labelled():
    # 200 of 400: effective size 200/(1 - .5) = 400, effective positives 180/.5 = 360
    found = people([by_people("all", 400, 200, 180)])
    assert found.ci == pytest.approx(proportion_confint(360, 400, method="wilson"), abs=1e-12)
    assert "effective" in found.method
    # 100 of 1000 is not more than a tenth: plain Wilson
    assert people([by_people("all", 1000, 100, 90)]).ci == pytest.approx(proportion_confint(90, 100, method="wilson"))


def test_a_fully_labelled_population_has_no_width_and_says_so():
    found = people([by_people("a", 10, 10, 7), by_people("b", 30, 30, 30)])
    assert found.value == 37 / 40
    assert found.ci == (37 / 40, 37 / 40)
    assert "every conversation is labelled" in found.method


def test_all_rows_labelled_without_a_population_are_a_sample():
    found = people(stratify([QualityRow(None, "ok")] * 30, "ok"))
    assert found.ci is not None
    assert found.ci[0] < 0.9


def test_strata_are_weighted_by_their_population():
    # failing: all 600 labelled, 180 positive; rest: 94 of 9,400 labelled, 91 positive.
    # .06 * .3 + .94 * 91/94 = .018 + .91 = .928; pooled it would be 271/694 = .390.
    found = people([by_people("failing", 600, 600, 180), by_people("rest", 9400, 94, 91)])
    assert found.value == pytest.approx(0.928)
    # only the rest has width: Clopper-Pearson on 94/(1 - .01) = 94.949 with 91/.99 = 91.919 positives
    low, high = proportion_confint(91 / 0.99, 94 / 0.99, method="beta")
    assert found.ci == pytest.approx((0.018 + 0.94 * low, 0.018 + 0.94 * high))
    # se = .94 sqrt((1 - .01) p(1-p)/93) with p = 91/94
    assert found.se == pytest.approx(0.94 * (0.99 * (91 / 94) * (3 / 94) / 93) ** 0.5)


def test_unanimous_strata_keep_their_width():
    found = people([by_people("failing", 100, 100, 0), by_people("rest", 9900, 50, 50)])
    assert found.value == pytest.approx(0.99)
    assert found.ci is not None
    # Clopper-Pearson of 50 of 50 starts at .025^(1/50) = .929 (a little higher with 1 - 50/9900)
    assert found.ci[0] == pytest.approx(0.99 * 0.929, abs=0.001)
    assert found.ci[1] == pytest.approx(0.99)
    assert found.se is not None
    assert found.se > 0


def test_one_label_in_a_stratum_still_has_an_interval():
    found = people([by_people("failing", 40, 1, 0), by_people("low", 60, 1, 1), by_people("rest", 900, 90, 80)])
    assert found.value is not None
    assert found.ci is not None
    assert found.ci[1] - found.ci[0] > 0.1


def test_a_stratum_without_labels_makes_the_estimate_undefined_with_its_name():
    found = people([by_people("failing", 100, 0, 0), by_people("rest", 900, 90, 80)])
    assert found.value is None
    assert found.undefined == "no conversation of the group 'failing' is labelled, 10.0% of the traffic"


def test_a_negligible_stratum_without_labels_widens_the_interval_by_all_it_could_be():
    alone = people([by_people("rest", 9950, 100, 80)])
    found = people([by_people("failing", 50, 0, 0), by_people("rest", 9950, 100, 80)])
    assert found.value == pytest.approx(0.8)
    assert alone.ci is not None
    # the share .005 is between none and all positive
    assert found.ci == pytest.approx((alone.ci[0] * 0.995, alone.ci[1] * 0.995 + 0.005))


def test_nothing_labelled_is_undefined():
    assert people([by_people("all", 100, 0, 0)]).undefined == "no conversation is labelled"
    assert people([]).undefined == "no conversation is labelled"


def test_strata_without_populations_are_undefined_and_not_guessed():
    parts = [sample("a", verdicts=(0, 0, 5), none=(5, 2)), sample("b", verdicts=(0, 0, 5), none=(5, 4))]
    assert "populations" in (people(parts).undefined or "")


@given(st.integers(1, 200), st.data())
def test_what_is_counted_bounds_the_interval(n, data):
    population = data.draw(st.integers(n, 2 * n))
    k = data.draw(st.integers(0, n))
    found = people([by_people("a", population, n, k), by_people("b", 50, 10, 5)])
    assert found.value is not None
    assert found.ci is not None
    total = population + 50
    assert (k + 5) / total - 1e-9 <= found.ci[0] <= found.value <= found.ci[1] <= 1 - (n - k + 5) / total + 1e-9


# --- judge and people together

# 1,000 conversations, the judge calls 800 positive; 100 labelled at random.
#            Y=1  Y=0
#   F=1       77    3   (80)
#   F=0        5   15   (20)
ONE = sample("all", 1000, verdicts=(800, 200, 0), pos=(80, 77), other=(20, 5))


def test_difference_adds_the_labelled_bias_to_the_judges_share():
    # .8 + (5 - 3)/100 = .82
    found = difference([ONE])
    assert found.value == pytest.approx(0.82)
    assert found.n == 100
    # se: variance of Y - F is (8 - 100 * .02^2)/99 = .080404; times (1 - .1)/100
    assert found.se == pytest.approx((0.9 * (0.08 - 0.0004) / 99) ** 0.5)


def test_ppi_follows_its_formula_on_expanded_arrays():
    y = np.array([1] * 77 + [0] * 3 + [1] * 5 + [0] * 15, dtype=float)
    f = np.array([1] * 80 + [0] * 20, dtype=float)
    unlabelled = np.array([1] * 720 + [0] * 180, dtype=float)
    lam = np.cov(y, f)[0, 1] / ((1 + 100 / 900) * np.var(np.concatenate([f, unlabelled]), ddof=1))
    found = ppi([ONE])
    assert found.tuning == pytest.approx(lam)
    assert found.quantity.value == pytest.approx(y.mean() + lam * (unlabelled.mean() - f.mean()))
    assert found.quantity.value == pytest.approx(0.82)  # the labelled have the judge's very share


def test_ppi_is_narrower_than_people_and_counts_the_labels_saved():
    report = quality_report([ONE])
    assert report.people.ci is not None
    assert report.ppi.quantity.ci is not None
    assert np.diff(report.ppi.quantity.ci) < np.diff(report.people.ci)
    # by hand, from the smoothed rates (k + q)/(n + 1) with q = 82.5/101, to one significant digit
    q = 82.5 / 101
    said_positive, said_other = (77 + q) / 81, (5 + q) / 21
    mean = 0.8 * said_positive + 0.2 * said_other
    within = 0.8 * said_positive * (1 - said_positive) + 0.2 * said_other * (1 - said_other)
    assert 100 * (mean * (1 - mean) / within - 1) == pytest.approx(106.457, abs=0.001)
    assert report.labels_saved == 100


def test_a_useless_judge_gets_lambda_zero_and_saves_no_label():
    #   verdict independent of the label: 40/40 and 40/40
    found = sample("all", 10_000, verdicts=(5000, 5000, 0), pos=(80, 40), other=(80, 40))
    report = quality_report([found])
    assert report.ppi.tuning == pytest.approx(0.0, abs=1e-12)
    assert report.ppi.quantity.value == pytest.approx(0.5)
    assert report.labels_saved is not None
    assert report.labels_saved <= 1


def test_the_stratified_estimates_are_right_under_a_design_that_biases_the_pooled_ones():
    # failing 600, all labelled; rest 9,400, 1% labelled. The judge is lenient with failing conversations.
    failing = sample("failing", 600, verdicts=(360, 240, 0), pos=(360, 150), other=(240, 30))
    rest = sample("rest", 9400, verdicts=(8930, 470, 0), pos=(89, 88), other=(5, 3))
    # truth if the rest is like its labels: .06 * .3 + .94 * (8930/9400 + (3 - 1)/94) = .018 + .913 = .931
    stratified = difference([failing, rest])
    assert stratified.value == pytest.approx(0.018 + 0.94 * (0.95 + 2 / 94))
    pooled = sample("all", 10_000, verdicts=(9290, 710, 0), pos=(449, 238), other=(245, 33))
    # pooled: .929 + (33 - 211)/694 = .673
    assert difference([pooled]).value == pytest.approx(0.929 - 178 / 694)


def test_begg_and_greenes_prevalence_is_the_ppi_estimate_by_verdict():
    # Begg & Greenes (1983), Biometrics 39, 207-215: 650 tests, 344 verified, by verdict 231/32 and 27/54.
    strata = [
        sample("said positive", 429, verdicts=(429, 0, 0), pos=(263, 231)),
        sample("said negative", 221, verdicts=(0, 221, 0), other=(81, 27)),
    ]
    # 429/650 * 231/263 + 221/650 * 27/81 = .57970 + .11333
    for found in (people(strata), ppi(strata).quantity, difference(strata)):
        assert found.value == pytest.approx(0.6930291508238277)


def test_conversations_without_verdict_are_estimated_from_people_alone():
    # judged: 600 of 800 positive, bias (4 - 2)/40 -> .75 + .05 = .8; unjudged: 200 with 3 of 10 positive
    found = difference([sample("all", 1000, verdicts=(600, 200, 200), pos=(30, 28), other=(10, 4), none=(10, 3))])
    assert found.value == pytest.approx(0.8 * 0.8 + 0.2 * 0.3)


def test_a_few_unjudged_without_label_are_pooled_and_many_are_refused():
    few = difference([sample("all", 1000, verdicts=(700, 280, 20), pos=(35, 33), other=(14, 4))])
    assert few.value == pytest.approx(700 / 980 + 2 / 49)
    # 20% have no verdict; that none of 49 random labels is among them has probability .8^49 = .00002
    many = difference([sample("all", 1000, verdicts=(600, 200, 200), pos=(35, 33), other=(14, 4))])
    assert many.undefined is not None
    assert "not a random part" in many.undefined


def test_a_flawless_looking_judge_keeps_an_interval():
    found = sample("all", 5000, verdicts=(4500, 500, 0), pos=(45, 45), other=(5, 0))
    for quantity in (difference([found]), ppi([found]).quantity):
        assert quantity.value == pytest.approx(0.9)
        assert quantity.ci is not None
        assert quantity.ci[1] - quantity.ci[0] > 0.05
        assert quantity.se is not None
        assert quantity.se > 0


def test_reasons_are_given_where_judge_and_people_cannot_be_combined():
    assert difference([by_people("all", 50, 10, 5)]).undefined == "no conversation has a verdict"
    unmet = sample("all", 50, verdicts=(20, 20, 10), none=(5, 2))
    assert difference([unmet]).undefined == "no labelled conversation has a verdict"
    every = sample("all", 20, verdicts=(15, 5, 0), pos=(15, 15), other=(5, 1))
    assert "the judge adds nothing" in (ppi([every]).quantity.undefined or "")
    assert difference([sample("all", 20, verdicts=(15, 5, 0))]).undefined == "no conversation is labelled"


def test_verdicts_on_part_of_the_population_cost_width():
    all_known = sample("all", 10_000, verdicts=(8000, 2000, 0), pos=(80, 77), other=(20, 5))
    part_known = sample("all", 10_000, verdicts=(400, 100, 0), pos=(80, 77), other=(20, 5))
    wide, narrow = ppi([part_known]).quantity, ppi([all_known]).quantity
    assert wide.se is not None
    assert narrow.se is not None
    assert wide.se > narrow.se


def test_the_endless_stream_gives_the_published_variance_of_ppi():
    # PPI++ variance lambda^2 var F/N + var(Y - lambda F)/n equals (1/n - 1/R) s_e^2 + s_Y^2/R up to O(1/n^2)
    cells = {"verdicts": (8000, 2000, 0), "pos": (800, 770), "other": (200, 50)}
    found = ppi([sample("all", None, **cells)])
    y = np.array([1] * 770 + [0] * 30 + [1] * 50 + [0] * 150, dtype=float)
    f = np.array([1] * 800 + [0] * 200, dtype=float)
    lam = found.tuning
    assert lam is not None
    published = lam**2 * 0.8 * 0.2 / 9000 + np.var(y - lam * f, ddof=1) / 1000
    assert found.quantity.se == pytest.approx(published**0.5, rel=0.01)


counts = st.integers(0, 40)


@given(st.tuples(counts, counts, counts, counts), st.integers(0, 500), st.integers(0, 500))
@example(cells=(0, 0, 7, 9), more_said=19, more_not=0)  # the judge contradicts the labels: 98% where they allow 74%
def test_estimates_stay_shares_and_lie_in_their_interval(cells, more_said, more_not):
    tp, fp, fn, tn = cells
    assume(tp + fp + fn + tn > 0)
    found = sample(
        "all", None, verdicts=(tp + fp + more_said, fn + tn + more_not, 0), pos=(tp + fp, tp), other=(fn + tn, fn)
    )
    for quantity in (people([found]), difference([found]), ppi([found]).quantity):
        if quantity.value is None:
            assert quantity.undefined
        else:
            assert quantity.ci is not None
            assert 0 <= quantity.ci[0] <= quantity.value <= quantity.ci[1] <= 1
            assert quantity.ci[1] > quantity.ci[0]


def test_judge_alone_ignores_conversations_without_verdict_and_weighs_strata():
    assert judge_alone([sample("all", 10, verdicts=(4, 1, 5))]) == pytest.approx(0.8)
    # known of 10 of 100 (.5 positive) and of all 300 (.9): (100 * .5 + 300 * .9)/400
    parts = [sample("a", 100, verdicts=(5, 5, 0)), sample("b", 300, verdicts=(270, 30, 0))]
    assert judge_alone(parts) == pytest.approx(0.8)
    assert judge_alone([by_people("all", 10, 2, 1)]) is None


# --- Rogan-Gladen


def test_rogan_gladen_by_hand():
    # p = .7, TPR = .9, TNR = .8: (.7 + .8 - 1)/(.9 + .8 - 1) = .5/.7
    found = rogan_gladen(700, 1000, Calibration(100, 90, 50, 40))
    assert found.value == pytest.approx(0.5 / 0.7)
    # variance: (.7*.3/1000 + r^2 .9*.1/100 + (1-r)^2 .8*.2/50)/.7^2 with r = 5/7
    r = 5 / 7
    assert found.se == pytest.approx((0.00021 + r**2 * 0.0009 + (1 - r) ** 2 * 0.0032) ** 0.5 / 0.7)


def test_rogan_gladen_with_a_proven_judge_is_the_agresti_coull_interval():
    sure = 10**9
    found = rogan_gladen(300, 400, Calibration(sure, sure, sure, sure))
    assert found.ci == pytest.approx(proportion_confint(300, 400, method="agresti_coull"), abs=1e-6)


def test_rogan_gladen_is_refused_for_a_judge_no_better_than_a_coin():
    found = rogan_gladen(50, 100, Calibration(10, 5, 10, 5))
    assert found.value is None
    assert "not above 1" in (found.undefined or "")
    assert "no negative" in (rogan_gladen(50, 100, Calibration(10, 9, 0, 0)).undefined or "")
    assert "no verdict" in (rogan_gladen(0, 0, Calibration(10, 9, 10, 9)).undefined or "")


def test_rogan_gladen_is_refused_where_the_labels_are_a_sample_of_the_traffic():
    assert "difference estimator applies" in (quality_report([ONE]).rogan_gladen.undefined or "")


def test_rogan_gladen_beyond_everything_keeps_an_interval():
    # everything is said to be positive by a judge that calls hardly any positive: (1 + .99 - 1)/(.03 + .99 - 1) = 49.5
    found = rogan_gladen(1000, 1000, Calibration(1000, 30, 1000, 990))
    assert found.value == 1.0
    assert found.ci is not None
    assert found.ci[0] < found.ci[1] == 1.0


@given(st.integers(0, 100), st.integers(1, 30), st.integers(1, 30), st.data())
def test_rogan_gladen_stays_a_share(said, positives, negatives, data):
    known = Calibration(
        positives, data.draw(st.integers(0, positives)), negatives, data.draw(st.integers(0, negatives))
    )
    found = rogan_gladen(said, 100, known)
    if found.value is not None:
        assert found.ci is not None
        assert 0 <= found.ci[0] <= found.value <= found.ci[1] <= 1
        assert found.ci[1] > found.ci[0]


# --- planning


def test_half_the_width_of_an_agreement_interval_needs_four_times_the_items():
    plan = plan_agreement(Quantity(value=0.6, ci=(0.5, 0.7), se=0.05, method="bootstrap", n=88), 0.05)
    assert (plan.now, plan.needed, plan.more) == (88, 352, 264)
    assert plan_agreement(Quantity.missing("no pair"), 0.05).undefined is not None
    lost = Quantity(value=0.6, se=0.05, method="no interval: replicates have no variation", n=88)
    assert plan_agreement(lost, 0.05).undefined == f"there is no interval to scale ({lost.method})"
    assert (
        plan_agreement(Quantity(value=1.0, ci=(1.0, 1.0), se=0.0, method="bootstrap", n=20), 0.05).undefined is not None
    )


def test_recall_needs_positives_and_those_need_items():
    plan = plan_recall(16, 20, 400, 0.05)
    assert plan.needed is not None
    positives = plan.needed * 20 // 400
    low, high = proportion_confint(0.8 * positives, positives, method="wilson")
    assert (high - low) / 2 <= 0.05
    low, high = proportion_confint(0.8 * (positives - 1), positives - 1, method="wilson")
    assert (high - low) / 2 > 0.05
    none = plan_recall(0, 0, 100, 0.05, positive="wrong").undefined
    assert none is not None and none.startswith("people have given 'wrong' to no item yet")


def test_the_quality_plan_reaches_its_width_and_keeps_the_allocation():
    strata = [by_people("failing", 600, 50, 20), by_people("rest", 9400, 94, 88)]
    plan = plan_quality(strata, 0.02)
    assert plan.per_stratum is not None
    grown = {name: m + plan.per_stratum[name] for name, m in (("failing", 50), ("rest", 94))}
    # z^2 sum W^2 s^2 (1/m - 1/N) with s^2 = k(m-k)/(m(m-1))
    v = 0.06**2 * (20 * 30 / (50 * 49)) * (1 / grown["failing"] - 1 / 600)
    v += 0.94**2 * (88 * 6 / (94 * 93)) * (1 / grown["rest"] - 1 / 9400)
    assert 1.959964 * v**0.5 == pytest.approx(0.02, abs=2e-4)
    assert plan.more == sum(plan.per_stratum.values())
    assert plan_quality(strata, 0.2).more == 0
    with pytest.raises(InputError, match="half-width"):
        plan_quality(strata, 5)


def test_a_plan_never_exceeds_the_population():
    plan = plan_quality([by_people("all", 100, 20, 15)], 0.0001)
    assert plan.needed == 100


# --- the report


def test_the_report_speaks_plainly():
    report = quality_report([ONE])
    text = " ".join(plain_words(report))
    assert "About 82.0% of the 1,000 conversations are positive" in text
    assert "The judge saved" in text
    assert report.to_json()["ppi"]["lambda"] == report.ppi.tuning


def test_an_undefined_report_gives_its_reason_and_no_number():
    report = quality_report([sample("all", 10, verdicts=(5, 5, 0))])
    assert report.to_json()["people"]["value"] is None
    assert (
        plain_words(report)[0]
        == "The share of positive conversations cannot be estimated: no conversation is labelled."
    )


def test_the_response_rate_is_settled_over_drawn():
    report = quality_report([sample("all", 1000, verdicts=(800, 200, 0), pos=(80, 77), other=(20, 5), drawn=125)])
    assert report.response_rate == 0.8
    assert any("80% of the drawn" in line for line in plain_words(report))


def test_contradictory_counts_are_refused():
    with pytest.raises(InputError, match="smaller than its 20 rows"):
        sample("rest", 10, verdicts=(10, 10, 0))
    with pytest.raises(InputError, match="no more labelled"):
        sample("rest", 10, verdicts=(2, 2, 0), pos=(3, 1))


def test_a_positive_value_that_never_occurs_is_refused():
    with pytest.raises(InputError, match="'corect' occurs neither"):
        check_positive([QualityRow("correct", "wrong")], "corect")


def test_rows_are_counted_into_strata():
    rows = [
        QualityRow("y", "y", "a", 5),
        QualityRow("n", "y", "a", 5),
        QualityRow(None, "n", "a"),
        QualityRow("y", None, "b"),
    ]
    a, b = stratify(rows, "y")
    assert a == sample("a", 5, verdicts=(1, 1, 1), pos=(1, 1), other=(1, 1), none=(1, 0))
    assert (b.population, b.rows) == (1, 1)


def test_stratified_coverage_holds_where_all_failing_are_labelled():
    # all 600 failing (30% positive) and 1% of the rest (98% positive): the design that tempts intervals to be short
    rng = np.random.default_rng(3)
    held = dict.fromkeys(("people", "difference", "ppi"), 0)
    for _ in range(300):
        tp, fp, fn, tn = rng.multivariate_hypergeometric([8751, 38, 461, 150], 94)
        strata = [
            sample("failing", 600, verdicts=(210, 390, 0), pos=(210, 126), other=(390, 54)),
            sample("rest", 9400, verdicts=(8789, 611, 0), pos=(tp + fp, tp), other=(fn + tn, fn)),
        ]
        truth = (180 + 8751 + 461) / 10_000
        for name, found in (
            ("people", people(strata)),
            ("difference", difference(strata)),
            ("ppi", ppi(strata).quantity),
        ):
            assert found.ci is not None
            held[name] += found.ci[0] <= truth <= found.ci[1]
    assert all(count / 300 > 0.92 for count in held.values()), held
