"""What the labels prove by themselves. No estimate and no limit may contradict them."""

from __future__ import annotations

from collections.abc import Sequence

from review.statistics.quality.strata import StratumCounts


def proven(strata: Sequence[StratumCounts]) -> tuple[float, float]:
    """Return [K/N, 1 - (M - K)/N]: K known positives among M labels on N conversations.

    Where the population is unknown, N counts the known conversations. Without any it is [0, 1].
    """
    total = sum(s.rows if s.population is None else s.population for s in strata)
    if not total:
        return 0.0, 1.0
    known = sum(s.labelled.positive for s in strata)
    negative = sum(s.labelled.n for s in strata) - known
    return known / total, 1 - negative / total


def consistent(
    value: float, low: float, high: float, strata: Sequence[StratumCounts]
) -> tuple[float, tuple[float, float]]:
    """Move an estimate and its limits into what the labels prove; the limits hold the estimate.

    The limits move with the estimate and keep their distances to it. Limits that stayed behind would be cut to a point
    where the judge contradicts the labels, as if nothing were uncertain there. Where the population is unknown and
    every conversation is labelled, the labels are a sample of something longer and prove nothing about it, so there the
    limits are only kept within [0, 1].
    """
    floor, ceiling = proven(strata)
    kept = min(max(value, floor), ceiling)
    low, high = kept - (value - low), kept + (high - value)
    if any(s.population is None for s in strata) and all(s.labelled.n == s.rows for s in strata):
        floor, ceiling = 0.0, 1.0
    return kept, (min(max(low, floor), kept), max(min(high, ceiling), kept))
