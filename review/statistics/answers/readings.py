"""Which value two people read differently: the value to explain better in the rubric."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from review.basics.labels import Ratings


class Reading(NamedTuple):
    """A value on which people differ: on ``items`` of the ``of`` items to which one of several people gave it.

    ``same`` is the specific agreement (Cicchetti & Feinstein 1990, J. Clin. Epidemiol. 43, 551-558): of the pairs of
    ratings in which the value occurs, the share in which both have it, such pairs counted twice. ``other`` is the value
    that stands on the other side most often.
    """

    value: str
    other: str
    items: int
    of: int
    same: float


def readings(ratings: Ratings) -> list[Reading]:
    """Return the values on which people differ, the least alike first."""
    k = len(ratings.scale.values)
    votes = np.zeros((len(ratings.items), k), dtype=np.int64)
    np.add.at(votes, (ratings.item, ratings.value), 1)
    several = votes[votes.sum(axis=1) >= 2]
    found = []
    for code, value in enumerate(ratings.scale.values):
        mine = several[:, code]
        against = mine[:, None] * several
        against[:, code] = 0
        both, apart = int((mine * (mine - 1)).sum()), int(against.sum())
        if apart:
            other = ratings.scale.values[int(against.sum(axis=0).argmax())]
            differ = int((against.sum(axis=1) > 0).sum())
            found.append(Reading(value, other, differ, int((mine > 0).sum()), both / (both + apart)))
    return sorted(found, key=lambda r: (r.same, -r.items))


def read_differently(ratings: Ratings, *, same: float, items: int) -> Reading | None:
    """Return the value that people read least alike, on at least ``items`` items and under ``same``; None for none."""
    return next((r for r in readings(ratings) if r.same < same and r.items >= items), None)
