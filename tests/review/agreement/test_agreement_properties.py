import numpy as np
import pytest
from agreement_cases import columns, patient, ratings_from_columns
from hypothesis import assume, given
from hypothesis import strategies as st
from textbook_alpha import textbook_alpha

from review.basics.labels import Label, Ratings, Scale, ratings_of
from review.statistics.agreement.coefficients import COEFFICIENTS, coefficients_for
from review.statistics.agreement.estimate import estimate, estimates, prepare
from review.statistics.agreement.patterns import patterns_of
from review.statistics.agreement.report import agreement_report

VALUES = tuple("1234")
ANY_RATERS = ("percent", "krippendorff", "fleiss", "gwet", "brennan")
"""How the names of coefficients begin that are defined for any number of raters."""


@st.composite
def tables(draw, raters=None, missing=True):
    """One column per rater over the same items, None where missing."""
    cell = st.sampled_from([*VALUES, None] if missing else VALUES)
    size = draw(st.integers(3, 25))
    count = raters or draw(st.integers(2, 5))
    return {f"r{j}": draw(st.lists(cell, min_size=size, max_size=size)) for j in range(count)}


def values_of(ratings, **options):
    found = estimates(prepare(ratings), coefficients_for(ratings.scale), bootstrap=0, seed=0, **options).quantities
    return {name: q.value for name, q in found.items()}


def same(left, right):
    assert left.keys() == right.keys()
    for name, value in left.items():
        assert right[name] == (value if value is None else pytest.approx(value, abs=1e-9)), name


@patient
@given(tables())
def test_alpha_is_that_of_its_definition(table):
    numbers = np.array([[np.nan if v is None else float(v) for v in column] for column in table.values()])
    ratings = ratings_from_columns(table, "ratio", VALUES)
    pairable = (~np.isnan(numbers)).sum(axis=0) >= 2
    assume(len(np.unique(numbers[:, pairable][~np.isnan(numbers[:, pairable])])) > 1)
    for kind in ("nominal", "ordinal", "interval", "ratio"):
        theirs = textbook_alpha(numbers, kind)
        assert estimate(ratings, f"krippendorff_alpha.{kind}", bootstrap=0).value == pytest.approx(theirs, abs=1e-9)


@patient
@given(tables(missing=False))
def test_fleiss_kappa_is_that_of_statsmodels(table):
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa  # two seconds, for two tests of this file

    said = np.array([list(column) for column in table.values()]).T
    assume(len(np.unique(said)) > 1)
    ratings = ratings_from_columns(table, "nominal", VALUES)
    assert estimate(ratings, "fleiss_kappa", bootstrap=0).value == pytest.approx(
        fleiss_kappa(aggregate_raters(said)[0]), abs=1e-9
    )


@patient
@given(tables(raters=2, missing=False))
def test_cohen_kappa_is_that_of_scikit_learn_and_its_error_that_of_statsmodels(table):
    from sklearn.metrics import cohen_kappa_score
    from statsmodels.stats.inter_rater import cohens_kappa

    a, b = table.values()
    assume(len({*a, *b}) > 1)
    ratings = ratings_from_columns(table, "ordinal", VALUES)
    joint = np.array([[sum(x == v and y == w for x, y in zip(a, b, strict=True)) for w in VALUES] for v in VALUES])
    for suffix, weights in (("", None), (".linear", "linear"), (".quadratic", "quadratic")):
        ours = estimate(ratings, f"cohen_kappa{suffix}", bootstrap=0)
        theirs = cohen_kappa_score(a, b, labels=list(VALUES), weights=weights)
        assert ours.value == pytest.approx(theirs, abs=1e-9)
        with np.errstate(invalid="ignore"):  # a variance of zero may come out as the root of a negative there
            error = cohens_kappa(joint, wt=weights).std_kappa
        assert ours.se == pytest.approx(np.nan_to_num(error), abs=1e-6)


@patient
@given(tables(), st.randoms())
def test_the_order_of_rows_and_the_names_of_raters_do_not_matter(table, random):
    labels = [Label(f"u{i}", r, "d", v) for r, column in table.items() for i, v in enumerate(column) if v is not None]
    assume(labels)
    shuffled = random.sample(labels, len(labels))
    renamed = [label._replace(rater=f"x{9 - int(label.rater[1:])}") for label in labels]
    scale = Scale("ratio", VALUES)
    first = agreement_report(ratings_of(labels, scale), bootstrap=20)
    assert agreement_report(ratings_of(shuffled, scale), bootstrap=20) == first
    same(values_of(ratings_of(labels, scale)), values_of(ratings_of(renamed, scale)))


