"""Where a function of one number is zero."""

from __future__ import annotations

from collections.abc import Callable


def root(function: Callable[[float], float], low: float, high: float, *, tolerance: float = 2e-12) -> float:
    """Return the zero of a continuous function between two ends at which its signs differ, by Brent's method."""
    # Half of what is loaded for a page that compares would be scipy.optimize, and few figures need it.
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=tolerance))
