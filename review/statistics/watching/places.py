"""Which part of the traffic explains a rise: the one whose rise alone makes the figures most likely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WHOLE = 0.95
"""A part with more of the traffic than this is no part: it says no more than the total."""
ALIKE = 0.9
"""A part whose likelihood comes so near to the best one explains the rise as well."""
CLEARLY = 20.0
"""A pair must be so many times likelier than the best column, for each pair that was tried."""
ENOUGH_BEFORE, ENOUGH_EVENTS = 30, 5
"""A pair has so many trials in the baseline and events since."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One slice of the traffic while the figure was high.

    ``events`` of ``trials``, of which ``usual`` were expected. ``new``: it had no traffic in the baseline, which has
    ``before`` trials.
    """

    name: str
    value: str
    events: float
    trials: float
    usual: float
    new: bool = False
    before: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A slice that explains a rise, and the share of the excess that stands in it."""

    part: Part
    share: float


def explaining(parts: Sequence[Part], *, events: float, trials: float, usual: float) -> list[Explained]:
    """Return the slices that explain a rise better than the total does, the best first; none when it is everywhere.

    Each slice is scored by the likelihood ratio of a rise in it alone (a scan statistic; Kulldorff 1997, Commun.
    Statist. 26, 1481-1496). The total has one rise for all of the traffic.
    """
    whole, excess = _ratio(events, usual), events - usual
    if excess <= 0:
        return []
    scored = [
        (_ratio(p.events, p.usual), p)
        for p in parts
        if p.trials > 0 and p.events > p.usual and (p.new or p.trials <= WHOLE * trials)
    ]
    better = [(score, p) for score, p in scored if score > whole or (p.new and score >= ALIKE * whole)]
    best = max((score for score, _ in better), default=0.0)
    found = [
        Explained(part=p, share=min((p.events - p.usual) / excess, 1.0))
        for score, p in sorted(better, key=lambda one: (-one[0], one[1].name, one[1].value))
        if score >= ALIKE * best
    ]
    return found[:3]


def pair_explaining(pairs: Sequence[Part], singles: Sequence[Part], *, whole: Part) -> Explained | None:
    """Return the pair of columns that explains a rise clearly better than every single column and the total do.

    Each model has one rise, so their likelihood ratio is evidence by itself. Where a single column rose, some one of K
    pairs is 20 K times likelier by chance in at most 5% of cases (Markov's inequality, Bonferroni).
    """
    enough = [
        p
        for p in pairs
        if p.before >= ENOUGH_BEFORE and p.events >= ENOUGH_EVENTS and p.events > p.usual and p.trials > 0
    ]
    rival = max((_ratio(p.events, p.usual) for p in (whole, *singles)), default=0.0)
    tried = len([p for p in pairs if p.before >= ENOUGH_BEFORE])
    best = max(enough, key=lambda p: _ratio(p.events, p.usual), default=None)
    if best is None or _ratio(best.events, best.usual) < rival + math.log(CLEARLY * tried):
        return None
    excess = whole.events - whole.usual
    return Explained(part=best, share=min((best.events - best.usual) / excess, 1.0) if excess > 0 else 1.0)


def _ratio(events: float, usual: float) -> float:
    """Return the logarithm of the Poisson likelihood ratio of a rise from ``usual`` to ``events``."""
    if events <= usual or events <= 0:
        return 0.0
    floor = max(usual, 1e-9 * events)
    return events * math.log(events / floor) - (events - usual)
