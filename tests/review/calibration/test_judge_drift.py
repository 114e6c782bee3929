"""A judge's figures from week to week: an alarm only where two intervals share no point."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.statistics.calibration.data import CalibrationRow, calibration_data
from review.statistics.calibration.drift import Drift, drift, plain_words
from review.statistics.calibration.report import calibration_report
from review.statistics.intervals import wilson

VALUES = ("ok", "wrong")
WEEKS = tuple(f"2026-W{k}" for k in range(40, 46))


def cells(week: str, caught: int, missed: int, accused: int, quiet: int, *, population: int = 10_000) -> list:
    """Return the rows of one week by labels and verdicts: caught, missed, accused, quiet."""
    pairs = [("wrong", "wrong")] * caught + [("wrong", "ok")] * missed
    pairs += [("ok", "wrong")] * accused + [("ok", "ok")] * quiet
    return [
        (
            week,
            CalibrationRow(
                item=f"{week} {k}", truth=truth, verdict=verdict, stratum=f"{week} rest", population=float(population)
            ),
        )
        for k, (truth, verdict) in enumerate(pairs)
    ]


def over(rows: list, *, weeks: tuple[str, ...] = WEEKS[:5], positive: str | None = "wrong") -> Drift:
    data = calibration_data([row for _, row in rows], values=VALUES)
    return drift(data, [week for week, _ in rows], weeks=weeks, positive=positive)


def steady(*weeks: str) -> list:
    """27 of 30 caught and 3 of 30 accused wrongly, in each of these weeks."""
    return [row for week in weeks for row in cells(week, 27, 3, 3, 27)]


def test_recall_that_leaves_the_band_of_four_weeks_fell() -> None:
    found = over([*steady(*WEEKS[:4]), *cells(WEEKS[4], 15, 15, 3, 27)])
    row = found.latest["recall"]
    # The band: 4 x 27 of 4 x 30 = 108/120 = .9, Wilson [.833, .942]; the week: 15/30 = .5, Wilson [.332, .668].
    assert row.band.value == pytest.approx(0.9) and row.reviewed.value == pytest.approx(0.5)
    assert row.band.ci == pytest.approx(wilson(108, 120))
    assert row.reviewed.ci == pytest.approx(wilson(15, 30))
    assert row.moved == "fell"
    assert list(found.alarms) == ["recall"]
    assert plain_words(found)[0].startswith("Recall of 'wrong' fell: 0.500 [0.3")


def test_a_lower_recall_that_chance_can_explain_is_no_change() -> None:
    # 24/30 = .8, Wilson [.627, .905], shares points with [.833, .942].
    found = over([*steady(*WEEKS[:4]), *cells(WEEKS[4], 24, 6, 3, 27)])
    assert found.latest["recall"].moved == found.latest["precision"].moved == "stayed"
    assert found.alarms == {}
    (sentence,) = plain_words(found)
    assert sentence.startswith("In 2026-W44 precision and recall of 'wrong' changed no more than chance can explain")


def test_a_figure_may_also_rise_and_precision_is_watched_as_well_as_recall() -> None:
    poor = [row for week in WEEKS[:4] for row in cells(week, 15, 15, 15, 15)]
    found = over([*poor, *cells(WEEKS[4], 29, 1, 1, 29)])
    assert {name: row.moved for name, row in found.alarms.items()} == {"precision": "rose", "recall": "rose"}


def test_each_week_is_compared_with_only_the_four_before_it() -> None:
    early = [row for week in WEEKS[:2] for row in cells(week, 3, 27, 3, 27)]
    found = over([*early, *steady(*WEEKS[2:])], weeks=WEEKS)
    moved = [row.moved for row in found.figures["recall"]]
    # W44 against W40..W43: (3 + 3 + 27 + 27)/120 = .5; W45 against W41..W44: (3 + 27 + 27 + 27)/120 = .7,
    # Wilson [.613, .775], which shares points with the week's [.744, .965].
    assert moved == [None, None, None, None, "rose", "stayed"]
    assert [round(row.band.value or 0, 3) for row in found.figures["recall"]][-2:] == [0.5, 0.7]


def test_with_too_few_weeks_the_change_is_undefined_with_the_reason() -> None:
    found = over(steady(*WEEKS[:4]), weeks=WEEKS[:4])
    row = found.latest["recall"]
    assert row.moved is None and row.band.value is None
    assert row.undefined == ("the comparison needs 4 earlier weeks with labels and verdicts; there are 3 such weeks")
    assert "is not known" in plain_words(found)[0]
    assert over(steady(*WEEKS[:2]), weeks=WEEKS[:2]).latest["recall"].undefined.endswith("there is 1 such week")


def test_a_week_without_labels_is_skipped_and_the_newest_one_is_the_last_with_any() -> None:
    holiday = [(WEEKS[2], row._replace(truth=None)) for _, row in cells(WEEKS[2], 27, 3, 3, 27)]
    rows = [*steady(WEEKS[0], WEEKS[1]), *holiday, *steady(WEEKS[3], WEEKS[4]), *cells(WEEKS[5], 3, 27, 3, 27)]
    found = over(rows, weeks=(*WEEKS, "2026-W46"))
    assert found.newest == WEEKS[5]
    assert found.compared == {**dict.fromkeys(WEEKS, 60), WEEKS[2]: 0, "2026-W46": 0}
    assert found.latest["recall"].moved == "fell"
    assert found.figures["recall"][2].reviewed.undefined == "no item with a verdict is 'wrong' according to people"


def test_hand_picked_items_are_not_counted_in_a_week() -> None:
    picked = [
        (WEEKS[4], CalibrationRow(item=f"picked {k}", truth="wrong", verdict="ok", stratum=None, population=None))
        for k in range(50)
    ]
    with_them, without = (over([*steady(*WEEKS[:5]), *more]) for more in (picked, []))
    assert with_them.latest["recall"] == without.latest["recall"]
    assert with_them.compared == without.compared


def test_weights_do_not_decide_whether_a_judge_changed() -> None:
    """One missed item that represents a thousand conversations counts as one missed item."""
    rows = []
    for k, week in enumerate(WEEKS[:5]):
        verdict = "ok" if k == 4 else "wrong"
        rows += cells(week, 27, 3, 3, 27, population=60)
        rows += [
            (
                week,
                CalibrationRow(
                    item=f"{week} heavy", truth="wrong", verdict=verdict, stratum=f"{week} heavy", population=1000.0
                ),
            )
        ]
    row = over(rows).latest["recall"]
    # Weighted 27 of 1,030; as reviewed 27 of 31.
    assert row.weighted.value == pytest.approx(27 / 1030)
    assert row.reviewed.value == pytest.approx(27 / 31)
    assert row.moved == "stayed"


def test_the_weighted_figure_of_a_week_is_the_one_of_its_calibration() -> None:
    rows = [*steady(*WEEKS[:4]), *cells(WEEKS[4], 20, 10, 3, 27)]
    rows += [(w, r._replace(item=f"{r.item} f", stratum=f"{w} failing", population=60.0)) for w, r in rows]
    found = over(rows)
    alone = calibration_data([row for week, row in rows if week == WEEKS[4]], values=VALUES)
    report = calibration_report(alone, positive="wrong", bootstrap=0)
    for name in ("precision", "recall"):
        assert found.latest[name].weighted.value == pytest.approx(report.weighted[name].value)
        assert found.latest[name].reviewed == report.unweighted[name]


def test_a_judge_that_never_says_the_positive_class_has_no_precision_to_follow() -> None:
    found = over([row for week in WEEKS[:5] for row in cells(week, 0, 30, 0, 30)])
    assert found.latest["precision"].undefined == "the judge never said 'wrong'"
    assert found.latest["recall"].moved == "stayed"


def test_without_a_positive_class_it_is_accuracy() -> None:
    found = over([*steady(*WEEKS[:4]), *cells(WEEKS[4], 5, 25, 25, 5)], positive=None)
    assert list(found.figures) == ["accuracy"] and found.latest["accuracy"].moved == "fell"
    assert plain_words(found)[0].startswith("Accuracy fell: ")


def test_a_sentence_says_that_there_is_nothing_to_compare() -> None:
    empty = replace(calibration_data([]), values=VALUES)
    found = drift(empty, [], weeks=WEEKS, positive="wrong")
    assert found.newest is None and found.latest == found.alarms == {}
    assert plain_words(found) == [
        "No item has both a label from people and a verdict: there is nothing to follow over time yet."
    ]


def test_the_json_has_no_nan_or_infinity() -> None:
    found = over([*steady(*WEEKS[:4]), *cells(WEEKS[4], 0, 0, 0, 4)])
    text = json.dumps(found.to_json(), allow_nan=False)
    assert json.loads(text)["newest"] == WEEKS[4]


@examples(30)
@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_the_order_of_items_changes_nothing(random: object, counts: list[int]) -> None:
    rows = [*steady(*WEEKS[:4]), *cells(WEEKS[4], *counts)]
    turned = list(rows)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert over(rows).to_json() == over(turned).to_json()
