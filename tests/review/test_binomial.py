"""The binomial distribution is that of scipy.stats."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from review.statistics.binomial import above, least_above, probability


@pytest.mark.parametrize("p", [0.0, 0.03, 0.5, 0.91, 1.0])
def test_probabilities_are_those_of_scipy_stats(p: float) -> None:
    for n in (0, 1, 7, 400, 20_000):
        k = np.arange(n + 1, dtype=float)
        assert np.allclose(probability(k, n, p), binom.pmf(k, n, p), rtol=1e-9, atol=1e-300)
        assert np.allclose(above(k - 1, n, p), binom.sf(k - 1, n, p), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("level", [0.001, 0.01, 0.05, 0.25])
def test_the_least_number_above_is_that_of_scipy_stats(level: float) -> None:
    n = np.arange(2_001, dtype=float)
    assert (least_above(level, n, 0.5) == binom.isf(level, n, 0.5)).all()
