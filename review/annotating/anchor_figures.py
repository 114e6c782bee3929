"""How often people gave the known label on anchors, by dimension, in closed weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from review.annotating.own_figures import may_look
from review.current.settled import canonical_value
from review.people.people import people, require
from review.rubric.rubric import Rubric, rubric_version
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity
from storage.queries.anchors import AnchorAnswer, anchor_answers
from storage.store import Store


class Accuracy(NamedTuple):
    """The share of known labels that one person gave, by dimension."""

    name: str
    shares: Mapping[str, Quantity]


def own_accuracy(store: Store, rater: str, *, viewer: str) -> Accuracy:
    """Return a reviewer's accuracy on anchors. Raises Refused for a colleague's without the role lead."""
    somebody = may_look(store, rater, viewer)
    return Accuracy(somebody.name, accuracy_of(anchor_answers(store, somebody.id), _rubrics(store)))


def everybodys_accuracy(store: Store, *, viewer: str) -> list[Accuracy]:
    """Return the accuracy of everybody who answered an anchor. Raises Refused without the role lead."""
    require(store, viewer, "lead")
    answers, rubrics = anchor_answers(store, None), _rubrics(store)
    by_rater = {p.id: [a for a in answers if a.rater_id == p.id] for p in people(store)}
    names = {p.id: p.name for p in people(store)}
    return [Accuracy(names[rater], accuracy_of(own, rubrics)) for rater, own in by_rater.items() if own]


def accuracy_of_week(store: Store, week: str) -> dict[str, Quantity]:
    """Return the share of known labels that all people together gave in a closed week, by dimension.

    An open week has none: its figures would help to tell which items have a known answer.
    """
    return accuracy_of(anchor_answers(store, None, week=week), _rubrics(store))


class _Rubrics(dict[int, Rubric]):
    """The versions of the rubric, each read when it is first asked for."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def __missing__(self, version: int) -> Rubric:
        self[version] = found = rubric_version(self._store, version)
        return found


def _rubrics(store: Store) -> Mapping[int, Rubric]:
    return _Rubrics(store)


def accuracy_of(answers: Iterable[AnchorAnswer], rubrics: Mapping[int, Rubric]) -> dict[str, Quantity]:
    """Return the share of known labels that were given, with Wilson's interval, by dimension.

    A dimension counts where both the person and the known answer have it and the rubric still has the known value.
    """
    right: dict[str, list[bool]] = {}
    for one in answers:
        rubric = rubrics[one.rubric_version]
        for name, known in one.known.items():
            if name in one.labels and name in rubric.names and _has(rubric, name, known):
                right.setdefault(name, []).append(canonical_value(one.labels[name]) == canonical_value(known))
    return {
        name: Quantity(value=sum(found) / len(found), ci=wilson(sum(found), len(found)), method="Wilson", n=len(found))
        for name, found in right.items()
    }


def _has(rubric: Rubric, name: str, known: str | Sequence[str]) -> bool:
    values = rubric[name].scale.values
    return not values or set([known] if isinstance(known, str) else known) <= set(values)
