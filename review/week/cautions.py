"""What somebody who draws a week should know: groups of which nothing is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence

from review.basics.words import counted, percent
from review.sampling.allocate import DrawnStratum

ENOUGH = 4
"""How many items a proposed rate would give from a group of which nothing is drawn."""


def undrawn(strata: Sequence[DrawnStratum]) -> list[str]:
    """Return a sentence for each group that has conversations, none of which is drawn."""
    total = sum(s.population for s in strata)
    return [
        f"Nothing is drawn from the group '{s.name}': {percent(s.probability)} of its "
        f"{counted(s.population, 'conversation')} came to none. Figures will say nothing "
        f"about it, {percent(s.population / total)} of the week. "
        f"A rate of {_rate(s.population)} would give about {min(ENOUGH, s.population)}."
        for s in strata
        if s.population and not s.sampled
    ]


def _rate(population: int) -> str:
    """Return a rate in percent, rounded up to one decimal, at which about ``ENOUGH`` are drawn."""
    return f"{math.ceil(1000 * min(1.0, ENOUGH / population)) / 10:g}%"
