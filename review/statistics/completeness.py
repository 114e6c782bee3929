"""How complete a list of failure modes is: the share of production failures whose mode nobody has named yet.

Weighted Good-Turing: a mode seen once in the whole sample stands for what was not seen. A failure with weight w speaks
for w - 1 others (METHODS-DETAIL 8); the plain share of singletons describes the sample and not production.

The limit is a quantile over what is not known: how many failures each group has, which a handful of reviewed failures
says poorly, and the share of them that is of unnamed modes. With the first taken as known, the limit held the truth in
79% to 92% of simulations with three failures of the groups that are not fully reviewed
(``tests/bench/completeness_coverage.py``). Modes seen twice add to the variance (Esty 1983, Annals of Statistics 11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from review.statistics.quantity import Quantity
from review.statistics.within import Part, upper_limit

LEAST = 10
"""Labelled failures below which nothing is said."""
LEAST_OPEN = 3
"""The same for those of groups that are not fully labelled: they alone tell of what was not seen."""
METHOD = "weighted Good-Turing, upper limit"


class LabelledFailures(NamedTuple):
    """The labelled failures of one group of the draw: N_h conversations, m_h labelled, and the mode of each failure."""

    population: int
    labelled: int
    modes: Sequence[str]


def unnamed_share(groups: Sequence[LabelledFailures]) -> Quantity:
    """Return the share of production failures of unnamed modes, with the limit 97.5% of samples lie below.

    Only the upper limit is of use: two-sided limits held the truth in 47% to 81% of simulations, so the interval begins
    at 0. Undefined below ten labelled failures, and below three of groups that are not fully labelled.
    """
    n = sum(len(g.modes) for g in groups)
    if n < LEAST:
        return Quantity.missing(f"fewer than {LEAST} reviewed failures have a mode", n=n, method=METHOD)
    half_known = [g for g in groups if 0 < g.labelled < g.population]
    told = sum(len(g.modes) for g in half_known)
    if not told and all(g.labelled >= g.population for g in groups if g.population):
        return Quantity.missing("every group with failures is fully reviewed", n=n, method=METHOD)
    if told < LEAST_OPEN:
        reason = f"fewer than {LEAST_OPEN} failures were reviewed of the groups that are not fully reviewed"
        return Quantity.missing(reason, n=n, method=METHOD)
    seen = Counter(mode for g in groups for mode in g.modes)
    parts = [
        Part(
            population=g.population,
            labelled=g.labelled,
            members=len(g.modes),
            hits=sum(seen[mode] == 1 for mode in g.modes) if g in half_known else 0,
            more=sum(seen[mode] == 2 for mode in g.modes),
        )
        for g in groups
        if g.labelled
    ]
    value = sum((p.weight - 1) * p.hits for p in parts) / sum(p.weight * p.members for p in parts)
    return Quantity(value=value, ci=(0.0, max(upper_limit(parts), value)), method=METHOD, n=n)
