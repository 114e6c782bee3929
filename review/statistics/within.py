"""The share of a part of production: of the repaired answers, say, those that are right.

How much of production belongs to that part is itself known from a sample alone. So both are drawn together: how many
conversations of each group belong to it, and the share of those; the limits are quantiles. The posterior of the share
has the quantiles of Clopper and Pearson; its one added conversation is shared by the groups as the part is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from review.statistics.quantity import Quantity

LEAST = 5
"""Reviewed conversations of the part below which nothing is said."""
METHOD = "weighted share of a part, both parts of it drawn"
LEVEL = 0.975
DRAWS = 4_000
SEED = 8
PRIOR = 0.5
"""Conversations of the part added to the groups together, as Jeffreys' prior adds to one."""
NONE_SEEN = 3.5
"""The variance that a limit of Clopper and Pearson grants to none seen: (3.7 / 1.96) squared."""


class Part(NamedTuple):
    """One group of a draw: N_h conversations, m_h labelled, how many of these belong to the part, and their hits.

    ``more`` is variance that the number of hits has besides that of a binomial.
    """

    population: int
    labelled: int
    members: int
    hits: int
    more: float = 0.0

    @property
    def weight(self) -> float:
        """How many conversations one labelled conversation stands for."""
        return self.population / self.labelled

    @property
    def whole(self) -> bool:
        """Whether every conversation of the group is labelled."""
        return self.labelled >= self.population


def share_within(groups: Sequence[Part], what: str) -> Quantity:
    """Return the share of hits in the part with its 95% interval; ``what`` names its conversations in the plural."""
    told = [g for g in groups if g.labelled]
    n = sum(g.members for g in told)
    if n < LEAST:
        return Quantity.missing(f"fewer than {LEAST} {what} were reviewed", n=n, method=METHOD)
    value = sum(g.weight * g.hits for g in told) / sum(g.weight * g.members for g in told)
    missed = [g._replace(hits=g.members - g.hits) for g in told]
    low, high = 1 - upper_limit(missed), upper_limit(told)
    return Quantity(value=value, ci=(min(low, value), max(high, value)), method=METHOD, n=n)


def upper_limit(groups: Sequence[Part]) -> float:
    """Return the limit of the share of hits that 97.5% of samples lie below. Some group has a member."""
    rng = np.random.default_rng(SEED)
    half_known = [g for g in groups if not g.whole]
    members = np.full(DRAWS, float(sum(g.members for g in groups if g.whole)))
    hits = np.full(DRAWS, float(sum(g.hits for g in groups if g.whole)))
    labelled = sum(g.labelled for g in half_known)
    mass = sum(g.weight * g.members for g in half_known)
    for g in half_known:
        n = g.population * rng.beta(g.members + PRIOR * g.labelled / labelled, g.labelled - g.members + PRIOR, DRAWS)
        members += n
        hits += n * _shares(rng, g, g.weight * g.members / mass if mass else 1.0)
    return float(np.quantile(hits / members, LEVEL))


def _shares(rng: np.random.Generator, g: Part, added: float) -> Any:
    """Return draws of the share of hits in one group. Of a group without a member it may be anything, so it is 1."""
    if g.hits == g.members:
        return np.ones(DRAWS)
    share = g.hits / g.members
    held = g.hits * (1 - share) + NONE_SEEN
    drawn = rng.beta(g.hits + added, g.members - g.hits, DRAWS)
    return np.clip(share + (drawn - share) * np.sqrt((held + g.more) / held), 0.0, 1.0)
