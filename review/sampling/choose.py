"""Choose from the candidates of each stratum those with the smallest keys. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from review.sampling.allocate import Allocation, DrawPlan
from review.sampling.key import SMALLEST, digest, in_overlap, threshold

Ids = Mapping[str, tuple[str, ...]]


def head_room(allocation: Allocation) -> float:
    """Return the probability to ask for: pi, or enough that n of N fall under it in all but 1e-9 of draws."""
    if allocation.count is None:
        return allocation.probability
    wanted = allocation.count + 6 * math.sqrt(allocation.count) + 16
    return max(SMALLEST, min(1.0, wanted / allocation.population))


def take(found: Mapping[str, Iterable[str]], plan: DrawPlan, seed: str) -> dict[str, tuple[str, ...]]:
    """Return the drawn ids of each stratum in the order of the key: those under the threshold, or the n smallest."""
    return {a.name: tuple(_smallest(found[a.name], a, seed)) for a in plan.strata}


def grown(previous: Ids, found: Mapping[str, Iterable[str]], plan: DrawPlan, seed: str) -> dict[str, tuple[str, ...]]:
    """Return the same for a later draw: what was drawn before stays in its stratum and is never drawn in another.

    A stratum never exceeds its sealed population, even where the source cannot tell late rows apart.
    """
    before = set(all_of(previous))
    result = {}
    for allocation in plan.strata:
        kept = previous.get(allocation.name, ())
        fresh = [i for i in _smallest(found[allocation.name], allocation, seed) if i not in before]
        limit = allocation.population if allocation.count is None else allocation.count
        result[allocation.name] = tuple(
            sorted((*kept, *fresh[: max(0, limit - len(kept))]), key=lambda i: digest(seed, i))
        )
    return result


def overlap_of(ids: Ids, seed: str, share: float) -> tuple[str, ...]:
    """Return the ids that several people rate, sorted."""
    return tuple(sorted(i for i in all_of(ids) if in_overlap(seed, i, share)))


def all_of(ids: Ids) -> list[str]:
    """Return the ids of all strata."""
    return [i for drawn in ids.values() for i in drawn]


def _smallest(found: Iterable[str], allocation: Allocation, seed: str) -> list[str]:
    ranked = sorted((digest(seed, i), i) for i in found)
    if allocation.count is not None:
        return [i for _, i in ranked[: allocation.count]]
    cut = threshold(allocation.probability)
    return [i for key, i in ranked if cut is None or key[:8] < cut]
