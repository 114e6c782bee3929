import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.basics.labels import Label, Scale, ratings_of
from review.statistics.consensus import by_entropy, competence, consensus_report, entropy, ordinal_median, plurality
from review.statistics.dawid_skene import _row_sums, dawid_skene

CASE = json.loads((Path(__file__).resolve().parents[1] / "data/agreement/dawid_skene_1979.json").read_text())
SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def labels_of_1979():
    return [
        Label(item, str(observer), "fitness", value)
        for item, row in CASE["ratings"].items()
        for observer, values in enumerate(row.split(), start=1)
        for value in values
    ]


def report_of_1979(method, kind="nominal"):
    return consensus_report(ratings_of(labels_of_1979(), Scale(kind, tuple(CASE["values"]))), method=method)


def test_one_vote_is_single_and_never_unanimous():
    assert plurality({"a": 1}) == ("a", "single", ())
    assert plurality({"a": 2}) == ("a", "unanimous", ())
    assert plurality({"a": 2, "b": 1}) == ("a", "plurality", ())
    assert plurality({}) == (None, "none", ())


def test_an_exact_tie_has_no_label_and_names_the_values():
    assert plurality({"a": 2, "b": 2, "c": 1}) == (None, "tie", ("a", "b"))


def test_the_ordinal_median_comes_with_the_spread_and_is_none_between_two_values():
    order = ("wrong", "partly", "correct")
    assert ordinal_median({"wrong": 1, "correct": 2}, order) == ("correct", "wrong", "correct")
    assert ordinal_median({"wrong": 1, "correct": 1}, order) == (None, "wrong", "correct")
    assert ordinal_median({"correct": 1, "partly": 1, "wrong": 1}, order).median == "partly"
    assert ordinal_median({}, order) is None


def test_entropy_runs_from_certainty_to_equal_shares():
    assert entropy([1, 0]) == 0
    assert entropy([0.25] * 4) == pytest.approx(2)


def test_dawid_and_skene_1979_prevalence_and_likelihood():
    report = report_of_1979("dawid-skene")
    found = list(report.prevalence.values())
    assert found == pytest.approx(CASE["expected"]["prevalence"], abs=5e-4)
    assert np.round(found, 2).tolist() == CASE["expected"]["prevalence_printed"]
    assert report.log_likelihood == pytest.approx(CASE["expected"]["log_likelihood"], abs=1e-3)
    assert report.converged
    assert report.iterations > 4


def test_dawid_and_skene_1979_error_rates_of_every_observer():
    report = report_of_1979("dawid-skene")
    for rater, expected in zip(report.raters, CASE["expected"]["confusion"], strict=True):
        found = [list(row.values()) for row in rater.confusion.values()]
        np.testing.assert_allclose(found, expected, atol=5e-4)
    first = [list(row.values()) for row in report.raters[0].confusion.values()]
    np.testing.assert_allclose(first, CASE["expected"]["confusion_printed_observer_1"], atol=0.0051)


def test_dawid_and_skene_1979_posteriors_and_where_they_leave_the_plurality():
    model = {i.item: i for i in report_of_1979("dawid-skene").items}
    votes = {i.item: i for i in report_of_1979("plurality").items}
    below = {name: i for name, i in model.items() if max(i.posterior.values()) < 0.99}
    assert below.keys() == CASE["expected"]["posteriors_below_0.99"].keys()
    for name, expected in CASE["expected"]["posteriors_below_0.99"].items():
        assert list(below[name].posterior.values()) == pytest.approx(expected, abs=1e-3)
    differing = {name: [votes[name].label, i.label] for name, i in model.items() if i.label != votes[name].label}
    assert differing == CASE["expected"]["differs_from_plurality"]


def test_both_methods_report_a_tie():
    for method in ("plurality", "dawid-skene"):
        report = report_of_1979(method)
        assert report.ties == 1
        assert {i.item: i.votes for i in report.items if i.tie} == CASE["expected"]["tied_votes"]


def test_the_most_uncertain_items_lead_the_adjudication_queue():
    queue = by_entropy(report_of_1979("dawid-skene").items)
    assert [i.item for i in queue[:3]] == ["p35", "p38", "p07"]
    assert all(a.entropy >= b.entropy for a, b in pairwise(queue))


