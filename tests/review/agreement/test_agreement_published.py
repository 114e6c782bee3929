import json

import numpy as np
import pytest
from agreement_cases import (
    SHARED,
    columns,
    published,
    ratings_from_columns,
    ratings_from_counts,
    ratings_from_table,
)

from review.basics.errors import InputError
from review.basics.labels import Label, Scale, ratings_of
from review.basics.tables import read_table
from review.statistics.agreement.estimate import estimate
from review.statistics.agreement.report import agreement_report
from review.statistics.agreement.words import plain_words


def check(found, expected):
    assert found.value == pytest.approx(expected["value"], abs=1e-6)
    if "se" in expected:
        assert found.se == pytest.approx(expected["se"], abs=1e-6)
    if "printed" in expected:
        assert round(found.value, 3) == pytest.approx(expected["printed"], abs=1e-9)


KRIPPENDORFF = published("krippendorff_2011")


@pytest.mark.parametrize("name", KRIPPENDORFF["expected"])
@pytest.mark.parametrize("kind", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorff_2011_and_gwet_2014_on_four_observers_with_missing_data(name, kind):
    ratings = ratings_from_columns(KRIPPENDORFF["ratings"], kind, tuple(KRIPPENDORFF["values"]))
    report = agreement_report(ratings, bootstrap=0, se="gwet")
    if name not in report.coefficients:
        assert kind == "nominal"
        return
    check(report.coefficients[name], KRIPPENDORFF["expected"][name])


def test_the_linearised_error_of_the_same_matrix_leaves_the_item_with_one_rating_out_of_agreement():
    ratings = ratings_from_columns(KRIPPENDORFF["ratings"], "nominal", tuple(KRIPPENDORFF["values"]))
    q = agreement_report(ratings, bootstrap=0).coefficients["gwet_ac1"]
    assert q.value == pytest.approx(KRIPPENDORFF["expected"]["gwet_ac1"]["value"], abs=1e-8)
    assert q.se == pytest.approx(0.12474, abs=5e-6)  # leaving out one item at a time: .12522
    assert "t with 10 degrees of freedom" in q.method
    assert q.method_se == "ratio linearisation over pairable items"


def test_items_with_one_rating_count_as_items_but_not_as_pairable():
    report = agreement_report(ratings_from_columns(KRIPPENDORFF["ratings"], "nominal", tuple("12345")), bootstrap=0)
    assert (report.items, report.pairable_items, report.raters, report.ratings) == (12, 11, 4, 41)
    assert report.coefficients["fleiss_kappa"].value is None
    assert "from 1 to 4" in report.coefficients["fleiss_kappa"].undefined


def test_fleiss_1971_on_thirty_patients():
    case = published("fleiss_1971")
    report = agreement_report(ratings_from_counts(case["counts"], tuple(case["values"])), bootstrap=0)
    for name, expected in case["expected"].items():
        check(report.coefficients[name], expected)


def test_cohen_1968_with_plain_linear_quadratic_and_his_own_weights():
    case = published("cohen_1968")
    ratings = ratings_from_table(case["table"], "ordinal", tuple(case["values"]))
    report = agreement_report(ratings, bootstrap=0)
    for name in ("cohen_kappa", "cohen_kappa.linear", "cohen_kappa.quadratic"):
        check(report.coefficients[name], case["expected"][name])
    # Cohen gives disagreement weights; as agreement weights they are 1 - v / max v.
    disagreement = np.array(case["disagreement_weights"], dtype=float)
    own = 1 - disagreement / disagreement.max()
    check(estimate(ratings, "cohen_kappa", weights=own, bootstrap=0), case["expected"]["cohen_kappa.custom"])


def test_two_by_two_tables_by_hand():
    # Artstein & Poesio 2008: p_o = 70/100, p_e = .4 * .3 + .6 * .7 = .54, kappa = .16 / .46
    artstein = ratings_from_table([[20, 20], [10, 50]], "nominal", ("a", "b"))
    assert estimate(artstein, "cohen_kappa").value == pytest.approx(0.16 / 0.46)
    # p_o = 35/50 = .7, p_e = .5 * .6 + .5 * .4 = .5, kappa = .2 / .5
    small = ratings_from_table([[20, 5], [10, 15]], "nominal", ("a", "b"))
    assert estimate(small, "cohen_kappa").value == pytest.approx(0.4)
    # Scott pools: shares .55 and .45, P_e = .3025 + .2025 = .505, pi = (.7 - .505) / .495
    assert estimate(small, "scott_pi").value == pytest.approx(0.195 / 0.495)


def test_low_medium_high_sorted_as_text_would_turn_agreement_upside_down():
    # quadratic weights 1, 3/4, 0 over low < medium < high; one step apart on both disagreements
    said = {"a": ["low", "low", "medium", "high"], "b": ["low", "medium", "medium", "high"]}
    right = ratings_from_columns(said, "ordinal", ("low", "medium", "high"))
    wrong = ratings_from_columns(said, "ordinal", ("high", "low", "medium"))
    # p_a = (1 + 3/4 + 1 + 1) / 4 = .9375; pi = 3/8, 3/8, 2/8; T_w = 3 + 4 * 3/4 = 6, p_e = 6/6 * 42/64
    assert estimate(right, "gwet_ac2.quadratic").value == pytest.approx((0.9375 - 42 / 64) / (1 - 42 / 64))
    assert estimate(wrong, "gwet_ac2.quadratic").value == pytest.approx((0.9375 - 42 / 64) / (1 - 42 / 64))
    far = ratings_from_columns(said, "ordinal", ("low", "high", "medium"))  # the step is now the whole scale
    assert estimate(far, "gwet_ac2.quadratic").value == pytest.approx((0.75 - 42 / 64) / (1 - 42 / 64))


def test_declared_but_unused_values_count_for_ac1_and_brennan_prediger():
    said = columns("aabb\naabc")
    # p_a = 3/4. K = 3: p_e = 1/3, BP = (3/4 - 1/3) / (2/3); K = 4: (3/4 - 1/4) / (3/4)
    three = ratings_from_columns(said, "nominal", tuple("abc"))
    four = ratings_from_columns(said, "nominal", tuple("abcd"))
    assert estimate(three, "brennan_prediger").value == pytest.approx(0.625)
    assert estimate(four, "brennan_prediger").value == pytest.approx(2 / 3)
    assert estimate(four, "gwet_ac1").value > estimate(three, "gwet_ac1").value
    assert estimate(four, "krippendorff_alpha.nominal").value == estimate(three, "krippendorff_alpha.nominal").value


def test_alpha_by_hand():
    # pairs aa, aa, bb, ab: o_ab = 1 each way; n_a = 5, n_b = 3, n = 8
    # D_o = 2/8, D_e = 2 * 5 * 3 / (8 * 7) = 30/56, alpha = 1 - (1/4) / (30/56) = 1 - 14/30
    ratings = ratings_from_columns(columns("aaba\naabb"), "nominal", ("a", "b"))
    assert estimate(ratings, "krippendorff_alpha.nominal").value == pytest.approx(1 - 14 / 30)


def test_the_prevalence_paradox_is_explained():
    # 90 both friendly, 4 + 4 split, 2 both rude: 92% agreement, p_e = .94^2 + .06^2 = .8872, kappa = .0328 / .1128
    ratings = ratings_from_table([[90, 4], [4, 2]], "nominal", ("friendly", "rude"))
    report = agreement_report(ratings)
    assert report.coefficients["scott_pi"].value == pytest.approx(0.0328 / 0.1128)
    assert any("prevalence paradox" in w and "94% of ratings are 'friendly'" in w for w in report.warnings)
    assert plain_words(report) == (
        "Two reviewers agree on 92% of the items they share. Agreement beyond chance is 0.29, because 94% of ratings "
        "are 'friendly'. A measure that rare values distort less gives 0.91."
    )


def test_unknown_coefficients_and_weights_of_the_wrong_shape_are_refused():
    ratings = ratings_from_columns(columns("aab\naab"), "nominal", ("a", "b"))
    with pytest.raises(InputError, match="'kapa' does not exist"):
        estimate(ratings, "kapa")
    with pytest.raises(InputError, match="Expected 2 by 2"):
        estimate(ratings, "cohen_kappa", weights=[[1]])
    with pytest.raises(InputError, match="takes no weights"):
        estimate(ratings, "krippendorff_alpha.ordinal", weights=[[1, 0], [0, 1]])


needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the larger public data sets are not beside this copy")


@needs_shared
def test_pandalm_three_annotators_agree_as_its_authors_print():
    rows = json.loads((SHARED / "data/raters_and_judges/pandalm_testset_v1.json").read_text())
    labels = [Label(str(r["idx"]), f"{j}", "winner", str(r[f"annotator{j}"])) for r in rows for j in (1, 2, 3)]
    report = agreement_report(ratings_of(labels, Scale("nominal", ("1", "2", "0"))), bootstrap=0)
    kappas = {(p.first, p.second): round(p.cohen_kappa, 4) for p in report.pairs}
    assert kappas == {("1", "2"): 0.8520, ("1", "3"): 0.8789, ("2", "3"): 0.8617}
    assert report.coefficients["krippendorff_alpha.nominal"].value == pytest.approx(0.8642, abs=5e-5)


@needs_shared
def test_politeness_with_219_raters_of_whom_five_rated_each_item():
    table = read_table(
        SHARED / "data/politeness/stanford_politeness_wikipedia.csv", required=["item_id"], keep=lambda column: True
    )
    labels = [
        Label(row.text("item_id"), row.text(f"rater{j}"), "politeness", row.text(f"score{j}"))
        for row in table.rows
        for j in range(1, 6)
    ]
    report = agreement_report(ratings_of(labels, Scale("interval")), bootstrap=0)
    assert (report.items, report.raters, report.ratings) == (4353, 219, 5 * 4353)
    assert report.coefficients["krippendorff_alpha.interval"].value == pytest.approx(0.4238, abs=5e-5)
    assert any(p.n == 0 and p.percent_agreement is None and p.cohen_kappa is None for p in report.pairs)