@patient
@given(tables(), st.permutations(VALUES))
def test_renaming_nominal_labels_changes_nothing(table, permuted):
    new = dict(zip(VALUES, permuted, strict=True))
    renamed = {r: [v and new[v] for v in column] for r, column in table.items()}
    same(
        values_of(ratings_from_columns(table, "nominal", VALUES)),
        values_of(ratings_from_columns(renamed, "nominal", VALUES)),
    )


@patient
@given(tables())
def test_an_unrated_item_changes_nothing(table):
    ratings = ratings_from_columns(table, "ratio", VALUES)
    assume(len(ratings))
    longer = Ratings(
        items=("unrated", *ratings.items, "unrated too"),
        raters=ratings.raters,
        scale=ratings.scale,
        item=ratings.item + 1,
        rater=ratings.rater,
        value=ratings.value,
    )  # fmt: skip
    assert agreement_report(longer, bootstrap=20) == agreement_report(ratings, bootstrap=20)


@patient
@given(st.lists(st.sampled_from(VALUES), min_size=2, max_size=20), st.integers(2, 5))
def test_perfect_agreement_is_one_wherever_it_is_defined(truth, raters):
    ratings = ratings_from_columns({f"r{j}": list(truth) for j in range(raters)}, "ratio", VALUES)
    for name, value in values_of(ratings).items():
        allowed = COEFFICIENTS[name].formula.refusal(patterns_of(ratings)) is None
        assert allowed or (raters > 2 and not name.startswith(ANY_RATERS)), name
        if len(set(truth)) > 1 and allowed:
            assert value == 1, name
        else:
            assert value in (None, 1), name


@patient
@given(tables())
def test_every_coefficient_is_bounded_or_says_why_it_is_undefined(table):
    for kind in ("nominal", "ordinal", "interval", "ratio"):
        ratings = ratings_from_columns(table, kind, VALUES)
        report = agreement_report(ratings, bootstrap=30)
        assert set(report.headline) <= set(report.coefficients) <= set(COEFFICIENTS)
        for q in report.coefficients.values():
            assert (q.value is None) == bool(q.undefined)
            if q.value is not None:
                assert q.value <= 1
                assert q.method
                assert q.ci is None or q.ci[0] <= q.ci[1] <= 1
        percent = report.coefficients["percent_agreement"].value
        assert percent is None or 0 <= percent <= 1


def refuses(name, text):
    """Whether a coefficient refuses such data: more than two raters, or items with unequal numbers of ratings."""
    ratings = ratings_from_columns(columns(text), "ratio", VALUES)
    return COEFFICIENTS[name].formula.refusal(patterns_of(ratings)) is not None


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_the_analytic_error_is_near_that_of_leaving_out_one_item_at_a_time(name):
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 150)
    two = refuses(name, "1234\n1234\n1243\n1324")
    said = np.where(rng.random((2 if two else 4, 150)) < 0.7, truth, rng.integers(0, 4, (2 if two else 4, 150)))
    gaps = rng.random(said.shape) < (0 if two or refuses(name, "1234\n1234\n124.\n.324") else 0.2)
    table = {
        f"r{j}": [None if gap else VALUES[v] for v, gap in zip(row, holes, strict=True)]
        for j, (row, holes) in enumerate(zip(said, gaps, strict=True))
    }
    q = estimate(ratings_from_columns(table, "ratio", VALUES), name, bootstrap=0)
    left_out = np.array([
        estimate(
            ratings_from_columns({r: c[:i] + c[i + 1 :] for r, c in table.items()}, "ratio", VALUES), name, bootstrap=0
        ).value
        for i in range(150)
    ])  # fmt: skip
    jackknife = np.sqrt(149 / 150 * ((left_out - left_out.mean()) ** 2).sum())
    assert q.se == pytest.approx(jackknife, rel=0.03)
    boot = estimate(ratings_from_columns(table, "ratio", VALUES), name, bootstrap=2000)
    assert boot.ci[1] - boot.ci[0] == pytest.approx(2 * 1.976 * q.se, rel=0.12)


