"""Items that people have not settled: ties are not missing at random, so leaving them out would bias the estimate.

While ties are open, production is a range: from all of them negative to all of them positive. Once a random third of
them is adjudicated, their share stands for the rest. Simulated: leaving ties out was off by -1.5 to -4.3 points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from review.statistics.intervals import jeffreys
from review.statistics.quality.headline import Headline, Rates, headline
from review.statistics.quality.strata import Cell, StratumCounts
from review.statistics.quantity import Quantity

ENOUGH_SHARE = 1 / 3
"""The share of the ties, chosen at random, that must be adjudicated before it stands for the others."""
ENOUGH_TIES = 3
NARROW = 0.01
"""A range of at most one point is shown as one number, its middle."""


class RandomTies(NamedTuple):
    """All tied items, how many of a random part of them are adjudicated, and how many of these came out positive."""

    total: int = 0
    adjudicated: int = 0
    positive: int = 0

    @property
    def stand_for_all(self) -> bool:
        """Whether the adjudicated ties may stand for the open ones."""
        enough = self.adjudicated >= ENOUGH_TIES and self.adjudicated >= ENOUGH_SHARE * self.total
        return 0 < self.adjudicated and (enough or self.adjudicated == self.total)

    @property
    def still_needed(self) -> int:
        """How many more ties, taken in their random order, must be adjudicated for one number."""
        wanted = min(self.total, max(ENOUGH_TIES, math.ceil(ENOUGH_SHARE * self.total)))
        return max(0, wanted - self.adjudicated)


@dataclass(frozen=True)
class Settled:
    """The headline with the open ties accounted for.

    ``bounds`` is the estimate with all open ties negative and with all positive, None without open ties.
    ``headline.quantity`` is undefined while the bounds are more than a point apart and too few ties are adjudicated; its
    interval then runs from the lower limit of the one to the upper limit of the other.
    """

    headline: Headline
    bounds: tuple[float, float] | None = None
    open_ties: int = 0


def settled_headline(
    strata: Sequence[StratumCounts],
    *,
    ties: RandomTies | None = None,
    history: Mapping[str, Rates] | None = None,
    level: float = 0.95,
) -> Settled:
    """Estimate the share of positive conversations, open ties included.

    ``StratumCounts.open_ties`` counts the tied items without a decision by verdict cell. Without ``ties`` none counts as
    adjudicated at random.
    """
    open_ties = sum(sum(s.open_ties) for s in strata)
    if not open_ties:
        return Settled(headline(strata, history=history, level=level))
    none, all_ = (headline(filled(strata, r), history=history, level=level) for r in (0.0, 1.0))
    low, high = none.quantity, all_.quantity
    if low.value is None or high.value is None or low.ci is None or high.ci is None:
        return Settled(none, None, open_ties)
    bounds = (min(low.value, high.value), max(low.value, high.value))
    outer = (min(low.ci[0], high.ci[0]), max(low.ci[1], high.ci[1]))
    if ties is not None and ties.stand_for_all:
        return Settled(_with_share(strata, ties, history, level, outer), bounds, open_ties)
    if bounds[1] - bounds[0] <= NARROW:
        middle = replace(low, value=sum(bounds) / 2, ci=outer, method=f"{low.method}; bounds of the open ties")
        return Settled(replace(none, quantity=middle), bounds, open_ties)
    reason = (
        f"{open_ties} tied items are open: production is between {bounds[0]:.1%} and {bounds[1]:.1%}. "
        "Adjudicate a random third of them for one number"
    )
    return Settled(
        replace(none, quantity=Quantity(value=None, ci=outer, n=low.n, method=low.method, undefined=reason)),
        bounds,
        open_ties,
    )


def filled(strata: Sequence[StratumCounts], share: float) -> list[StratumCounts]:
    """Return the strata with every open tie labelled, ``share`` of each being positive."""
    found = []
    for s in strata:
        cells = [Cell(c.n + n, c.positive + n * share) for c, n in zip(s.cells, s.open_ties, strict=True)]
        found.append(
            replace(s, said_positive=cells[0], said_other=cells[1], said_nothing=cells[2], open_ties=(0, 0, 0))
        )
    return found


def _with_share(
    strata: Sequence[StratumCounts],
    ties: RandomTies,
    history: Mapping[str, Rates] | None,
    level: float,
    outer: tuple[float, float],
) -> Headline:
    """Let the adjudicated ties stand for the open ones; the interval carries the uncertainty of their share."""
    share = ties.positive / ties.adjudicated
    found = headline(filled(strata, share), history=history, level=level)
    q = found.quantity
    if q.value is None or q.ci is None:
        return found
    total = sum(s.size for s in strata if s.size > 0)
    weight = (
        sum(_weight(s) * s.size / total for s in strata if s.size > 0) if math.isfinite(total) else _weight(strata[0])
    )
    low, high = jeffreys(ties.positive, ties.adjudicated, level)
    below = math.hypot(q.value - q.ci[0], weight * (share - low))
    above = math.hypot(q.ci[1] - q.value, weight * (high - share))
    ci = (max(outer[0], q.value - below), min(outer[1], q.value + above))
    ci = (min(ci[0], q.value), max(ci[1], q.value))
    return replace(found, quantity=replace(q, ci=ci, method=f"{q.method}; ties by their adjudicated random part"))


def _weight(stratum: StratumCounts) -> float:
    """The part of the stratum's estimate that its open ties make up."""
    labelled = stratum.labelled.n + sum(stratum.open_ties)
    return sum(stratum.open_ties) / labelled if labelled else 0.0
