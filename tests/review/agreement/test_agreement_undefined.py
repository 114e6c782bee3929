import numpy as np
import pytest
from agreement_cases import columns, ratings_from_columns

from review.basics.errors import InputError
from review.basics.labels import Label, Ratings, Scale, ratings_of
from review.statistics.agreement.coefficients import COEFFICIENTS
from review.statistics.agreement.estimate import estimate
from review.statistics.agreement.report import agreement_report
from review.statistics.agreement.words import plain_words

DATASETS = {
    "nothing at all": "",
    "one rater": "ababab",
    "one rating per item": "aa..\n..bb",
    "one value": "aaaa\naaaa",
    "one item": "a\nb",
    "one item agreed on": "a\na",
    "perfect": "abcabc\nabcabc",
    "never agree": "abcabc\nbcabca",
    "unequal": "abca.\nabcb.\n.bcac",
    "all but one single": "abcab\nb....",
    "constant and different": "aaaa\nbbbb",
}


@pytest.mark.parametrize("bootstrap", [0, 50])
@pytest.mark.parametrize("kind", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("text", DATASETS.values(), ids=DATASETS)
def test_every_coefficient_on_every_awkward_data_set_has_a_value_or_a_reason(text, kind, bootstrap):
    digits = text.translate(str.maketrans("abc", "123"))
    ratings = ratings_from_columns(columns(digits), kind, tuple("123"))
    report = agreement_report(ratings, bootstrap=bootstrap)
    for q in report.coefficients.values():
        assert (q.value is None) == bool(q.undefined)
        assert q.value is None or (q.value <= 1 and q.method)
    assert plain_words(report).endswith(".")
    assert report.to_json()["coefficients"].keys() == report.coefficients.keys()


def test_one_value_only_leaves_alpha_undefined_because_expected_disagreement_is_zero():
    report = agreement_report(ratings_from_columns(columns("aaaa\naaaa"), "nominal", ("a", "b")))
    alpha = report.coefficients["krippendorff_alpha.nominal"]
    assert alpha.value is None
    assert "same value, so agreement beyond chance does not apply" in alpha.undefined
    assert report.coefficients["percent_agreement"].value == 1
    assert report.coefficients["gwet_ac1"].value == 1
    assert report.degenerate_replicates == 1000
    assert any("Agreement beyond chance (alpha) is undefined" in w for w in report.warnings)


def test_no_item_rated_twice_leaves_everything_undefined():
    report = agreement_report(ratings_from_columns(columns("aa..\n..bb"), "nominal", ("a", "b")))
    assert (report.items, report.pairable_items) == (4, 0)
    assert {q.value for q in report.coefficients.values()} == {None}
    assert "no item was rated by two people" in report.coefficients["gwet_ac1"].undefined
    assert report.pairs[0].percent_agreement is None
    assert "never rated" in report.pairs[0].undefined


def test_cohen_and_scott_need_exactly_two_raters():
    report = agreement_report(ratings_from_columns(columns("aab\naab\nabb"), "ordinal", ("a", "b")))
    for name in ("cohen_kappa", "cohen_kappa.linear", "scott_pi"):
        assert "exactly two raters" in report.coefficients[name].undefined
    assert all(p.n == 3 and p.percent_agreement is not None for p in report.pairs)


def test_perfect_agreement_gives_the_rule_of_three_instead_of_an_empty_interval():
    report = agreement_report(ratings_from_columns(columns("ab" * 20 + "\n" + "ab" * 20), "nominal", tuple("abc")))
    # 40 items: 1 - 0.05^(1/40) = 7.2% may disagree; pi loses twice that, because 1 - p_e is a half
    hidden = 1 - 0.05 ** (1 / 40)
    percent, pi = report.coefficients["percent_agreement"], report.coefficients["scott_pi"]
    assert percent.ci == (pytest.approx(1 - hidden), 1)
    assert pi.ci == (pytest.approx(1 - 2 * hidden), 1)
    assert "7.2%" in percent.method
    assert "has no spread" in percent.method
    assert any("perfect" in w for w in report.warnings)


def test_items_that_all_look_alike_have_no_interval():
    report = agreement_report(ratings_from_columns(columns("abcabc\nabcabc\nbcabca"), "nominal", tuple("abc")))
    q = report.coefficients["percent_agreement"]
    assert q.value == pytest.approx(1 / 3)
    assert q.ci is None
    assert "the same whichever items are drawn" in q.method


def test_replicates_without_variation_are_counted_and_left_out():
    report = agreement_report(ratings_from_columns(columns("aaab\naaaa"), "nominal", ("a", "b")))
    # a replicate misses the only item with a b with probability (3/4)^4 = 0.316
    assert report.degenerate_replicates == pytest.approx(316, abs=50)
    method = report.coefficients["krippendorff_alpha.nominal"].method
    assert f"{report.degenerate_replicates} without variation left out" in method
    assert any("bootstrap replicates contain no variation" in w for w in report.warnings)


def test_few_items_with_another_value_than_the_usual_one_give_a_warning():
    report = agreement_report(ratings_from_columns(columns("a" * 38 + "bb\n" + "a" * 38 + "ba"), "nominal", ("a", "b")))
    assert any(w.startswith("Only 2 items have a value other than the most frequent one") for w in report.warnings)


def test_a_scale_of_one_value_leaves_nothing_to_choose():
    for name in ("gwet_ac1", "brennan_prediger"):
        q = estimate(ratings_from_columns(columns("aaa\naaa"), "nominal", ("a",)), name)
        assert "only one value" in q.undefined


def test_a_rater_who_rated_an_item_twice_is_refused_by_name():
    labels = [Label("i1", "ana", "d", "a"), Label("i1", "eva", "d", "a"), Label("i1", "ana", "d", "b")]
    with pytest.raises(InputError, match="'ana' rated item 'i1' more than once"):
        agreement_report(ratings_of(labels, Scale("nominal", ("a", "b"))))


def test_continuous_numbers_in_bulk_are_refused_before_they_fill_the_memory():
    size = 2000
    ratings = Ratings(
        items=tuple(map(str, range(size))),
        raters=("a", "b"),
        scale=Scale("interval", tuple(map(str, range(2 * size)))),
        item=np.tile(np.arange(size), 2), rater=np.repeat([0, 1], size), value=np.arange(2 * size),
    )  # fmt: skip
    with pytest.raises(InputError, match="Round the numbers"):
        agreement_report(ratings)


def test_every_name_of_the_methods_page_is_there():
    weighted = [f"{name}{suffix}" for name in ("fleiss_kappa_gwet", "brennan_prediger", "cohen_kappa")
                for suffix in ("", ".linear", ".quadratic")]  # fmt: skip
    alphas = [f"krippendorff_alpha.{kind}" for kind in ("nominal", "ordinal", "interval", "ratio")]
    others = ["percent_agreement", "fleiss_kappa", "gwet_ac1", "gwet_ac2.linear", "gwet_ac2.quadratic", "scott_pi"]
    assert set(COEFFICIENTS) >= {*weighted, *alphas, *others}


def test_the_headline_is_alpha_at_the_declared_scale_with_percent_agreement_and_ac():
    for kind, ac in (("nominal", "gwet_ac1"), ("ordinal", "gwet_ac2.quadratic"), ("ratio", "gwet_ac2.quadratic")):
        report = agreement_report(ratings_from_columns(columns("123\n122"), kind, tuple("123")), bootstrap=0)
        assert report.headline == (f"krippendorff_alpha.{kind}", "percent_agreement", ac)


def test_nominal_numbers_get_no_ordered_coefficient_and_ordinal_text_no_interval_alpha():
    nominal = agreement_report(ratings_from_columns(columns("123\n122"), "nominal", tuple("123")), bootstrap=0)
    assert not {n for n in nominal.coefficients if n.endswith(("linear", "quadratic", "ordinal", "interval", "ratio"))}
    text = agreement_report(ratings_from_columns(columns("abc\nabb"), "ordinal", tuple("abc")), bootstrap=0)
    assert "krippendorff_alpha.ordinal" in text.coefficients
    assert "krippendorff_alpha.interval" not in text.coefficients
