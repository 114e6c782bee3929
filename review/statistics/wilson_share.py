"""A share of counts with Wilson's interval."""

from __future__ import annotations

from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity


def wilson_share(part: int, whole: int, why_not: str) -> Quantity:
    """Return ``part`` of ``whole`` as a share from 0 to 1; undefined, for the reason ``why_not``, where whole is 0."""
    if not whole:
        return Quantity.missing(why_not)
    return Quantity(value=part / whole, ci=wilson(part, whole), method="wilson", n=whole)
