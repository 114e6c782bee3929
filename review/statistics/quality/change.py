"""The change between two weeks with its interval: a change inside its interval is not called a change."""

from __future__ import annotations

import math

from review.statistics.quantity import Quantity

METHOD = "difference of independent weeks, MOVER"


def change(now: Quantity, before: Quantity) -> Quantity:
    """Return ``now`` minus ``before`` for two independent draws (Zou & Donner 2008, Stat. Med. 27, 1693-1702).

    Undefined where either is.
    """
    for found, name in ((now, "this week"), (before, "the week before")):
        if found.value is None or found.ci is None:
            return Quantity.missing(f"{name} has no figure: {found.undefined or 'no interval'}", method=METHOD)
    assert now.value is not None and before.value is not None and now.ci is not None and before.ci is not None
    value = now.value - before.value
    low = value - math.hypot(now.value - now.ci[0], before.ci[1] - before.value)
    high = value + math.hypot(now.ci[1] - now.value, before.value - before.ci[0])
    return Quantity(value=value, ci=(max(-1.0, low), min(1.0, high)), method=METHOD, n=now.n + before.n)


def is_real(found: Quantity) -> bool:
    """Whether a change lies outside its interval."""
    return found.value is not None and found.ci is not None and not found.ci[0] <= 0 <= found.ci[1]
