"""Agreement weights: how far two values count as the same, 1 on the diagonal and 0 for the furthest pair.

Weights follow Gwet (2014, chapter 3). Positions are the values as numbers: the values themselves on numeric scales and
where ordinal values are numbers in order, the ranks 1..K otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from review.basics.labels import Ratings

Floats = npt.NDArray[np.float64]


def identity(positions: Floats) -> Floats:
    """Return 1 where the values are the same, else 0; shape (K, K)."""
    return np.eye(len(positions))


def linear(positions: Floats) -> Floats:
    """Return 1 - |x_k - x_l| / (x_max - x_min); shape (K, K)."""
    return 1 - _distance(positions)


def quadratic(positions: Floats) -> Floats:
    """Return 1 - (x_k - x_l)^2 / (x_max - x_min)^2; shape (K, K)."""
    return 1 - _distance(positions) ** 2


def positions_of(ratings: Ratings) -> Floats:
    """Return the declared values as numbers, shape (K,).

    An ordinal scale whose numbers do not follow its order gives ranks.
    """
    numbers = ratings.numbers()
    steps = np.diff(numbers)
    if not ratings.scale.numeric and not (np.all(steps > 0) or np.all(steps < 0)):
        return np.arange(1, len(numbers) + 1, dtype=float)
    return numbers


def are_numbers(values: Iterable[str]) -> bool:
    """Tell whether every value reads as a finite number."""
    try:
        return all(math.isfinite(float(v)) for v in values)
    except ValueError:
        return False


def _distance(positions: Floats) -> Floats:
    span = np.ptp(positions) if len(positions) else 0.0
    gap: Floats = np.abs(positions[:, None] - positions[None, :])
    return gap / span if span > 0 else gap
