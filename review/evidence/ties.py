"""Ties in the votes of a week, in the random order in which they are settled.

The order is keyed like the sample, so nobody chooses which ties are settled first. The first third stands for the
others in the estimates of production.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from review.basics.labels import Value
from review.current.assignments import week_of_store
from review.current.known import items_of
from review.current.settled import Settled, settled_labels
from review.evidence.evidence import latest_used_rubric
from review.sampling.key import settling_order
from review.statistics.quality.ties import RandomTies
from storage.store import Store


class Tie(NamedTuple):
    """A tied item: the settled value, None while nobody has adjudicated it."""

    item: str
    value: Value | None


def tied(votes: Mapping[Value, int], positive: str) -> bool:
    """Whether ``positive`` and another value have the most votes, so that only a decision can tell which it is."""
    top = max(votes.values(), default=0)
    leaders = [value for value, n in votes.items() if n == top]
    return len(leaders) > 1 and positive in leaders


def ties_in_order(labels: Iterable[Settled], positive: str, seed: str) -> list[Tie]:
    """Return the ties among the labels of one week and dimension in their random order, settled ones included. Pure."""
    found = {s.item: s.value for s in labels if tied(s.votes, positive)}
    return [Tie(item, found[item]) for item in settling_order(seed, found)]


def random_part(ties: Iterable[Tie], positive: str) -> RandomTies:
    """Count the ties of one week: those settled in their order up to the first open one, and those out of it. Pure."""
    order = list(ties)
    first_open = next((k for k, tie in enumerate(order) if tie.value is None), len(order))
    others = [tie for tie in order[first_open:] if tie.value is not None]
    return RandomTies(
        total=len(order),
        adjudicated=first_open,
        positive=sum(tie.value == positive for tie in order[:first_open]),
        others=len(others),
        others_positive=sum(tie.value == positive for tie in others),
    )


def added(parts: Iterable[RandomTies]) -> RandomTies:
    """Return the counts of several weeks as one. Pure."""
    rows = list(parts)
    return RandomTies(*(sum(column) for column in zip(*rows, strict=True))) if rows else RandomTies()


def settle_first(store: Store, week: str) -> list[str]:
    """Return the open ties of a week to settle next, in random order, until a third of them stands for the others.

    They are those of every dimension with a positive value. Hand-picked items are not part of any estimate and not
    among them.
    """
    rubric, seed = latest_used_rubric(store, [week]), week_of_store(store, week).seed
    drawn = {i.id for i in items_of(store, week) if not i.purposive and i.stratum is not None}
    labels = [s for s in settled_labels(store, [week], rubric=rubric.version).values() if s.item in drawn]
    wanted: set[str] = set()
    for d in rubric.dimensions:
        if d.positive is None:
            continue
        ties = ties_in_order((s for s in labels if s.dimension == d.name), d.positive, seed)
        needed = random_part(ties, d.positive).still_needed
        wanted.update([tie.item for tie in ties if tie.value is None][:needed])
    return settling_order(seed, wanted)
