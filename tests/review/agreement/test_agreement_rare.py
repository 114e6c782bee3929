"""Intervals for two values of which one is rare."""

from __future__ import annotations

import numpy as np
import pytest
from agreement_cases import columns, patient, ratings_from_columns
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from review.basics.labels import Label, Ratings, Scale, ratings_of
from review.statistics.agreement.coefficients import COEFFICIENTS
from review.statistics.agreement.cohen import FORMULA as COHEN
from review.statistics.agreement.estimate import estimate, estimates, prepare
from review.statistics.agreement.krippendorff import FORMULA as ALPHA
from review.statistics.agreement.krippendorff import nominal_difference
from review.statistics.agreement.patterns import Patterns
from review.statistics.agreement.rare import fits, is_rare, possible, posterior, posterior_interval
from review.statistics.agreement.report import agreement_report
from review.statistics.agreement.sample import Sample, whole

PAIRS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
COUNTS = np.array([[2.0, 0], [1, 1], [1, 1], [0, 2]])
DELTA = nominal_difference(np.array([0.0, 1.0]))
POSTERIOR = "Dirichlet(1/2) posterior"


def two_raters(*items: int) -> Patterns:
    kept = np.array(items) > 0
    return Patterns(COUNTS[kept], np.array(items, dtype=np.int64)[kept], PAIRS[kept])


def ratings(first: str, second: str, *more: str, values: str = "ab") -> Ratings:
    return ratings_from_columns(columns("\n".join((first, second, *more))), "nominal", tuple(values))


def test_every_pattern_that_could_occur_is_listed_with_what_was_seen() -> None:
    seen = two_raters(20, 2, 0, 0)
    ordered, plain = possible(seen, COHEN), possible(seen, ALPHA)
    assert ordered.pair is not None
    assert dict(zip(map(tuple, ordered.pair.tolist()), ordered.items.tolist(), strict=True)) == {
        (0, 0): 20, (0, 1): 2, (1, 0): 0, (1, 1): 0,
    }  # fmt: skip
    assert plain.pair is None
    assert dict(zip(map(tuple, plain.counts.tolist()), plain.items.tolist(), strict=True)) == {
        (2, 0): 20, (1, 1): 2, (0, 2): 0,
    }  # fmt: skip
    three = Patterns(np.array([[3.0, 0], [1, 2]]), np.array([18, 1]), None)
    assert sorted(map(tuple, possible(three, ALPHA).counts.tolist())) == [(0, 3), (1, 2), (2, 1), (3, 0)]


def test_both_orders_of_a_disagreement_are_one_pattern_of_counts() -> None:
    assert sorted(possible(two_raters(20, 2, 3, 1), ALPHA).items.tolist()) == [1, 5, 20]


def test_a_rater_who_is_missing_keeps_a_pattern_of_their_own() -> None:
    pair = np.array([[0, 0], [1, -1]])
    found = possible(Patterns(np.array([[2.0, 0], [0, 1]]), np.array([30, 4]), pair), COHEN)
    assert found.pair is not None
    assert [0, -1] in found.pair.tolist()
    assert [-1, 0] not in found.pair.tolist()


@pytest.mark.parametrize(
    ("items", "rare"),
    [((20, 1, 1, 0), True), ((400, 3, 2, 2), True), ((400, 3, 2, 20), False), ((30, 1, 1, 30), False)],
)
def test_it_is_for_few_items_or_a_rare_value(items, rare) -> None:
    assert is_rare(two_raters(*items)) is rare


@pytest.mark.parametrize(
    ("items", "alpha", "cohen"),
    [((14, 0, 0, 0), False, False), ((14, 1, 0, 0), True, False), ((18, 1, 1, 0), True, True)],
)
def test_it_needs_five_items_for_each_pattern(items, alpha, cohen) -> None:
    assert (fits(two_raters(*items), ALPHA), fits(two_raters(*items), COHEN)) == (alpha, cohen)


def test_items_with_one_rating_do_not_keep_it_away() -> None:
    # a usual week: 22 of 110 items rated twice by three people; patterns of one rating say nothing of agreement
    week = Patterns(np.array([[2.0, 0], [1, 1], [1, 0], [0, 1]]), np.array([20, 2, 80, 8]), None)
    assert fits(week, ALPHA)


def test_three_values_keep_the_bootstrap() -> None:
    report = agreement_report(ratings("a" * 21 + "b", "a" * 20 + "bb", values="abc"))
    assert all("bootstrap" in q.method for q in report.coefficients.values() if q.value is not None)
    assert any("its interval may be too narrow" in w for w in report.warnings)


