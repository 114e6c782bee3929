"""McNemar's test on paired right/wrong results: only discordant pairs count (McNemar 1947, Psychometrika 12).

Under the null hypothesis the b pairs that changed in one direction are Binomial(b + c, 1/2). The exact test is
conservative; the mid-p version counts half of the observed outcome's probability and stays close to its level
(Fagerland, Lydersen & Laake 2013, BMC Med. Res. Methodol. 13:91).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, bdtrc, gammaln


class McNemar(NamedTuple):
    """Two-sided p-values of McNemar's test."""

    exact_p: float
    mid_p: float


def mcnemar(b: int, c: int) -> McNemar:
    """Test ``b`` against ``c`` discordant pairs, two-sided; both p-values are 1 without discordant pairs."""
    _check(b, c)
    n, fewer = b + c, min(b, c)
    tail = float(bdtr(fewer, n, 0.5))
    exact = min(1.0, 2 * tail)
    mid = min(1.0, 2 * tail - _coin(fewer, n)) if n else 1.0
    return McNemar(exact, mid)


def mcnemar_one_sided_mid_p(broke: int, fixed: int) -> float:
    """Return the mid-p for "more broke than were fixed": P(X > broke) + P(X = broke)/2.

    X is Binomial(broke + fixed, 1/2). The result is 0.5 when nothing changed: no evidence in either direction.
    """
    _check(broke, fixed)
    n = broke + fixed
    return float(bdtrc(broke, n, 0.5)) + 0.5 * _coin(broke, n)


def _coin(k: int, n: int) -> float:
    """Return P(X = k) heads of n fair coins."""
    return float(np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) - n * np.log(2)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the adjusted p-values of Holm (1979), Scand. J. Statist. 6, 65-70, in the order given."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = (len(p) - np.arange(len(p))) * p[order]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(p) else steps
    return [float(x) for x in adjusted]


def _check(b: int, c: int) -> None:
    if b < 0 or c < 0:
        raise ValueError(f"counts of pairs cannot be negative, got {b} and {c}")
