"""The gate on thousands of cases: the fast test equals the drawn one, kinds are slices."""

from __future__ import annotations

import numpy as np
import pytest

from review.statistics.gate.cases import PairedResult
from review.statistics.gate.evidence import sign_flip_p
from review.statistics.gate.report import gate_report
from review.statistics.gate.saddlepoint import signs_reach


@pytest.mark.parametrize("shift", [-0.02, 0.0, 0.02, 0.04, 0.07])
def test_the_saddlepoint_equals_drawn_sign_patterns(shift: float) -> None:
    rng = np.random.default_rng(3)
    d = rng.uniform(-1, 1, 400) + shift
    drawn = sign_flip_p(d, draws=40_000)
    assert signs_reach(np.abs(d), float(d.sum())) == pytest.approx(drawn, abs=0.01, rel=0.1)


def test_extreme_and_even_sums_have_their_probability() -> None:
    assert signs_reach(np.ones(600), 600.0) == 0.5**600
    assert signs_reach(np.ones(600), 0.0) == pytest.approx(0.5)
    assert signs_reach(np.ones(600), -20.0) == pytest.approx(1 - signs_reach(np.ones(600), 20.0))


def test_kinds_are_slices_of_their_own() -> None:
    rows = [
        PairedResult(case=f"{kind}{i}", baseline=1.0, candidate=float(kind == "normal" or i > 14), kind=kind)
        for kind, n in (("normal", 200), ("edge", 40))
        for i in range(n)
    ]
    report = gate_report(rows)
    worst = report.slices[0]
    assert (worst.kind, worst.name, worst.status) == ("kind", "edge", "fail")
    assert report.to_json()["flipped"][0]["kind"] == "edge"
