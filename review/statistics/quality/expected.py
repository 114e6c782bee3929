"""How wide the interval will be that a planned sample gives, before anybody has labelled anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from review.statistics.quality.people import people
from review.statistics.quality.strata import Cell, Stratum, Verdicts
from review.statistics.quantity import Quantity

ASSUMED_SHARE = 0.1
"""The share of positive conversations where nothing was observed before."""


class Planned(NamedTuple):
    """One group of a planned draw: N_h, n_h to be labelled, and the share of positives to expect among them."""

    name: str
    population: int
    sampled: int
    share: float = ASSUMED_SHARE


def expected_estimate(groups: Sequence[Planned]) -> Quantity:
    """The estimate from people alone if every drawn conversation is labelled and the shares come out as expected.

    The interval is the one that ``people`` will give, on fractional expected counts, so that what is promised and what
    is reported are computed alike. Undefined for the reasons of ``people``: nothing drawn, a large group without any.
    """
    return people([_as_labelled(g) for g in groups if g.population > 0])


def half_width(estimate: Quantity) -> float | None:
    """Half of the interval's width, None without an interval."""
    return None if estimate.ci is None else (estimate.ci[1] - estimate.ci[0]) / 2


def _as_labelled(group: Planned) -> Stratum:
    # Expected counts are fractions of conversations; every formula of ``people`` takes them.
    positive: int = group.sampled * group.share  # type: ignore[assignment]
    verdicts = Verdicts(missing=group.population)
    return Stratum(
        name=group.name, population=group.population, verdicts=verdicts, said_nothing=Cell(group.sampled, positive)
    )
