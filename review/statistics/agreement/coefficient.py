"""What a coefficient is: a title, a formula, the weights it is computed with and the scales it applies to."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from review.basics.labels import Scale
from review.statistics.agreement.patterns import Floats
from review.statistics.agreement.sample import Formula
from review.statistics.agreement.weights import are_numbers


class Coefficient(NamedTuple):
    """One coefficient. ``weights`` makes its weights (for alpha: the differences) from the positions of the values.

    ``weighted`` is False for a formula that takes no weights of the caller's own.
    """

    title: str
    formula: Formula
    weights: Callable[[Floats], Floats]
    applies: Callable[[Scale], bool]
    weighted: bool = True


def any_scale(scale: Scale) -> bool:
    """Return True: values are only the same or different."""
    return True


def in_order(scale: Scale) -> bool:
    """Return whether the scale declares an order."""
    return scale.kind in ("ordinal", "interval", "ratio")


def numbers(scale: Scale) -> bool:
    """Return whether the values stand in order and are numbers, so that they have differences."""
    return in_order(scale) and are_numbers(scale.values)


def amounts(scale: Scale) -> bool:
    """Return whether the values are numbers from zero up, so that they have ratios."""
    return numbers(scale) and all(float(v) >= 0 for v in scale.values)
