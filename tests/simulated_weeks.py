"""Simulated weeks of the whole product, one after the other, each compared with the truth.

The reference agent serves production with hidden faults; versions are run, gated and approved, and claim fixes that
production proves or reopens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from simulated_agent import DAYS, JOINS, product_of, traffic, versions
from simulated_team import (
    MODES,
    PLAN,
    Plan,
    Truth,
    WeekFound,
    before,
    mode_of,
    new_team,
    until_monday_after,
    work_through,
)

from review.basics.clock import shifted
from review.basics.weeks import week_of
from review.demo.agent.plan import AgentVersion
from review.demo.agent.questions import PER_SCENARIO, shop_cases
from review.demo.agent.story import prepare, ship
from review.demo.shop import FILE as SHOP
from review.demo.shop import build_shop, open_shop
from review.demo.team import CURATOR
from review.experiments.runs.fixes_run import runs_of_claims
from review.failures.followup import claim_fix, followed
from review.settings.project import project_of
from review.statistics.fixes import CAME_BACK, LEFT, SOME_LEFT
from storage.store import Store

TODAY = date(2026, 10, 19)
"""The day after the last of twelve weeks."""
PART = 0.5
SIZE = 1_500
STANDING = 0.01
"""A fault in a larger share of production than this has returned."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """What happens before which week; weeks are numbered from 1.

    ``ships`` is the version that the team wants to ship: the gate decides. ``claims`` are the faults that it then
    claims to have fixed. ``past`` is a version that serves a share of the week's traffic although nobody ran it.
    """

    first: str = "v1"
    ships: Mapping[int, str] = field(default_factory=dict)
    claims: Mapping[int, Sequence[str]] = field(default_factory=dict)
    past: Mapping[int, tuple[str, float]] = field(default_factory=dict)

    def versions(self, part: float) -> list[AgentVersion]:
        """Return the versions that occur, for so large a part of the cases."""
        named = {self.first, *self.ships.values(), *(v for v, _ in self.past.values())}
        return [v for v in versions(part) if v.id in named]


STORY = Schedule(
    ships={3: "v2", 6: "v3", 8: "v4", 10: "v5"},
    claims={3: [JOINS], 6: [DAYS], 10: [DAYS]},
    past={11: ("v6", 0.3)},
)
"""Twelve weeks. The claim of v3 is wrong: more than a third of these faults is left. The gate stops v4."""


@dataclass(frozen=True, kw_only=True)
class WeekTold:
    """One week: the versions that served, the true share of right answers and its estimate, and the claimed fixes.

    ``states`` is what the product says of the latest claim on each fault; ``returned`` are the faults that truly are
    back, or were never gone.
    """

    week: str
    serving: Mapping[str, float]
    truth: float
    found: WeekFound
    states: Mapping[str, str]
    gate: str
    returned: set[str]

    @property
    def event(self) -> str:
        """What happened before the week: a version shipped, was stopped, or went past the gate."""
        return self.gate or "".join(f"{v}: no gate" for v, share in self.serving.items() if share < PART)

    @property
    def estimate(self) -> float:
        """The estimated share of right answers."""
        return 1 - (self.found.wrong.value or 0.0)

    @property
    def limits(self) -> tuple[float, float]:
        """The interval of the share of right answers."""
        low, high = self.found.wrong.ci or (0.0, 1.0)
        return 1 - high, 1 - low

    @property
    def unnoticed(self) -> list[str]:
        """The faults that are back, or never went away, and the product does not even say that some are left."""
        return sorted(f for f in self.returned if self.states[f] not in (CAME_BACK, SOME_LEFT))

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return self.limits[0] <= self.truth <= self.limits[1]


def simulated(
    folder: Path,
    schedule: Schedule = STORY,
    *,
    weeks: int = 12,
    seed: int = 1,
    size: int = SIZE,
    per_scenario: int = PER_SCENARIO,
    plan: Plan = PLAN,
) -> Iterator[WeekTold]:
    """Yield the weeks one after the other. The same arguments give the same figures.

    ``size`` is the number of conversations of a week, ``per_scenario`` that of questions and golden cases.
    """
    build_shop(folder / SHOP, until=TODAY)
    golden, asked = (
        [case for case in shop_cases(TODAY, seed=s) if int(case.id[-2:]) <= per_scenario] for s in (7, seed + 100)
    )
    served = schedule.versions(per_scenario / PER_SCENARIO)
    with open_shop(folder / SHOP) as shop:
        product = product_of(asked, shop, served, seed=seed)
    store = new_team(folder)
    names = [week_of(datetime.combine(TODAY - timedelta(weeks=k), time(), UTC)) for k in range(weeks, 0, -1)]
    shares, in_force = FaultShares(), schedule.first
    with before(names[0]):
        prepare(store, golden, served)
        ship(store, served[0])
    for number, week in enumerate(names, start=1):
        wanted, gate = schedule.ships.get(number, ""), ""
        with before(week):
            if wanted:
                passed = ship(store, next(v for v in served if v.id == wanted))
                in_force, gate = (wanted, f"{wanted} ships") if passed else (in_force, f"{wanted} is stopped")
            if in_force == wanted:
                for fault in schedule.claims.get(number, ()):
                    mode = mode_of(store, fault).id
                    claim_fix(store, project_of(store.path), mode, version=wanted, week=week, by=CURATOR)
        extra, share = schedule.past.get(number, ("", 0.0))
        serving = {in_force: 1 - share, extra: share} if extra else {in_force: 1.0}
        truth = traffic(product, asked, week, serving=serving, size=size, seed=seed)
        with shifted(until_monday_after(week)):
            yield _lived(store, week, truth, serving=serving, gate=gate, shares=shares, plan=plan, seed=seed)
    store.close()


@dataclass
class FaultShares:
    """The true share of each fault in production, by week, and in which week which version claimed to fix it."""

    by_week: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, week: str, truth: Truth) -> None:
        """Count the faults of a week."""
        kinds = Counter(c.fault for c in truth.values())
        self.by_week[week] = {fault: kinds[fault] / len(truth) for fault in MODES}

    def is_there(self, fault: str, week: str, claimed: str) -> bool:
        """Whether more of a fault is left in a week than a fix may leave of its share before the claim."""
        before = [shares[fault] for name, shares in self.by_week.items() if name < claimed][-4:]
        return self.by_week[week][fault] > max(STANDING, LEFT * sum(before) / len(before))


def _lived(
    store: Store, week: str, truth: Truth, *, serving: Mapping[str, float], gate: str, shares: FaultShares,
    plan: Plan, seed: int,
) -> WeekTold:  # fmt: skip
    """Let the team work through a week, and compare what the product says with the truth."""
    shares.add(week, truth)
    found = work_through(store, week, truth, plan=plan, seed=seed)
    project = project_of(store.path)
    claims = {one.title: one for one in reversed(followed(store, project, runs=runs_of_claims(store, project)))}
    states = {fault: claims[title].state for fault, title in MODES.items() if title in claims}
    right = sum(c.truth["correctness"] == "correct" for c in truth.values()) / len(truth)
    return WeekTold(
        week=week,
        serving=serving,
        truth=right,
        found=found,
        states=states,
        gate=gate,
        returned={f for f in states if shares.is_there(f, week, claims[MODES[f]].claim.week)},
    )


HEAD = (
    "| week | serving | right, true | estimated | covered | items, settled | tasks, edge cases | claimed fixes | "
    "gate |\n"
    f"|{'---|' * 9}"
)


def row_of(one: WeekTold) -> str:
    """Return a week as a row of the table."""
    served = ", ".join(v if share == 1 else f"{v} {share:.0%}" for v, share in one.serving.items())
    low, high = one.limits
    states = "; ".join(f"{fault}: {state}" for fault, state in one.states.items())
    cells = (
        one.week,
        served,
        f"{one.truth:.1%}",
        f"{one.estimate:.1%} [{low:.1%}, {high:.1%}]",
        "yes" if one.covered else "NO",
        f"{one.found.items}, {one.found.settled}",
        f"{one.found.tasks}, {one.found.edge_cases}",
        states + "".join(f" (UNNOTICED: {f})" for f in one.unnoticed),
        one.gate,
    )
    return f"| {' | '.join(cells)} |"


def summary(weeks: Sequence[WeekTold]) -> str:
    """Return how often the intervals held the truth, and how many returned faults the product named."""
    there = sum(len(one.returned) for one in weeks)
    missed = sum(len(one.unnoticed) for one in weeks)
    left = sum(one.states[f] == SOME_LEFT for one in weeks for f in one.returned)
    wrongly = sum(one.states[f] == CAME_BACK and f not in one.returned for one in weeks for f in one.states)
    return (
        f"covered {sum(one.covered for one in weeks)} of {len(weeks)}; a fault that a version claims to fix was in "
        f"production in {there} weeks, unnoticed in {missed}, said to be left in {left}; reopened although little was "
        f"left of it in {wrongly}; "
        f"left untriaged in {sum(bool(one.found.left) for one in weeks)} weeks."
    )
