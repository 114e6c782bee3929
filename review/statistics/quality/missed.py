"""What it means for the figures that reviewers miss errors: a statement with limits, never a correction.

A correction is not identifiable at these sizes: two raters give three free counts for five unknowns, and in simulations
a 1% rate of false alarms doubled a "corrected" 3%.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from review.statistics.intervals import jeffreys
from review.statistics.quantity import Quantity

MISSED = (0.1, 0.3)
"""Reviewers of long answers miss about this share of the errors, from the best to the worst."""
FEWEST_POSITIVES = 5
USUAL = 0.5
FALSE_ALARMS = 0.01
"""The assumed share of right answers that reviewers call wrong; below three times it the statement would mislead."""


class Planted(NamedTuple):
    """Wrong answers planted among the items, and how many of them reviewers found."""

    n: int
    found: int


@dataclass(frozen=True)
class MissedErrors:
    """The share of positives if reviewers miss some: from ``value[0]`` to ``value[1]``, limits ``ci``.

    ``missed`` is the smallest and the largest share missed, assumed or measured. ``withheld`` says why there is no
    statement; the rest is None then.
    """

    missed: tuple[float, float] | None = None
    value: tuple[float, float] | None = None
    ci: tuple[float, float] | None = None
    withheld: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object in the JSON of a report."""
        pairs = {"missed": self.missed, "value": self.value, "ci": self.ci}
        return {**{k: None if v is None else list(v) for k, v in pairs.items()}, "withheld": self.withheld}


def missed_errors(
    found: Quantity, *, positives: float, all_adjudicated: bool = False, planted: Planted | None = None
) -> MissedErrors:
    """Return p/.9 to p/.7 with the interval low/.9 to high/.7, at most 1; planted wrong answers replace .7 to .9.

    Withheld when adjudicators decided every label, below five known positives, for a value that most conversations
    have, and when the share is so small that false alarms could explain it.
    """
    if found.value is None or found.ci is None:
        return MissedErrors(withheld="there is no single figure")
    if all_adjudicated:
        return MissedErrors(withheld="adjudicators decided every label")
    if positives < FEWEST_POSITIVES:
        return MissedErrors(withheld=f"fewer than {FEWEST_POSITIVES} known positives")
    if found.value > USUAL:
        return MissedErrors(withheld="the value is the usual one, so it is not an error that reviewers miss")
    if found.value < 3 * FALSE_ALARMS:
        return MissedErrors(withheld=f"under {3 * FALSE_ALARMS:.0%}, where false alarms weigh as much as missed errors")
    missed = MISSED
    if planted is not None and planted.n:
        low, high = jeffreys(planted.found, planted.n)
        missed = (1 - high, 1 - low)
    least, most = 1 / (1 - missed[0]), 1 / max(1 - missed[1], 1e-9)
    value = (min(1.0, found.value * least), min(1.0, found.value * most))
    return MissedErrors(missed, value, (min(1.0, found.ci[0] * least), min(1.0, found.ci[1] * most)))
