"""How the gate decides: what drop it tolerates, and how sure it has to be."""

from __future__ import annotations

from dataclasses import dataclass

from review.statistics.gate.evidence import ALPHA, MARGIN


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """The tolerated drop, the level of the tests, whether the bare rule decides, and the seed of drawn patterns."""

    margin: float = MARGIN
    alpha: float = ALPHA
    strict: bool = False
    seed: int = 0


AS_USUAL = GateSettings()
"""A margin of two points, tested at 5%."""