SINGLES_MATTER = [name for name, c in COEFFICIENTS.items() if c.formula.gwet]


@patient
@given(tables(missing=False))
def test_where_every_item_is_pairable_both_forms_of_the_error_are_one(table):
    ratings = ratings_from_columns(table, "ratio", VALUES)
    for name in SINGLES_MATTER:
        ours, printed = (estimate(ratings, name, bootstrap=0, se=form) for form in ("ratio", "gwet"))
        assert ours.value == printed.value
        assert (ours.se is None) == (printed.se is None)
        assert ours.se is None or ours.se == pytest.approx(printed.se, abs=1e-12)


@pytest.mark.parametrize("name", SINGLES_MATTER)
def test_with_a_fifth_of_the_items_rated_twice_the_error_is_that_of_the_bootstrap(name):
    rng = np.random.default_rng(12)
    truth = np.where(rng.random(500) < 0.15, rng.integers(0, 4, 500), 3)
    first, second = (np.where(rng.random(500) < 0.93, truth, rng.integers(0, 4, 500)) for _ in range(2))
    table = {
        "a": [VALUES[v] for v in first],
        "b": [VALUES[v] if i < 100 else None for i, v in enumerate(second)],
    }
    ratings = ratings_from_columns(table, "ratio", VALUES)
    q = estimate(ratings, name, bootstrap=4000)
    # the bootstrap's interval spans 3.97 errors with 99 degrees of freedom
    assert q.se == pytest.approx((q.ci[1] - q.ci[0]) / (2 * 1.984), rel=0.08)
    assert estimate(ratings, name, bootstrap=0, se="gwet").se > (2 if name == "gwet_ac1" else 1.05) * q.se


@pytest.mark.parametrize("name", SINGLES_MATTER)
def test_one_item_that_can_be_compared_has_no_error(name):
    ratings = ratings_from_columns(columns("1234\n2..."), "ratio", VALUES)
    assert estimate(ratings, name, bootstrap=0).se is None


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    ratings = ratings_from_columns(columns("11223344123\n11223344321\n1122334411."), "ordinal", VALUES)
    first, again, other = (estimate(ratings, "gwet_ac1", seed=s) for s in (0, 0, 1))
    assert first == again
    assert first.ci != other.ci


def test_clusters_widen_the_interval_and_clusters_of_one_item_do_not():
    rng = np.random.default_rng(0)
    user = np.repeat(np.arange(40), 5)
    easy = rng.random(40) < 0.5  # users on whom people always agree, and others on whom they toss coins
    first = rng.integers(0, 2, 200)
    second = np.where(easy[user], first, rng.integers(0, 2, 200))
    labels = [Label(f"i{i}", r, "d", "ab"[v]) for r, row in (("a", first), ("b", second)) for i, v in enumerate(row)]
    scale = Scale("nominal", ("a", "b"))
    alone, own, by_user = (
        estimate(ratings_of(labels, scale, clusters=c), "krippendorff_alpha.nominal")
        for c in (None, {f"i{i}": f"c{i}" for i in range(200)}, {f"i{i}": f"u{user[i]}" for i in range(200)})
    )
    assert own.ci == alone.ci
    assert own.se == pytest.approx(alone.se)
    assert own.value == by_user.value
    assert by_user.ci[1] - by_user.ci[0] > 1.1 * (alone.ci[1] - alone.ci[0])
    assert by_user.se > 1.1 * alone.se
    assert "clusters" in by_user.method


def test_many_raters_and_values_fall_back_to_drawing_items_and_keep_the_numbers():
    rng = np.random.default_rng(0)
    said = rng.integers(0, 50, (300, 40))
    said[:, :30] = said[:, :1]
    labels = [Label(f"i{i}", f"r{j}", "d", str(v)) for i, row in enumerate(said) for j, v in enumerate(row)]
    ratings = ratings_of(labels, Scale("interval", tuple(map(str, range(50)))))
    assert len(patterns_of(ratings).items) == 300  # nearly every item is a pattern of its own
    for kind in ("nominal", "ordinal", "interval"):
        q = estimate(ratings, f"krippendorff_alpha.{kind}", bootstrap=200)
        theirs = textbook_alpha(said.T.astype(float), kind)
        assert q.value == pytest.approx(theirs, abs=1e-9)
        assert q.ci[0] < theirs < q.ci[1]
