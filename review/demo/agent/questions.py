"""The cases of the agent's golden release: questions by seeded templates over the shop, with their reference SQL."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from review.demo.agent.plan import Scenario, scenarios
from review.demo.figures import Period
from review.demo.queries import Query
from review.demo.slots import pick

PER_SCENARIO = 25
CONSTRUCTED = (6, 6, 6, 6, 6, 6, 7, 7)
"""How many cases of each scenario the team made up. Users asked the others in production."""
MONTHS = 11
"""The whole months before today that questions are about. The month before the first of them is in the shop too."""
DAYS = "days"
"""The tag of a question about a span of days."""
SPAN = 7
EARLY, LATE = (2, 5), (13, 21)
"""The first days that a span may start on: both its ends lie within the first twelve days of the month, or neither."""


@dataclass(frozen=True, kw_only=True)
class ShopCase:
    """One question about the shop. ``constructed``: made up by the team. ``early``: within twelve days of a month."""

    id: str
    question: str
    scenario: str
    query: Query
    period: Period
    constructed: bool
    days: bool
    early: bool

    @property
    def reference(self) -> str:
        """The reference SQL."""
        return self.query.sql.format_map(self.period.slots)


def shop_cases(today: date, *, seed: int = 7) -> list[ShopCase]:
    """Return the 200 cases, as they are asked on the day ``today``: 25 of each scenario, each question once.

    The same seed gives the same kinds of questions on any day; the periods move with the day.
    """
    rng = np.random.default_rng([seed, 15])
    found: list[ShopCase] = []
    for number, scenario in enumerate(scenarios()):
        found += _of_scenario(rng, number, scenario, today)
    return found


def _of_scenario(rng: np.random.Generator, number: int, scenario: Scenario, today: date) -> list[ShopCase]:
    """Return the cases of one scenario; those about spans of days come first, and are made up as often as others."""
    made_up = set(rng.permutation(PER_SCENARIO)[: CONSTRUCTED[number]].tolist())
    asked: set[tuple[int, str, int]] = set()
    found = []
    for k in range(PER_SCENARIO):
        days, early = k < scenario.days, k < scenario.early
        while True:
            at = k % len(scenario.queries)
            query = scenario.queries[at]
            ask, back = pick(rng, query.asks), int(rng.integers(MONTHS))
            start = int(rng.integers(*(EARLY if early else LATE)))
            if (at, ask, back) not in asked:
                break
        asked.add((at, ask, back))
        period = span(today, back, start) if days else month(today, back)
        found.append(
            ShopCase(
                id=f"shop-{number + 1}{k + 1:02}",
                question=ask.format(period=period.words),
                scenario=scenario.name,
                query=query,
                period=period,
                constructed=k in made_up,
                days=days,
                early=early,
            )
        )
    return found


def month(today: date, back: int) -> Period:
    """Return the whole month ``back`` months before the last whole one, in words such as ``in March 2026``."""
    end = today.replace(day=1)
    start = _before(end)
    for _ in range(back):
        start, end = _before(start), start
    return Period(f"in {calendar.month_name[start.month]} {start.year}", start, end, today)


def span(today: date, back: int, first: int) -> Period:
    """Return a week from the day ``first`` of such a month, in words such as ``from 3 to 9 March 2026``."""
    start = month(today, back).start.replace(day=first)
    last = start + timedelta(days=SPAN - 1)
    words = f"from {start.day} to {last.day} {calendar.month_name[last.month]} {last.year}"
    return Period(words, start, last + timedelta(days=1), today)


def _before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)
