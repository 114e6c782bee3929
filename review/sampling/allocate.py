"""Decide how many to draw from each group: from populations and wishes to probabilities. Pure.

The rate is the floor in every group: pi_h >= rate. A cap raises a group above it, to all or to a number n; then exactly
n are drawn (the n smallest keys) and pi_h = n/N_h. At the rate itself each conversation is chosen by its own key, so
n_h varies around rate * N_h. In both cases the conversations with the smallest keys of their stratum are drawn, so a
later, larger draw contains the earlier one; and estimates weigh by N_h/m_h, which is right for both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from review.basics.errors import InputError, Refused
from review.sampling.key import threshold
from review.sampling.strata import REST, Cap, Group

SECONDS_PER_ITEM = 60.0


class DrawnStratum(NamedTuple):
    """One stratum of a draw: population N_h, inclusion probability pi_h, number drawn n_h."""

    name: str
    population: int
    probability: float
    sampled: int


@dataclass(frozen=True)
class Budget:
    """What people have time for: ``minutes`` per person, ``raters`` people, ``seconds`` per judgement of one item.

    ``overlap`` is the share of items that ``overlap_raters`` people judge (None: all of them); one judges each other.
    """

    minutes: float
    raters: int = 1
    seconds: float = SECONDS_PER_ITEM
    overlap: float = 0.0
    overlap_raters: int | None = None

    def __post_init__(self) -> None:
        for name, found in (("minutes", self.minutes), ("raters", self.raters), ("seconds per item", self.seconds)):
            if not (math.isfinite(found) and found > 0):
                raise InputError(f"budget: found {name} = {found!r}, expected a number above 0.")

    @property
    def ratings_per_item(self) -> float:
        """Judgements that one item needs on average."""
        several = min(self.overlap_raters or self.raters, self.raters)
        return 1 + self.overlap * (several - 1)

    @property
    def items(self) -> int:
        """Items that all people together can finish."""
        return math.floor(self.minutes * 60 * self.raters / self.seconds / self.ratings_per_item)

    def minutes_for(self, items: float) -> float:
        """Minutes per person for this many items."""
        return items * self.ratings_per_item * self.seconds / 60 / self.raters


@dataclass(frozen=True)
class Wishes:
    """The wishes for a draw: its rate, caps by group (a group that is not named keeps its own), and the budget."""

    rate: float
    caps: Mapping[str, Cap] = field(default_factory=dict)
    budget: Budget | None = None

    def __post_init__(self) -> None:
        threshold(self.rate)
        for name, cap in self.caps.items():
            if cap != "all" and (isinstance(cap, bool) or not isinstance(cap, int) or cap < 1):
                raise InputError(f"{name}: found {cap!r}, expected 'all' or a whole number of at least 1.")


@dataclass(frozen=True)
class Allocation:
    """What to draw from one stratum: exactly ``count`` of ``population``, or each by its key at ``probability``."""

    name: str
    population: int
    probability: float
    count: int | None = None

    @property
    def expected(self) -> float:
        """The number of items to expect."""
        return self.population * self.probability if self.count is None else self.count

    @property
    def least(self) -> int:
        """The fewest ids to draw from: all of a stratum that is taken whole, the exact count, else none."""
        return self.population if self.probability >= 1 else self.count or 0


@dataclass(frozen=True)
class DrawPlan:
    """What to draw from every stratum, and notes for the person who draws."""

    strata: tuple[Allocation, ...]
    notes: tuple[str, ...] = ()


def allocate(populations: Mapping[str, int], wishes: Wishes, groups: Sequence[Group]) -> DrawPlan:
    """Return pi_h for every stratum, in the order of ``populations`` (name -> N_h, distinct ids).

    Without a budget each group gets the cap that was asked for, else its own, and never less than the rate and its
    share. With a budget, the rate, the shares and the caps that were asked for stay; then the groups' own caps are
    filled in order while the budget lasts, and the remainder goes to the rest. Raises InputError for a cap on a stratum
    that does not exist.
    """
    unknown = [name for name in wishes.caps if name not in populations]
    if unknown:
        raise InputError(f"cap: found group {unknown[0]!r}, expected one of {', '.join(populations)}.")
    shares = {g.name: g.share for g in groups}
    floor = {name: Allocation(name, n, max(wishes.rate, shares.get(name, 0.0))) for name, n in populations.items()}
    asked = {name: _raised(floor[name], cap) for name, cap in wishes.caps.items()}
    own = {g.name: g.cap for g in groups if g.cap is not None and g.name not in asked}
    if wishes.budget is None:
        raised = {name: _raised(floor[name], cap) for name, cap in own.items()}
        return DrawPlan(tuple((floor | asked | raised).values()))
    return _within(floor | asked, own, wishes.budget, rest_is_free=REST not in asked)


def raised(previous: Sequence[DrawnStratum], plan: DrawPlan, asked: Mapping[str, Cap]) -> DrawPlan:
    """Return the plan of a later draw of the week: no rate falls, and the populations are those of the sealed frame.

    Raises Refused for a cap that is lower than before.
    """
    before = {s.name: s for s in previous}
    strata = []
    for new in plan.strata:
        old = before[new.name]
        sealed = _resized(new, old.population)
        if sealed.probability < old.probability and new.name in asked:
            raise Refused(
                f"{new.name}: found {asked[new.name]!r}, which is {sealed.probability:.4g} of {old.population:,}; "
                f"the week was drawn at {old.probability:.4g}. A later draw can only raise this."
            )
        # A default cap or the budget lowers nothing; the number drawn so far is exact.
        kept = Allocation(new.name, old.population, old.probability, old.sampled)
        strata.append(sealed if sealed.probability > old.probability else kept)
    return DrawPlan(tuple(strata), plan.notes)


def refuse_lower(rate: float, previous: float) -> None:
    """Raise Refused when a later draw asks for a lower rate than the week was drawn at."""
    if rate < previous:
        raise Refused(
            f"rate: found {rate:g}, but the week was drawn at {previous:g}. A later draw can only raise the rate."
        )


def _raised(floor: Allocation, cap: Cap) -> Allocation:
    if cap == "all" or cap >= floor.population:
        return replace(floor, probability=1.0, count=None)
    share = cap / floor.population
    return replace(floor, probability=share, count=cap) if share > floor.probability else floor


def _resized(allocation: Allocation, population: int) -> Allocation:
    if allocation.count is None:
        return replace(allocation, population=population)
    return _raised(Allocation(allocation.name, population, 2.0**-32), allocation.count)


def _within(base: dict[str, Allocation], own: dict[str, Cap], budget: Budget, *, rest_is_free: bool) -> DrawPlan:
    left = budget.items - sum(a.expected for a in base.values())
    strata = dict(base)
    if left < 0:
        needed = budget.minutes_for(budget.items - left)
        return DrawPlan(
            tuple(strata.values()),
            (
                f"The rate and the groups asked for give about {budget.items - left:,.0f} items, {needed:,.0f} minutes "
                f"per person; the budget of {budget.minutes:g} minutes covers {budget.items:,}. The draw keeps the "
                "rate and exceeds the budget.",
            ),
        )
    order = [*own, *([REST] if rest_is_free and REST in base else [])]
    for name in order:
        # Sums of expected counts carry rounding errors.
        reach = math.floor(left + strata[name].expected + 1e-9)
        cap = own.get(name, "all")
        wanted = min(strata[name].population if cap == "all" else cap, reach)
        grown = _raised(strata[name], wanted) if wanted >= 1 else strata[name]
        left -= grown.expected - strata[name].expected
        strata[name] = grown
    return DrawPlan(tuple(strata.values()))
