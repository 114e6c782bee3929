"""What an item's label is: by adjudication, else by the votes of its reviewers.

One vote is ``single``, never unanimous. An exact tie has no label and waits for adjudication. Votes under different
rubric versions are never mixed: those of the latest version on an item count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.labels import Label, Value
from review.basics.remembered import Remembered
from review.current.counting import annotations_that_count, state_of_annotations
from storage.queries.states import latest_adjudication
from storage.records_review import Adjudication, Annotation, Item
from storage.store import Store

RULES = ("adjudicated", "unanimous", "plurality", "single", "tie")
"""How a label was settled."""


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
        """Whether votes differ and nobody has settled them."""
        return self.rule in ("plurality", "tie")


def canonical_value(stored: Any) -> Value:
    """Return a label of the store in canonical form: a list (the label of a set) becomes a tuple."""
    return tuple(stored) if isinstance(stored, list) else str(stored)


def annotations_of(store: Store, weeks: Iterable[str]) -> list[Annotation]:
    """Return the annotations of some weeks that count, of the latest rubric version on each item."""
    found = [n for week in weeks for n in annotations_that_count(store, week)]
    latest: dict[str, int] = {}
    for n in found:
        latest[n.item_id] = max(latest.get(n.item_id, 0), n.rubric_version)
    return [n for n in found if n.rubric_version == latest[n.item_id]]


def labels_of(annotations: Iterable[Annotation]) -> list[Label]:
    """Return the annotations as canonical labels, one per item, rater and dimension."""
    return [
        Label(n.item_id, n.rater_id, dimension, canonical_value(value))
        for n in annotations
        for dimension, value in n.labels.items()
    ]


def current_adjudications(store: Store, weeks: Sequence[str]) -> dict[str, Adjudication]:
    """Return the latest adjudication of each item of some weeks, by item."""
    items = [i.id for w in weeks for i in store.find(Item, week=w)]
    return {a.item_id: a for a in store.find(Adjudication, item_id=items)}


def adjudications_that_count(
    finals: Mapping[str, Adjudication], annotations: Iterable[Annotation]
) -> dict[str, Adjudication]:
    """Return the adjudications that are not older than the annotations of their item, by rubric version. Pure.

    An item that was asked again under a later version is settled anew. ``annotations`` are those that count, of the
    latest version on each item.
    """
    newest = {n.item_id: n.rubric_version for n in annotations}
    return {item: a for item, a in finals.items() if a.rubric_version >= newest.get(item, 0)}


def settle(labels: Iterable[Label], adjudicated: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], Settled]:
    """Decide every (item, dimension) that has a vote or an adjudication. Pure.

    ``adjudicated`` maps an item to its settled labels. An adjudicated item has these labels and no others, so a
    dimension that no longer applies (a reason for a correct answer) has none.
    """
    votes: dict[tuple[str, str], Counter[Value]] = {}
    for label in labels:
        votes.setdefault((label.item, label.dimension), Counter())[label.value] += 1
    decided = {
        (item, dimension): by_votes(item, dimension, counts)
        for (item, dimension), counts in votes.items()
        if item not in adjudicated
    }
    for item, final in adjudicated.items():
        for dimension, value in final.items():
            counts = votes.get((item, dimension), Counter())
            decided[item, dimension] = Settled(item, dimension, canonical_value(value), "adjudicated", counts)
    return decided


def by_votes(item: str, dimension: str, votes: Mapping[Value, int]) -> Settled:
    """Return the label that the votes alone give."""
    top = max(votes.values())
    leaders = [value for value, n in votes.items() if n == top]
    if len(leaders) > 1:
        return Settled(item, dimension, None, "tie", votes)
    total = sum(votes.values())
    rule = "single" if total == 1 else "unanimous" if len(votes) == 1 else "plurality"
    return Settled(item, dimension, leaders[0], rule, votes)


def settled_labels(store: Store, weeks: Sequence[str], *, rubric: int | None = None) -> dict[tuple[str, str], Settled]:
    """Return every current label of some weeks by (item, dimension); with ``rubric`` under that version alone."""
    if store.db.conn.in_transaction:
        return _settled_labels(store, weeks, rubric)
    states = tuple(state_of_annotations(store, week) for week in weeks)
    key = (str(store.path), tuple(weeks), rubric, states, latest_adjudication(store))
    # Return a copy, because callers may remove labels from it.
    return dict(_SETTLED.get(key, lambda: _settled_labels(store, weeks, rubric)))


_SETTLED: Remembered[dict[tuple[str, str], Settled]] = Remembered(4)


def _settled_labels(store: Store, weeks: Sequence[str], rubric: int | None) -> dict[tuple[str, str], Settled]:
    annotations = annotations_of(store, weeks)
    finals = adjudications_that_count(current_adjudications(store, weeks), annotations).items()
    rows = [n for n in annotations if rubric in (None, n.rubric_version)]
    return settle(labels_of(rows), {item: a.labels for item, a in finals if rubric in (None, a.rubric_version)})
