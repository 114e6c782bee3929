import numpy as np
import pytest

from review.basics.errors import InputError
from review.basics.labels import Label, Scale, ratings_of
from review.statistics.calibration.ceiling import human_ceiling
from review.statistics.calibration.data import CalibrationRow, calibration_data

SCALE = Scale("nominal", ("ok", "wrong"))

# item: ana, ben, eva, judge
VOTES = {
    "i1": ("wrong", "wrong", "wrong", "wrong"),
    "i2": ("wrong", "wrong", "ok", "ok"),
    "i3": ("ok", "ok", "ok", "wrong"),
    "i4": ("ok", "wrong", "ok", "ok"),
    "i5": ("wrong", "", "", "wrong"),
    "i6": ("ok", "ok", "ok", ""),
}


def people():
    names = ("ana", "ben", "eva")
    return ratings_of(
        [Label(i, n, "d", v) for i, row in VOTES.items() for n, v in zip(names, row, strict=False) if v], SCALE
    )


def judged(**extra):
    return calibration_data(
        [CalibrationRow(item=i, truth=None, verdict=row[3] or None, **extra) for i, row in VOTES.items()],
        values=SCALE.values,
    )


def test_each_person_is_compared_with_the_others_without_themselves():
    ana, ben, eva = human_ceiling(judged(), people(), positive="wrong")
    # ana against ben and eva: i1 wrong/wrong, i2 tie, i3 ok/ok, i4 tie, i5 alone, i6 without verdict
    assert (ana.rater, ana.n, ana.ties, ana.alone) == ("ana", 2, 2, 1)
    assert ana.person["accuracy"].value == 1
    assert ana.judge["accuracy"].value == 0.5
    # ben against ana and eva: i1, i3 agree, i2 tie, i4 the others say ok and ben says wrong
    assert (ben.n, ben.ties, ben.alone) == (3, 1, 0)
    assert ben.person["accuracy"].value == pytest.approx(2 / 3)
    assert ben.judge["accuracy"].value == pytest.approx(2 / 3)
    # eva against ana and ben: i1, i3 agree, i2 the others say wrong and eva says ok, i4 tie
    assert (eva.n, eva.ties) == (3, 1)
    assert eva.person["recall"].value == pytest.approx(1 / 2)


def test_person_and_judge_have_the_same_items_and_weights():
    data = judged(stratum="rest", population=1000)
    for row in human_ceiling(data, people(), positive="wrong"):
        assert row.person["accuracy"].n == row.judge["accuracy"].n == row.n
        assert row.person["accuracy"].method == row.judge["accuracy"].method


def test_including_the_person_would_inflate_the_figure():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 400)
    labels, said = [], {}
    for name in ("ana", "ben", "eva"):
        said[name] = np.where(rng.random(400) < 0.75, truth, 1 - truth)
        labels += [Label(f"i{k}", name, "d", SCALE.values[v]) for k, v in enumerate(said[name])]
    data = calibration_data(
        [CalibrationRow(item=f"i{k}", truth=None, verdict="ok") for k in range(400)], values=SCALE.values
    )
    majority = (sum(said.values()) >= 2).astype(int)
    for row in human_ceiling(data, ratings_of(labels, SCALE), positive="wrong"):
        assert row.person["accuracy"].value < (said[row.rater] == majority).mean() - 0.02


def test_a_label_outside_the_scale_is_refused():
    data = calibration_data([CalibrationRow(item="i1", truth=None, verdict="ok")], values=("ok",))
    with pytest.raises(InputError, match="found 'wrong'"):
        human_ceiling(data, people(), positive="ok")
