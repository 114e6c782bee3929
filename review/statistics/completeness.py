"""How complete a list of failure modes is: the share of production failures whose mode nobody has named yet.

Weighted Good-Turing: a mode seen once in the whole sample stands for what was not seen. A failure with weight w speaks
for w - 1 others (METHODS-DETAIL 8); the plain share of singletons describes the sample and not production.

The limit is a quantile over what is not known: how many failures each group has, which a handful of reviewed failures
says poorly, and the part of them that is of unnamed modes. With the first taken as known, the limit held the truth in
79% to 92% of simulations with three failures of the groups that are not fully reviewed
(``tests/bench/completeness_coverage.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from review.statistics.quantity import Quantity

LEAST = 10
"""Labelled failures below which nothing is said."""
LEAST_OPEN = 3
"""The same for those of groups that are not fully labelled: they alone tell of what was not seen."""
METHOD = "weighted Good-Turing, upper limit"
LEVEL = 0.975
DRAWS = 4_000
SEED = 8
PRIOR = 0.5
"""Failures added to the groups together, as Jeffreys' prior adds to one."""
NONE_SEEN = 3.5
"""The variance that a limit of Clopper and Pearson grants to none seen: (3.7 / 1.96) squared."""


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
    single = [sum(seen[mode] == 1 for mode in g.modes) for g in half_known]
    double = [sum(seen[mode] == 2 for mode in g.modes) for g in half_known]
    known = float(sum(len(g.modes) for g in groups if g.labelled >= g.population))
    weights = np.array([g.population / g.labelled for g in half_known])
    total = known + float(weights @ [len(g.modes) for g in half_known])
    value = float((weights - 1) @ single) / total
    return Quantity(value=value, ci=(0.0, max(_limit(half_known, single, double, known), value)), method=METHOD, n=n)


def _limit(groups: Sequence[LabelledFailures], single: Sequence[int], double: Sequence[int], known: float) -> float:
    """Return the upper limit of the share of failures of unnamed modes.

    ``groups`` are those not fully labelled, ``single`` and ``double`` their failures of modes seen once and twice,
    ``known`` the failures of the others. The part of unnamed modes has the posterior whose quantile is the limit of
    Clopper and Pearson, wider by the variance that modes seen twice add (Esty 1983, Annals of Statistics 11). Its one
    added failure is shared by the groups as their failures are. Of a group without a failure nothing is known but how
    many it may have.
    """
    rng = np.random.default_rng(SEED)
    labelled = sum(g.labelled for g in groups)
    mass = [g.population / g.labelled * len(g.modes) for g in groups]
    failed, unnamed = np.zeros(DRAWS), np.zeros(DRAWS)
    for g, once, twice, share in zip(groups, single, double, np.array(mass) / sum(mass), strict=True):
        k = len(g.modes)
        n = g.population * rng.beta(k + PRIOR * g.labelled / labelled, g.labelled - k + PRIOR, DRAWS)
        part = np.ones(DRAWS)
        if once < k:
            held = once * (1 - once / k) + NONE_SEEN
            part = rng.beta(once + share, k - once, DRAWS)
            part = np.clip(once / k + (part - once / k) * np.sqrt((held + twice) / held), 0.0, 1.0)
        failed += n
        unnamed += n * part
    return float(np.quantile(unnamed / (known + failed), LEVEL))
