"""Tied items without a decision: they are not missing at random, so leaving them out would bias the estimate.

While ties are open, production is a range: from all of them negative to all of them positive. Once a random third of
them is adjudicated, their share stands for the rest. Simulated in tests/bench/headline_coverage.py; leaving ties out
was off by -1.5 to -4.3 points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from review.statistics.intervals import jeffreys
from review.statistics.quality.headline import Headline, Rates, headline
from review.statistics.quality.strata import Cell, StratumCounts, shares
from review.statistics.quantity import Quantity

ENOUGH_SHARE = 1 / 3
"""The share of the ties, chosen at random, that must be adjudicated before it stands for the others."""
ENOUGH_TIES = 3
NARROW = 0.01
"""A range of at most one point is shown as one number, its middle."""


class RandomTies(NamedTuple):
    """All tied items, and those of them that are adjudicated.

    ``adjudicated`` counts a random part: the first ones of a random order, without a gap; ``positive`` of them came out
    positive. ``others`` were adjudicated out of that order, ``others_positive`` of them as positive.
    """

    total: int = 0
    adjudicated: int = 0
    positive: int = 0
    others: int = 0
    others_positive: int = 0

    @property
    def stand_for_all(self) -> bool:
        """Whether the adjudicated ties may stand for the open ones."""
        return self.adjudicated > 0 and self.still_needed == 0

    @property
    def still_needed(self) -> int:
        """How many more ties, taken in their random order, must be adjudicated for one number."""
        wanted = min(self.total, max(ENOUGH_TIES, math.ceil(ENOUGH_SHARE * self.total)))
        return max(0, wanted - self.adjudicated)

    def share_of_open(self, share: float) -> float:
        """Return the share of positives among the open ties when ``share`` of all but the random part is positive.

        What was adjudicated out of order may be unlike the rest, so it is subtracted and never extrapolated.
        """
        left = self.total - self.adjudicated
        open_ = left - self.others
        return min(max((left * share - self.others_positive) / open_, 0.0), 1.0) if open_ else 0.0


@dataclass(frozen=True)
class TiedHeadline:
    """The headline with the open ties accounted for.

    ``bounds`` is the estimate with all open ties negative and with all positive, None without open ties.
    ``headline.quantity`` is undefined while the bounds are more than a point apart and too few ties are adjudicated;
    its interval then runs from the lower limit of the one to the upper limit of the other.
    """

    headline: Headline
    bounds: tuple[float, float] | None = None


def headline_with_ties(
    strata: Sequence[StratumCounts],
    *,
    ties: RandomTies | None = None,
    history: Mapping[str, Rates] | None = None,
    level: float = 0.95,
) -> TiedHeadline:
    """Estimate the share of positive conversations, open ties (``StratumCounts.open_ties``) included.

    Without ``ties`` none counts as adjudicated at random.
    """
    open_ties = sum(sum(s.open_ties) for s in strata)
    labelled = sum(s.labelled.n for s in strata)
    if not open_ties:
        return TiedHeadline(_of_labels(headline(filled(strata, 0), history=history, level=level), labelled))
    none, every = (headline(filled(strata, r), history=history, level=level) for r in (0.0, 1.0))
    low, high = none.quantity, every.quantity
    if low.value is None or high.value is None or low.ci is None or high.ci is None:
        return TiedHeadline(none)
    bounds = (min(low.value, high.value), max(low.value, high.value))
    outer = (min(low.ci[0], high.ci[0]), max(low.ci[1], high.ci[1]))
    if ties is not None and ties.stand_for_all:
        return TiedHeadline(_with_share(strata, ties, history, level, outer), bounds)
    method = f"{low.method}; open ties both ways"
    if bounds[1] - bounds[0] <= NARROW:
        middle = replace(low, value=sum(bounds) / 2, ci=outer, method=method, n=labelled)
        return TiedHeadline(replace(none, quantity=middle), bounds)
    needed = (ties or RandomTies(open_ties)).still_needed
    unknown = Quantity(value=None, ci=outer, n=labelled, method=method, undefined=_reason(open_ties, needed))
    return TiedHeadline(replace(none, quantity=unknown), bounds)


def filled(strata: Sequence[StratumCounts], share: float) -> list[StratumCounts]:
    """Return the strata with every tie labelled; ``share`` of each open one is positive."""
    found, none = [], (0, 0, 0)
    for s in strata:
        first, second, third = (
            Cell(c.n + n + other, c.positive + n * share)
            for c, n, other in zip(s.cells, s.open_ties, s.other_ties, strict=True)
        )
        found.append(
            replace(s, said_positive=first, said_other=second, said_nothing=third, open_ties=none, other_ties=none)
        )
    return found


def _of_labels(found: Headline, labelled: int) -> Headline:
    """Return the headline with the number of labels behind it, without the ties that were filled in."""
    return replace(found, quantity=replace(found.quantity, n=labelled))


def _with_share(
    strata: Sequence[StratumCounts],
    ties: RandomTies,
    history: Mapping[str, Rates] | None,
    level: float,
    outer: tuple[float, float],
) -> Headline:
    """Let the adjudicated ties stand for the open ones; the interval carries the uncertainty of their share."""
    share = ties.positive / ties.adjudicated
    limits = jeffreys(ties.positive, ties.adjudicated, level)
    low, middle, high = (ties.share_of_open(r) for r in (limits[0], share, limits[1]))
    found = headline(filled(strata, middle), history=history, level=level)
    q = found.quantity
    if q.value is None or q.ci is None:
        return found
    weight = sum(w * _part(s) for w, s in zip(shares(strata), strata, strict=True) if s.size > 0)
    below = math.hypot(q.value - q.ci[0], weight * (middle - low))
    above = math.hypot(q.ci[1] - q.value, weight * (high - middle))
    ci = (max(outer[0], q.value - below), min(outer[1], q.value + above))
    ci = (min(ci[0], q.value), max(ci[1], q.value))
    n = sum(s.labelled.n for s in strata)
    return replace(found, quantity=replace(q, ci=ci, n=n, method=f"{q.method}; ties by their adjudicated random part"))


def _part(stratum: StratumCounts) -> float:
    """Return the part of the stratum's estimate that its open ties make up."""
    labelled = stratum.labelled.n + sum(stratum.open_ties) + sum(stratum.other_ties)
    return sum(stratum.open_ties) / labelled if labelled else 0.0


def _reason(open_ties: int, needed: int) -> str:
    settle = f"settle {needed} of them, chosen at random," if needed < open_ties else "settle them"
    were = "tie is" if open_ties == 1 else f"{open_ties} ties are"
    return f"{were} open, and the share depends on them; {settle} for one number"
