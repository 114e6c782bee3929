"""What an item's label is: by adjudication, else by the votes of its reviewers.

One vote is ``single``, never unanimous. An exact tie has no label and waits for adjudication. Votes under different
rubric versions are never mixed: those of the latest version on an item count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from review.basics.labels import Columns, Label, Value
from review.basics.remembered import YEAR
from review.current.counting import annotations_that_count, said_in, state_of_annotations
from review.current.known import Known
from storage.queries.annotations import Said
from storage.queries.items import adjudications_of_week
from storage.queries.states import latest_key
from storage.records_review import Adjudication, Annotation
from storage.records_weeks import Item
from storage.store import Store

RULES = ("adjudicated", "unanimous", "plurality", "single", "tie")
"""How a label was settled."""


class Settled(NamedTuple):
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
    return stored if stored.__class__ is str else tuple(stored) if isinstance(stored, list | tuple) else str(stored)


def annotations_of(store: Store, weeks: Iterable[str]) -> list[Annotation]:
    """Return the annotations of some weeks that count, of the latest rubric version on each item."""
    found = [n for week in weeks for n in annotations_that_count(store, week)]
    latest: dict[str, int] = {}
    for n in found:
        latest[n.item_id] = max(latest.get(n.item_id, 0), n.rubric_version)
    return [n for n in found if n.rubric_version == latest[n.item_id]]


def said_of(store: Store, weeks: Iterable[str]) -> list[Said]:
    """Return what the annotations of some weeks that count say, of the latest rubric version on each item."""
    found = [n for week in weeks for n in said_in(store, week)]
    latest: dict[str, int] = {}
    for n in found:
        latest[n.item_id] = max(latest.get(n.item_id, 0), n.rubric_version)
    return [n for n in found if n.rubric_version == latest[n.item_id]]


def labels_of(annotations: Iterable[Annotation | Said]) -> list[Label]:
    """Return the annotations as canonical labels, one per item, rater and dimension."""
    return [
        Label(n.item_id, n.rater_id, dimension, canonical_value(value))
        for n in annotations
        for dimension, value in n.labels.items()
    ]


def labels_in(annotations: Iterable[Annotation | Said], dimension: str) -> list[Label]:
    """Return the canonical labels of one dimension, one per item and rater."""
    return [
        Label(n.item_id, n.rater_id, dimension, canonical_value(n.labels[dimension]))
        for n in annotations
        if dimension in n.labels
    ]


def columns_of(annotations: Iterable[Annotation | Said]) -> dict[str, Columns]:
    """Return the annotations as canonical labels by dimension, in the same order as :func:`labels_of`."""
    found: dict[str, Columns] = {}
    for n in annotations:
        for dimension, value in n.labels.items():
            columns = found.get(dimension) or found.setdefault(dimension, Columns([], [], []))
            columns.item.append(n.item_id)
            columns.rater.append(n.rater_id)
            columns.value.append(canonical_value(value))
    return found


def current_adjudications(store: Store, weeks: Sequence[str]) -> dict[str, Adjudication]:
    """Return the latest adjudication of each item of some weeks, by item."""
    return {
        a.item_id: a
        for week in weeks
        for a in _DECISIONS.get(
            store,
            week,
            lambda: (latest_key(store, Item), latest_key(store, Adjudication)),
            partial(adjudications_of_week, store, week),
        )
    }


_DECISIONS: Known[Sequence[Adjudication]] = Known(16)


def adjudications_that_count(
    finals: Mapping[str, Adjudication], annotations: Iterable[Annotation | Said]
) -> dict[str, Adjudication]:
    """Return the adjudications that are not older than the annotations of their item, by rubric version. Pure.

    An item that was asked again under a later version is settled anew. ``annotations`` are those that count, of the
    latest version on each item.
    """
    newest = {n.item_id: n.rubric_version for n in annotations}
    return {item: a for item, a in finals.items() if a.rubric_version >= newest.get(item, 0)}


class Outcome(NamedTuple):
    """How one item came out in one dimension. Many items share one, so nobody may change its ``votes``."""

    value: Value | None
    rule: str
    votes: Mapping[Value, int]


def settle(labels: Iterable[Label], adjudicated: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], Settled]:
    """Decide every (item, dimension) that has a vote or an adjudication. Pure.

    ``adjudicated`` maps an item to its settled labels. An adjudicated item has these labels and no others, so a
    dimension that no longer applies (a reason for a correct answer) has none.
    """
    given: dict[str, list[Mapping[str, Any]]] = {}
    for item, _, dimension, value in labels:
        given.setdefault(item, []).append({dimension: value})
    return _by_dimension(_outcomes(given, adjudicated))


def _outcomes(
    given: Mapping[str, Sequence[Mapping[str, Any]]], adjudicated: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Outcome]]:
    """Return how every item with a vote or an adjudication came out, by item and dimension. Pure.

    ``given`` are the labels of each annotation of an item.
    """
    # Annotations that say the same share one object, so what people said of an item is decided once for all like it.
    known: dict[tuple[int, ...], Mapping[str, Outcome]] = {}
    found: dict[str, Mapping[str, Outcome]] = {}
    for item, said in given.items():
        if item not in adjudicated:
            key = tuple(map(id, said))
            outcome = known.get(key) or known.setdefault(
                key, {d: Outcome(*_decision(votes), votes) for d, votes in _votes(said).items()}
            )
            found[item] = outcome
    for item, final in adjudicated.items():
        votes = _votes(given.get(item, ()))
        found[item] = {
            d: Outcome(canonical_value(value), "adjudicated", votes.get(d, Counter())) for d, value in final.items()
        }
    return found


def _votes(said: Iterable[Mapping[str, Any]]) -> dict[str, Counter[Value]]:
    """Count the values of the annotations of one item by dimension."""
    found: dict[str, Counter[Value]] = {}
    for labels in said:
        for dimension, value in labels.items():
            found.setdefault(dimension, Counter())[canonical_value(value)] += 1
    return found


def _by_dimension(outcomes: Mapping[str, Mapping[str, Outcome]]) -> dict[tuple[str, str], Settled]:
    return {
        (item, dimension): Settled(item, dimension, *outcome)
        for item, by_dimension in outcomes.items()
        for dimension, outcome in by_dimension.items()
    }


def _decision(votes: Mapping[Value, int]) -> tuple[Value | None, str]:
    """Return the label that the votes alone give, and its rule."""
    top = max(votes.values())
    leaders = [value for value, n in votes.items() if n == top]
    if len(leaders) > 1:
        return None, "tie"
    total = sum(votes.values())
    return leaders[0], "single" if total == 1 else "unanimous" if len(votes) == 1 else "plurality"


def settled_labels(store: Store, weeks: Sequence[str], *, rubric: int | None = None) -> dict[tuple[str, str], Settled]:
    """Return every current label of some weeks by (item, dimension); with ``rubric`` under that version alone."""
    return {key: label for week in weeks for key, label in _settled_in(store, week, rubric).items()}


def _settled_in(store: Store, week: str, rubric: int | None) -> Mapping[tuple[str, str], Settled]:
    def make() -> Mapping[tuple[str, str], Settled]:
        return _by_dimension(outcomes_in(store, week, rubric))

    return _SETTLED.get(store, (week, rubric), partial(state_of_decisions, store, week), make)


_SETTLED: Known[Mapping[tuple[str, str], Settled]] = Known(12)


def outcomes_in(store: Store, week: str, rubric: int | None) -> Mapping[str, Mapping[str, Outcome]]:
    """Return how the items of a week came out, by item and dimension; with ``rubric`` under that version alone."""
    make = partial(_outcomes_in, store, week, rubric)
    return _OUTCOMES.get(store, (week, rubric), partial(state_of_decisions, store, week), make)


_OUTCOMES: Known[Mapping[str, Mapping[str, Outcome]]] = Known(YEAR)


def state_of_decisions(store: Store, week: str) -> tuple[object, ...]:
    """Return a state that changes whenever other annotations or adjudications of the week count."""
    return state_of_annotations(store, week), latest_key(store, Adjudication)


def _outcomes_in(store: Store, week: str, rubric: int | None) -> dict[str, Mapping[str, Outcome]]:
    annotations = said_of(store, [week])
    finals = adjudications_that_count(current_adjudications(store, [week]), annotations).items()
    given: dict[str, list[Mapping[str, Any]]] = {}
    for n in annotations:
        if rubric in (None, n.rubric_version):
            given.setdefault(n.item_id, []).append(n.labels)
    return _outcomes(given, {item: a.labels for item, a in finals if rubric in (None, a.rubric_version)})