def test_the_interval_holds_the_estimate_and_the_same_seed_gives_it_again() -> None:
    seen = ratings("a" * 21 + "b", "a" * 20 + "bb")
    first, again, other = (estimate(seen, "krippendorff_alpha.nominal", seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first.ci != other.ci
    assert first.method.startswith(f"{POSTERIOR} over the 3 patterns")
    assert first.ci[0] <= first.value <= first.ci[1] < 1
    assert estimate(seen, "cohen_kappa").method.startswith(f"{POSTERIOR} over the 4 patterns")


def test_every_coefficient_of_a_rare_value_names_it_and_no_replicate_is_lost() -> None:
    report = agreement_report(ratings("a" * 21 + "b", "a" * 20 + "bb"))
    assert all(q.method.startswith(POSTERIOR) for q in report.coefficients.values())
    assert report.degenerate_replicates == 0
    assert any("Only 2 items have a value" in w and w.endswith("so its interval is wide.") for w in report.warnings)


def test_without_replicates_the_interval_stays_analytic() -> None:
    found = estimate(ratings("a" * 21 + "b", "a" * 20 + "bb"), "gwet_ac1", bootstrap=0)
    assert found.method.startswith("analytic")


def test_where_the_ordered_patterns_are_too_many_cohen_alone_keeps_the_bootstrap() -> None:
    report = agreement_report(ratings("a" * 15 + "b", "a" * 14 + "bb"))
    assert report.coefficients["krippendorff_alpha.nominal"].method.startswith(POSTERIOR)
    assert "bootstrap" in report.coefficients["cohen_kappa"].method
    assert report.degenerate_replicates > 0


def test_clusters_keep_the_bootstrap_unless_each_is_one_item() -> None:
    labels = [Label(f"i{i}", r, "d", "b" if i == 0 else "a") for i in range(40) for r in "xy"]
    labels[3] = labels[3]._replace(value="b")
    scale = Scale("nominal", ("a", "b"))
    shared, own = (
        estimate(ratings_of(labels, scale, clusters={f"i{i}": f"c{i // size}" for i in range(40)}), "gwet_ac1")
        for size in (4, 1)
    )
    assert "over clusters" in shared.method
    assert own.method.startswith(POSTERIOR)
    assert own.ci == estimate(ratings_of(labels, scale), "gwet_ac1").ci


@pytest.mark.parametrize("bootstrap", [0, 1000])
def test_perfect_agreement_takes_the_posterior_whatever_the_number_of_items(bootstrap) -> None:
    report = agreement_report(ratings("ab" * 100, "ab" * 100), bootstrap=bootstrap)
    percent = report.coefficients["percent_agreement"]
    # the share of disagreements: Beta(1/2, 200 + 2/2), its upper 97.5%
    assert percent.ci == (pytest.approx(1 - beta.ppf(0.975, 0.5, 201), abs=0.002), 1)
    for name, q in report.coefficients.items():
        assert q.method.startswith(POSTERIOR), name
        assert q.ci[0] < 1 == q.ci[1]
    assert any(w.startswith("Agreement is perfect.") for w in report.warnings)


def test_one_value_only_leaves_alpha_undefined() -> None:
    report = agreement_report(ratings("a" * 40, "a" * 40))
    assert report.coefficients["krippendorff_alpha.nominal"].value is None
    assert report.coefficients["gwet_ac1"].method.startswith(POSTERIOR)
    assert report.coefficients["gwet_ac1"].ci[1] == 1


@patient
@given(st.lists(st.sampled_from(["aa", "aa", "aa", "ab", "ba", "bb", "a.", ".b"]), min_size=15, max_size=70))
def test_every_interval_of_two_values_holds_its_estimate(pairs) -> None:
    report = agreement_report(ratings("".join(p[0] for p in pairs), "".join(p[1] for p in pairs)), bootstrap=30)
    for q in report.coefficients.values():
        if q.method.startswith(POSTERIOR):
            assert q.ci[0] <= q.value <= q.ci[1] <= 1


def test_it_covers_the_truth_where_the_bootstrap_does_not() -> None:
    pi, truth = 0.1, 0.4
    both = truth * pi * (1 - pi) + pi * pi
    shares = np.array([1 - 2 * pi + both, pi - both, pi - both, both])
    names = ("krippendorff_alpha.nominal", "cohen_kappa")
    chosen = {name: COEFFICIENTS[name] for name in names}
    rng, runs = np.random.default_rng(1), 150
    held, defined = {(name, kind): 0 for name in names for kind in ("now", "before")}, 0
    for seed in range(runs):
        times = rng.multinomial(22, shares)
        rows = [row for row, n in zip(PAIRS.tolist(), times, strict=True) for _ in range(n)]
        data = prepare(ratings(*("".join("ab"[row[side]] for row in rows) for side in (0, 1))))
        now = estimates(data, chosen, bootstrap=100, seed=seed).quantities
        if any(q.value is None for q in now.values()):
            continue
        defined += 1
        before = _bootstrap_only(data, chosen, seed)
        for name in names:
            held[name, "now"] += now[name].ci[0] <= truth <= now[name].ci[1]
            held[name, "before"] += before[name][0] <= truth <= before[name][1]
    assert min(n for (_, kind), n in held.items() if kind == "now") >= 0.92 * defined
    assert max(n for (_, kind), n in held.items() if kind == "before") <= 0.92 * defined


def _bootstrap_only(data, chosen, seed):
    """The percentile bootstrap that the posterior replaces."""
    n = int(data.patterns.items.sum())
    rng = np.random.default_rng(seed)
    sample = Sample(data.patterns, rng.multinomial(n, data.patterns.items / n, size=400).astype(float))
    return {
        name: np.nanquantile(c.formula.disagreement(sample, c.weights(data.positions)).value, [0.02, 0.98])
        for name, c in chosen.items()
    }


def test_the_population_is_so_large_that_small_sample_corrections_vanish() -> None:
    seen = two_raters(40, 3, 2, 5)
    drawn = posterior(seen, ALPHA, draws=50, seed=3)
    pi = drawn.prevalence[:, 1]
    disagreement = drawn.times[:, 1] / drawn.rated
    textbook = 1 - disagreement / (2 * pi * (1 - pi))
    assert ALPHA.disagreement(drawn, DELTA).value == pytest.approx(textbook, abs=1e-6)
    ends, _ = posterior_interval(seen, ALPHA, DELTA, float(ALPHA.disagreement(whole(seen), DELTA).value[0]))
    assert ends[0] < ends[1]
