"""The change of quality between weeks with its interval: a change inside its interval is not called a change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from review.statistics.quantity import Quantity
from review.statistics.tango import tango

METHOD = "difference of independent weeks, MOVER"
PAIRED = "the same conversations in both weeks, Tango's score limits for pairs"
SPAN = 8
"""How many weeks the longer change covers: the mean of the later half minus that of the earlier half."""
FEWEST = 4
"""Weeks with a figure from which on there is a longer change."""


def change(now: Quantity, before: Quantity) -> Quantity:
    """Return ``now`` minus ``before`` for two independent draws. Undefined where either is."""
    for found, name in ((now, "this week"), (before, "the week before")):
        if found.value is None or found.ci is None:
            return Quantity.missing(f"{name} has no figure: {found.undefined or 'no interval'}", method=METHOD)
    return _contrast([(1.0, now), (-1.0, before)])


def change_over_weeks(weeks: Sequence[Quantity]) -> Quantity:
    """Return the mean of the later half of some weeks minus that of the earlier half, oldest week first.

    Each week counts alike. With an odd number of weeks the middle one is left out. Undefined with fewer than four weeks
    that have a figure.
    """
    known = [q for q in weeks if q.value is not None and q.ci is not None]
    half = len(known) // 2
    if len(known) < FEWEST:
        reason = f"{len(known)} of the weeks {'has' if len(known) == 1 else 'have'} a figure, and it takes {FEWEST}"
        return Quantity.missing(reason, n=sum(q.n for q in known), method=METHOD)
    later = [(1 / half, q) for q in known[-half:]]
    return _contrast([*later, *((-1 / half, q) for q in known[:half])])


class Pairs(NamedTuple):
    """Conversations of one group that have a label in both weeks.

    ``gained`` of the ``n`` became positive and ``lost`` stopped being positive; ``population`` is the group's size.
    """

    population: int
    n: int
    gained: int
    lost: int


def paired_change(groups: Sequence[Pairs], *, level: float = 0.95) -> Quantity:
    """Return the change on conversations that were labelled in both weeks, groups weighted by their population.

    Limits are those of Tango on the effective number n/(1 - n/N), joined by square-and-add. Undefined where a group has
    no such conversation.
    """
    total, n = sum(g.population for g in groups), sum(g.n for g in groups)
    if not total or any(not g.n for g in groups):
        return Quantity.missing("a group has no conversation with a label in both weeks", n=n, method=PAIRED)
    value = below = above = 0.0
    for g in groups:
        share, mean, left = g.population / total, (g.gained - g.lost) / g.n, 1 - g.n / g.population
        low, high = tango(g.gained / left, g.lost / left, g.n / left, level) if left > 0 else (mean, mean)
        value += share * mean
        below += (share * (mean - low)) ** 2
        above += (share * (high - mean)) ** 2
    ci = max(-1.0, value - math.sqrt(below)), min(1.0, value + math.sqrt(above))
    return Quantity(value=value, ci=ci, method=PAIRED, n=n)


def is_real(found: Quantity) -> bool:
    """Whether a change lies outside its interval."""
    return found.value is not None and found.ci is not None and not found.ci[0] <= 0 <= found.ci[1]


def _contrast(parts: Sequence[tuple[float, Quantity]]) -> Quantity:
    """Return a weighted sum of independent shares by MOVER (Zou & Donner 2008, Stat. Med. 27, 1693-1702)."""
    value = below = above = 0.0
    for weight, q in parts:
        assert q.value is not None and q.ci is not None
        down, up = q.value - q.ci[0], q.ci[1] - q.value
        value += weight * q.value
        below += (weight * (down if weight > 0 else up)) ** 2
        above += (weight * (up if weight > 0 else down)) ** 2
    ci = max(-1.0, value - math.sqrt(below)), min(1.0, value + math.sqrt(above))
    return Quantity(value=value, ci=ci, method=METHOD, n=sum(q.n for _, q in parts))
