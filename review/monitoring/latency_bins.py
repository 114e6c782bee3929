"""The fixed bins of latency: numbers with four significant digits.

Quantiles are always taken of these numbers, so that a figure stays the same to the last digit after its rows have
expired and only the counts of the bins remain. A bin is at most 0.1% wide: a quantile is off by 0.05% at most, and
whole milliseconds below 10,000 are exact.
"""

from __future__ import annotations

STEPS = ((10.0, 3), (100.0, 2), (1_000.0, 1), (10_000.0, 0), (100_000.0, -1), (1_000_000.0, -2), (10_000_000.0, -3))
"""Below each limit (in ms), how many decimals a number keeps; from the last limit on, those of the last step less one.
"""


def bin_of(number: str) -> str:
    """Return the DuckDB expression of the bin of a number: the number it is rounded to. NULL and negatives are NULL."""
    steps = " ".join(f"WHEN {number} < {limit} THEN round({number}, {decimals})" for limit, decimals in STEPS)
    return f"CASE WHEN {number} IS NULL OR {number} < 0 THEN NULL {steps} ELSE round({number}, -4) END"
