"""Everything that decides what a draw takes, and what a source must do that was drawn from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from review.basics.weeks import Window
from review.sampling.allocate import DrawnStratum, DrawPlan, Wishes
from review.sampling.frame import Values
from review.sampling.frame_counts import Frame
from review.sampling.strata import Group

Find = Callable[[DrawPlan], Mapping[str, Sequence[str]]]
"""Returns all ids of each stratum that a plan can need."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A draw of a week: the fields are those of :func:`review.sampling.draw.draw`.

    Of a week that was drawn before, ``sealed_at`` is the instant of the first draw, ``strata`` are those of the latest.
    """

    week: str
    window: Window
    seed: str
    wishes: Wishes
    groups: Sequence[Group]
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    date_format: str = ""
    sealed_at: datetime | None = None
    strata: Sequence[DrawnStratum] = ()


@runtime_checkable
class HoldsDraw(Protocol):
    """A source that was counted and drawn from before, and holds what was found."""

    def look(self, wanted: Wanted) -> tuple[Frame, Find]:
        """Return the frame and what finds the ids. Raises Refused when it holds another draw."""
