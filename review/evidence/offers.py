"""What a planned draw would give for other amounts of the reviewers' time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.evidence.forecast import ExpectedEstimate, expected_of
from review.sampling.allocate import DrawnStratum, Wishes, allocate
from review.sampling.draw import DrawResult
from review.sampling.strata import Group

ASSUMED = (0.02, 0.1, 0.3)
"""Shares for which a first draw is pictured: the width of an interval depends on the share, which nobody knows yet."""


@dataclass(frozen=True)
class Offer:
    """With ``minutes`` more of each reviewer, the week has ``items`` items and these estimates."""

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

    What earlier draws of the week took stays. Of wishes that give as many items the first is kept. Pure.
    """
    before = {s.name: s.sampled - len(result.added.get(s.name, ())) for s in result.strata}
    populations = {s.name: s.population for s in result.strata}
    found: list[Offer] = []
    for wish in wishes:
        plan = allocate(populations, wish, groups)
        if wish.budget is None or plan.notes:
            continue
        strata = [
            DrawnStratum(a.name, a.population, a.probability, max(round(a.expected), before[a.name]))
            for a in plan.strata
        ]
        items = sum(s.sampled for s in strata)
        if any(offer.items == items for offer in found):
            continue
        minutes = wish.budget.minutes_for(items - sum(before.values()))
        found.append(Offer(minutes, items, expected_of(strata, shares)))
    return found


def assumed(groups: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return shares to plan with while none is known: whatever the value, by its share in every group. Pure."""
    names = list(groups)
    return {f"a share of {share:.0%}": dict.fromkeys(names, share) for share in ASSUMED}
