"""What a planned draw would give for other amounts of the reviewers' time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.evidence.forecast import ExpectedEstimate, expected_of
from review.sampling.allocate import DrawnStratum, Wishes, allocate
from review.sampling.draw import DrawResult
from review.sampling.strata import Group


@dataclass(frozen=True)
class Offer:
    """With ``minutes`` of each reviewer, the week has ``items`` items and these estimates."""

    minutes: float
    items: int
    expected: tuple[ExpectedEstimate, ...]


def offers(
    result: DrawResult,
    wishes: Sequence[Wishes],
    groups: Sequence[Group],
    shares: Mapping[str, Mapping[str, float]],
) -> list[Offer]:
    """Return an offer for each of the wishes, which have budgets. Those that exceed their budget are left out.

    What earlier draws of the week took stays. Pure.
    """
    before = {s.name: s.sampled - len(result.added.get(s.name, ())) for s in result.strata}
    populations = {s.name: s.population for s in result.strata}
    found = []
    for wish in wishes:
        plan = allocate(populations, wish, groups)
        if wish.budget is None or plan.notes:
            continue
        strata = [
            DrawnStratum(a.name, a.population, a.probability, max(round(a.expected), before[a.name]))
            for a in plan.strata
        ]
        found.append(Offer(wish.budget.minutes, sum(s.sampled for s in strata), expected_of(strata, shares)))
    return found
