"""What an item's label is, once people have spoken: by adjudication, else by their votes.

One vote is ``single``, never unanimous; an exact tie has no label and waits for adjudication. Votes under different
rubric versions are never mixed: those of the latest version on an item count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.labels import Label, Value
from review.current.annotations import CURRENT_SQL
from storage.records_review import Adjudication, Annotation, Item
from storage.store import Store

RULES = ("adjudicated", "unanimous", "plurality", "single", "tie")


@dataclass(frozen=True)
class Settled:
    """One item's label in one dimension: ``value`` is None for a tie; ``votes`` counts values; ``rule`` is of RULES."""

    item: str
    dimension: str
    value: Value | None
    rule: str
    votes: Mapping[Value, int]

    @property
    def disputed(self) -> bool:
        """Whether votes differ and nobody has settled it."""
        return self.rule in ("plurality", "tie")


def canonical_value(stored: Any) -> Value:
    """A label as the store keeps it (a list for a set) in canonical form."""
    return tuple(stored) if isinstance(stored, list) else str(stored)


def annotations_of(store: Store, weeks: Iterable[str]) -> list[Annotation]:
    """The annotations of some weeks that count, of the latest rubric version on each item."""
    found = [n for w in weeks for n in store.select(Annotation, CURRENT_SQL, {"week": w, "rater": None})]
    latest: dict[str, int] = {}
    for n in found:
        latest[n.item_id] = max(latest.get(n.item_id, 0), n.rubric_version)
    return [n for n in found if n.rubric_version == latest[n.item_id]]


def labels_of(annotations: Iterable[Annotation]) -> list[Label]:
    """The annotations as canonical labels, one per item, rater and dimension."""
    return [
        Label(n.item_id, n.rater_id, dimension, canonical_value(value))
        for n in annotations
        for dimension, value in n.labels.items()
    ]


def current_adjudications(store: Store, weeks: Sequence[str]) -> dict[str, Adjudication]:
    """The latest adjudication of each item of some weeks."""
    items = [i.id for w in weeks for i in store.find(Item, week=w)]
    return {a.item_id: a for a in store.find(Adjudication, item_id=items)}


def adjudications_that_count(
    finals: Mapping[str, Adjudication], annotations: Iterable[Annotation]
) -> dict[str, Adjudication]:
    """Those that no later rubric version has overtaken: an item that was asked again is settled anew. Pure.

    ``annotations`` are those that count, of the latest version on each item.
    """
    newest = {n.item_id: n.rubric_version for n in annotations}
    return {item: a for item, a in finals.items() if a.rubric_version >= newest.get(item, 0)}


def settle(labels: Iterable[Label], adjudicated: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], Settled]:
    """Decide every (item, dimension) that has a vote or an adjudication. Pure.

    ``adjudicated`` maps item to its settled labels; an item that was adjudicated has just those, so that a dimension
    that no longer applies (a reason for a correct answer) has none.
    """
    votes: dict[tuple[str, str], Counter[Value]] = {}
    for label in labels:
        votes.setdefault((label.item, label.dimension), Counter())[label.value] += 1
    decided = {
        (item, dimension): by_votes(item, dimension, counted)
        for (item, dimension), counted in votes.items()
        if item not in adjudicated
    }
    for item, final in adjudicated.items():
        for dimension, value in final.items():
            counted = votes.get((item, dimension), Counter())
            decided[item, dimension] = Settled(item, dimension, canonical_value(value), "adjudicated", counted)
    return decided


def by_votes(item: str, dimension: str, votes: Mapping[Value, int]) -> Settled:
    """The label that the votes alone give."""
    top = max(votes.values())
    leaders = [value for value, n in votes.items() if n == top]
    if len(leaders) > 1:
        return Settled(item, dimension, None, "tie", votes)
    total = sum(votes.values())
    rule = "single" if total == 1 else "unanimous" if len(votes) == 1 else "plurality"
    return Settled(item, dimension, leaders[0], rule, votes)


def settled_labels(store: Store, weeks: Sequence[str], *, rubric: int | None = None) -> dict[tuple[str, str], Settled]:
    """Every label of some weeks as it stands now, by (item, dimension); with ``rubric`` under that version alone."""
    found = annotations_of(store, weeks)
    finals = adjudications_that_count(current_adjudications(store, weeks), found).items()
    rows = [n for n in found if rubric in (None, n.rubric_version)]
    return settle(labels_of(rows), {item: a.labels for item, a in finals if rubric in (None, a.rubric_version)})
