"""The drop as people see it: they compare the answers of every case that changed, and of some that did not.

METHODS: all changed cases are labelled, and a random part of the unchanged ones whose answers differ. Where both
answers are the same there is nothing to compare, and the difference is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.statistics.calibration.mcnemar import mcnemar_one_sided_mid_p
from review.statistics.gate.decision import Decision
from review.statistics.quantity import Quantity
from review.statistics.tango import tango

SAMPLED = 40
"""Unchanged cases that people compare besides the changed ones."""
FEWEST = 20
"""With fewer of them, and more left, nothing is said about the unchanged cases."""


@dataclass(frozen=True, kw_only=True)
class AskedDrop:
    """What people say of the drop: positive when they prefer the baseline's answers.

    ``upper`` is the one-sided limit at 1 - alpha; ``p`` is McNemar's one-sided mid-p over all preferences.
    """

    drop: Quantity
    upper: float
    p: float
    preferred_baseline: int
    preferred_candidate: int

    def decision(self, *, margin: float, alpha: float) -> Decision:
        """Return the decision by the rule of the gate."""
        if self.drop.value is None:
            return "inconclusive"
        if self.drop.value > margin + 1e-12 and self.p <= alpha:
            return "fail"
        return "pass" if self.upper < margin else "inconclusive"


def asked_drop(
    changed: Sequence[int], sampled: Sequence[int], *, unchanged: int, n: int, alpha: float = 0.05
) -> AskedDrop:
    """Return the drop over ``n`` cases from preferences: 1 for the baseline's answer, -1 for the candidate's, else 0.

    ``changed`` has one for each changed case, ``sampled`` for a random part of the ``unchanged`` cases whose answers
    differ. drop = (sum of changed + unchanged * mean of sampled) / n; the limits are Tango's on the sampled counts,
    with the finite population correction, scaled by unchanged / n. Undefined with fewer than 20 of more sampled.
    """
    b, c = sum(d > 0 for d in sampled), sum(d < 0 for d in sampled)
    p = mcnemar_one_sided_mid_p(b + sum(d > 0 for d in changed), c + sum(d < 0 for d in changed))
    counts = {
        "preferred_baseline": b + sum(d > 0 for d in changed),
        "preferred_candidate": c + sum(d < 0 for d in changed),
    }
    if len(sampled) < min(FEWEST, unchanged):
        why = f"{len(sampled)} unchanged cases are compared, expected {min(FEWEST, unchanged)} or more"
        return AskedDrop(drop=Quantity.missing(why, n=n), upper=1.0, p=p, **counts)
    known = sum(changed) / n
    low, high, upper = known, known, known
    value = known
    if unchanged:
        share, m = unchanged / n, len(sampled)
        value += share * (b - c) / m
        if m < unchanged:
            free = 1 - m / unchanged
            ends = tango(b / free, c / free, m / free, 0.95)
            low, high = known + share * ends[0], known + share * ends[1]
            upper = known + share * tango(b / free, c / free, m / free, 1 - 2 * alpha)[1]
        else:
            low = high = upper = value
    drop = Quantity(value=value, ci=(low, high), method="people on changed and sampled unchanged cases", n=n)
    return AskedDrop(drop=drop, upper=upper, p=p, **counts)
