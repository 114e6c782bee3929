from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

from review.statistics.calibration.data import CalibrationRow, calibration_data
from review.statistics.calibration.report import NO_WEIGHT, calibration_report

value = st.sampled_from(["a", "b", "c"])
pair = st.tuples(value, st.one_of(value, st.none()), st.sampled_from(["s", "t"]))
pairs = st.lists(pair, min_size=1, max_size=40)
SIZES = {"s": 60, "t": 900}


def simple(cells, **extra):
    return [CalibrationRow(item=f"i{k}", truth=t, verdict=v, **extra) for k, (t, v, _) in enumerate(cells)]


def stratified(cells):
    return [
        CalibrationRow(item=f"i{k}", truth=t, verdict=v, stratum=s, population=SIZES[s])
        for k, (t, v, s) in enumerate(cells)
    ]


def report(rows, **options):
    return calibration_report(calibration_data(rows, values=("a", "b", "c")), positive="a", bootstrap=50, **options)


@examples(25)
@example([("a", "a", "s"), ("a", "b", "s"), ("a", "b", "s"), ("a", "b", "s")], 683.5780418861957)
@given(pairs, st.floats(0.1, 1000))
def test_equal_weights_change_nothing(cells, weight):
    weighted, plain = report(simple(cells, weight=weight)), report(simple(cells))
    assert weighted.n_effective == (None if plain.n_effective is None else pytest.approx(plain.n_effective))
    for name, q in weighted.weighted.items():
        u = plain.unweighted[name]
        assert q.undefined == u.undefined
        if q.value is not None:
            assert q.value == pytest.approx(u.value)
            assert (q.ci is None) == (u.ci is None)
            assert q.ci is None or q.ci == pytest.approx(u.ci)


@examples(25)
@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(cells, random):
    rows = stratified(cells)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert report(rows).to_json() == report(shuffled).to_json()


@examples(35)
@given(pairs, st.sampled_from(["drop", "wrong"]))
def test_values_lie_in_their_range_and_inside_their_interval(cells, missing):
    found = report(stratified(cells), missing=missing)
    for kind in (found.weighted, found.unweighted):
        for name, q in kind.items():
            low = -1 if name in ("mcc", "cohen_kappa") else 0
            if q.value is None:
                assert q.undefined
                continue
            assert low <= q.value <= 1
            assert q.se is None or q.se >= 0
            if q.ci is not None:
                assert low - 1e-9 <= q.ci[0] <= q.value + 1e-9
                assert q.value - 1e-9 <= q.ci[1] <= 1 + 1e-9


@examples(25)
@given(pairs, st.one_of(value, st.none()))
def test_an_item_that_is_not_labelled_changes_nothing(cells, verdict):
    rows = simple(cells)
    assert report([*rows, CalibrationRow(item="new", truth=None, verdict=verdict)]).to_json() == report(rows).to_json()


@examples(25)
@given(pairs)
def test_confusion_adds_up_to_the_items_compared(cells):
    found = report(stratified(cells))
    assert sum(sum(row.values()) for row in found.confusion.values()) == found.n
    assert found.n + found.no_verdict == len(cells)
    assert sum(c.support for c in found.classes.values()) == found.n


@examples(25)
@given(pairs)
def test_swapping_the_raters_swaps_precision_and_recall(cells):
    both = [(t, v, s) for t, v, s in cells if v is not None]
    one, other = report(simple(both)), report(simple([(v, t, s) for t, v, s in both]))
    assert one.weighted["precision"].value == other.weighted["recall"].value
    for name in ("accuracy", "f1", "mcc", "cohen_kappa"):
        assert one.weighted[name].value == pytest.approx(other.weighted[name].value)


def test_data_are_values_and_cannot_be_changed():
    data = calibration_data(simple([("a", "a", "s")]))
    with pytest.raises(FrozenInstanceError):
        data.values = ()
    assert data.with_codes(np.array([-1]), data.verdict).truth[0] == -1 and data.truth[0] == 0


def test_hand_picked_items_alone_say_nothing_about_production():
    rows = [CalibrationRow(item=f"i{k}", truth=t, verdict=v, weight=0.0) for k, (t, v) in enumerate(["aa", "ab", "bb"])]
    found = report(rows)
    assert {q.undefined for q in found.weighted.values()} == {NO_WEIGHT}
    assert found.classes["a"].recall.undefined == NO_WEIGHT and found.classes["a"].support == 2
    assert found.unweighted["recall"].value == 0.5


def light_and_heavy(caught, missed, heavy, *, weeks=1, quiet=30):
    """All failing conversations of the weeks and 1% of the rest, in which one positive was drawn, judged ``heavy``."""
    rows = []
    for week in range(weeks):
        first = week == 0
        failing = [("a", "a")] * (caught * first) + [("a", "b")] * (missed * first) + [("b", "b")] * 5
        rest = [("a", heavy)] * first + [("b", "b")] * (quiet - first)
        for group, cells, weight in ((f"{week} failing", failing, 1), (f"{week} rest", rest, 100)):
            rows += [
                CalibrationRow(item=f"{group} {k}", truth=t, verdict=v, stratum=group, population=weight * len(cells))
                for k, (t, v) in enumerate(cells)
            ]
    return rows


def by_weight(rows):
    """The same rows with their weights alone, in one group."""
    return [
        row._replace(stratum="all", population=None, weight=100.0 if "rest" in row.stratum else 1.0) for row in rows
    ]


@examples(25)
@given(st.integers(0, 40), st.integers(0, 5), st.sampled_from("ab"), st.integers(1, 12), st.integers(8, 100))
def test_one_heavy_item_never_settles_the_recall(caught, missed, heavy, weeks, quiet):
    # One of one caught (or missed): the share of its like is Beta(3/2, 1/2), 95% from .15 to 1. A half stays possible.
    half = (caught + 50) / (caught + missed + 100)
    drawn = light_and_heavy(caught, missed, heavy, weeks=weeks, quiet=quiet)
    for rows in (drawn, by_weight(drawn)):
        low, high = report(rows).weighted["recall"].ci
        assert low <= half <= high


def intervals(rows):
    return {name: q.ci for name, q in report(rows).weighted.items()}


def test_groups_of_similar_weight_are_one_group_over_any_number_of_weeks():
    weeks = light_and_heavy(20, 2, "a", weeks=12)
    sizes = {"failing": 22 + 12 * 5, "rest": 12 * 3000}
    pooled = [row._replace(stratum=name, population=sizes[name]) for row in weeks for name in [row.stratum.split()[1]]]
    assert intervals(weeks) == intervals(pooled)


def test_rows_with_different_weights_in_one_group_are_kept_apart():
    mixed = by_weight(light_and_heavy(20, 2, "a", quiet=100))
    assert intervals(mixed) == intervals([row._replace(stratum=f"weight {row.weight}") for row in mixed])
