"""The width of the interval that a planned sample will give, before anybody has labelled anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from review.statistics.quality.people import people
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from review.statistics.quantity import Quantity

ASSUMED_SHARE = 0.1
"""The assumed share of positive conversations when nothing has been observed."""


class PlannedGroup(NamedTuple):
    """One group of a planned draw: N_h, n_h to be labelled, and the expected share of positives among them."""

    name: str
    population: int
    sampled: int
    share: float = ASSUMED_SHARE


def expected_estimate(groups: Sequence[PlannedGroup]) -> Quantity:
    """Return the estimate from people alone if every drawn conversation is labelled and the shares are as expected.

    ``people`` computes the interval on fractional expected counts, so the forecast and the report use the same
    formula. Undefined for the reasons of ``people``: nothing drawn, or a large group without a draw.
    """
    return people([_as_labelled(g) for g in groups if g.population > 0])


def half_width(estimate: Quantity) -> float | None:
    """Return half of the interval's width, None without an interval."""
    return None if estimate.ci is None else (estimate.ci[1] - estimate.ci[0]) / 2


def _as_labelled(group: PlannedGroup) -> StratumCounts:
    # Expected counts are fractions of conversations; every formula of ``people`` takes them.
    positive: int = group.sampled * group.share  # type: ignore[assignment]
    verdicts = Verdicts(missing=group.population)
    return StratumCounts(
        name=group.name, population=group.population, verdicts=verdicts, said_nothing=Cell(group.sampled, positive)
    )
