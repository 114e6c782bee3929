"""Declare and read data/agent.toml: the scenarios of the cases, and the versions with what they get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from review.demo.data_files import tables
from review.demo.queries import QUERIES, Query
from review.demo.shop_tables import RELATIONS, TABLES, create_statement, described

FILE = "agent.toml"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A scenario of the cases: its questions, and how many of its cases are about a span of days, and early ones."""

    name: str
    queries: tuple[Query, ...]
    days: int = 0
    early: int = 0


@dataclass(frozen=True, kw_only=True)
class AgentVersion:
    """A version of the agent, and how often it goes wrong.

    ``others`` and ``days`` are numbers of wrong cases; ``odd`` of ``others`` are easy ones, from the place ``odd_from``
    on. ``stumbles`` is a share of right answers. ``swaps``: the version writes spans of days as year, day, month.
    """

    id: str
    description: str
    rounds: int
    others: int
    days: int
    prompt: str
    parent: str = ""
    stumbles: float = 0.0
    odd: int = 0
    odd_from: int = 0
    swaps: bool = False

    @property
    def whole_prompt(self) -> str:
        """The prompt with what the version knows about the tables."""
        return (
            self.prompt.replace("{schema}", "\n".join(map(create_statement, TABLES)))
            .replace("{described}", "\n".join(map(described, TABLES)))
            .replace("{relations}", "\n".join(RELATIONS))
        )


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Return the scenarios of the cases."""
    return tuple(
        Scenario(**{**table, "queries": tuple(QUERIES[k] for k in table["queries"])})
        for table in tables("agent")["scenario"]
    )


@cache
def agent_versions() -> tuple[AgentVersion, ...]:
    """Return the versions, the first one first."""
    return tuple(AgentVersion(**table) for table in tables("agent")["version"])
