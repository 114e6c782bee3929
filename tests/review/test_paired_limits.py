"""Tango's score limits of a paired difference, against published values and its own definition."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from review.statistics.tango import tango

PUBLISHED = list(
    csv.DictReader((Path(__file__).parents[1] / "data" / "paired_score_limits.csv").open(encoding="utf-8"))
)


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda r: f"b={r['b']} c={r['c']} n={r['n']}")
def test_published_limits_are_reproduced(row):
    low, high = tango(float(row["b"]), float(row["c"]), float(row["n"]), float(row["level"]))
    assert (low, high) == pytest.approx((float(row["low"]), float(row["high"])), abs=5e-5)


def score(b: int, c: int, n: int, d: float) -> float:
    """The score statistic with the constrained likelihood maximised numerically, not by the code's closed form."""

    def minus_likelihood(p_c: float) -> float:
        cells = ((b, p_c + d), (c, p_c), (n - b - c, 1 - 2 * p_c - d))
        return -sum(k * math.log(max(p, 1e-300)) for k, p in cells if k)

    best = minimize_scalar(
        minus_likelihood, bounds=(max(0.0, -d), (1 - d) / 2), method="bounded", options={"xatol": 1e-12}
    ).x
    return (b - c - n * d) / math.sqrt(n * (2 * best + d * (1 - d)))


@pytest.mark.parametrize(("b", "c", "n"), [(12, 5, 100), (3, 1, 200), (9, 9, 50), (20, 40, 160), (4, 0, 60)])
def test_the_score_statistic_is_z_at_either_limit(b, c, n):
    low, high = tango(b, c, n)
    z = norm.ppf(0.975)
    assert score(b, c, n, high) == pytest.approx(-z, abs=1e-3)
    assert score(b, c, n, low) == pytest.approx(z, abs=1e-3)


def test_no_disagreement_still_leaves_width():
    # b = c = 0: d^2 n^2 = z^2 n d (1 - d), so d = z^2 / (n + z^2) = 3.8415 / 103.8415
    assert tango(0, 0, 100) == pytest.approx((-0.036993, 0.036993), abs=1e-6)


def test_everything_broken_is_bounded_by_one():
    low, high = tango(5, 0, 5)
    assert high == 1.0
    assert 0 < low < 1


@pytest.mark.parametrize("counts", [(-1, 0, 5), (3, 3, 5), (0, 0, 0)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match="must fit"):
        tango(*counts)


@given(
    st.integers(0, 60).flatmap(
        lambda b: st.tuples(st.just(b), st.integers(0, 60)).flatmap(
            lambda bc: st.tuples(st.just(bc[0]), st.just(bc[1]), st.integers(max(1, sum(bc)), 400))
        )
    )
)
def test_limits_hold_the_estimate_and_mirror_when_the_versions_are_swapped(counts):
    b, c, n = counts
    low, high = tango(b, c, n)
    assert -1 <= low <= (b - c) / n <= high <= 1
    assert high > low
    assert tango(c, b, n) == pytest.approx((-high, -low), abs=1e-9)
    assert tango(b, c, n, 0.9)[1] <= high