def test_ordinal_items_offer_the_median():
    report = report_of_1979("plurality", kind="ordinal")
    middle = {i.item: i.middle for i in report.items}
    assert middle["p12"] == ("3", "2", "4")  # 2, 2, 2, 3, 3, 3, 4
    assert report_of_1979("plurality").items[0].middle is None


def test_competence_has_an_interval_or_too_few_items():
    assert competence(0.9, 40).ci[0] < 0.9 < competence(0.9, 40).ci[1]
    assert "9 items are too few" in competence(1.0, 9).undefined
    assert all(r.competence.value > 0.7 for r in report_of_1979("dawid-skene").raters)


def test_a_value_that_none_of_a_raters_items_has_leaves_an_empty_row():
    labels = [Label(f"i{k}", r, "d", "ab"[k % 2]) for k in range(8) for r in "xy"]
    labels += [Label("i0", "z", "d", "a"), Label("i2", "z", "d", "a")]
    report = consensus_report(ratings_of(labels, Scale("nominal", ("a", "b"))), method="dawid-skene")
    z = next(r for r in report.raters if r.rater == "z")
    assert z.confusion == {"a": {"a": pytest.approx(1), "b": pytest.approx(0)}, "b": {}}


@st.composite
def votes(draw):
    cell = st.tuples(st.integers(0, 7), st.integers(0, 3), st.sampled_from("abc"))
    return [Label(f"i{i}", f"r{r}", "d", v) for i, r, v in draw(st.lists(cell, min_size=1, max_size=40))]


@given(votes())
@examples(60)
def test_the_likelihood_never_falls_and_every_distribution_sums_to_one(labels):
    ratings = ratings_of(labels, Scale("nominal", tuple("abc")))
    steps = [dawid_skene(ratings, iterations=n).log_likelihood for n in range(1, 12)]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(steps))
    model = dawid_skene(ratings)
    assert np.isfinite(model.log_likelihood)
    np.testing.assert_allclose(model.posterior.sum(axis=1), 1)
    np.testing.assert_allclose(model.prevalence.sum(), 1)
    rows = model.confusion.sum(axis=2)
    np.testing.assert_allclose(rows[~np.isnan(rows)], 1)


@given(votes())
@examples(60)
def test_a_label_always_has_the_most_votes(labels):
    for item in consensus_report(ratings_of(labels, Scale("nominal", tuple("abc")))).items:
        most = [v for v, n in item.votes.items() if n == max(item.votes.values())]
        assert item.label == (most[0] if len(most) == 1 else None)
        assert item.tie == (len(most) > 1)
        assert (item.rule == "single") == (sum(item.votes.values()) == 1)
        assert 0 <= item.entropy <= math.log2(3) + 1e-9


def test_no_ratings_give_an_empty_report():
    empty = ratings_of([], Scale("nominal", ("a", "b")))
    for method in ("plurality", "dawid-skene"):
        report = consensus_report(empty, method=method)
        assert (report.items, report.prevalence, report.log_likelihood) == ((), {}, None)
    with pytest.raises(ValueError, match="at least one rating"):
        dawid_skene(empty)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the larger public data sets are not beside this copy")
def test_pandalm_has_a_majority_on_every_item():
    rows = json.loads((SHARED / "data/raters_and_judges/pandalm_testset_v1.json").read_text())
    labels = [Label(str(r["idx"]), f"{j}", "winner", str(r[f"annotator{j}"])) for r in rows for j in (1, 2, 3)]
    report = consensus_report(ratings_of(labels, Scale("nominal", ("1", "2", "0"))))
    assert report.ties == 0
    assert {v: round(share * 999) for v, share in report.prevalence.items()} == {"1": 422, "2": 472, "0": 105}


def test_sums_of_rows_are_those_of_numpy_to_the_last_bit() -> None:
    rng = np.random.default_rng(0)
    for columns in range(1, 13):
        table = rng.random((500, columns)) * 10.0 ** rng.integers(-12, 12, (500, columns))
        assert np.array_equal(_row_sums(table), table.sum(axis=1, keepdims=True))
