"""Anchoring: how often reviewers change their labels after they have seen the judges' verdicts.

Reviewers judge blind. After a submission the verdicts may be revealed, and a changed label is a new annotation. The
share of such changes shows how strongly a verdict pulls people towards it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from review.current.counting import state_of_annotations
from review.current.known import Known
from review.rubric.rubric import rubric_version
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity
from storage.queries.annotations import Sent, sent_in_time
from storage.queries.states import latest_key
from storage.queries.verdicts import items_with_verdicts, verdicts_on
from storage.records_review import Annotation, Verdict
from storage.store import Store

NOBODY = "nobody could have changed their mind: no submitted item has a verdict that was revealed afterwards"


class Revealed(NamedTuple):
    """One person and one item: the labels given blind, those given after the reveal, and the verdicts per dimension."""

    blind: Mapping[str, Any]
    later: Sequence[Mapping[str, Any]]
    verdicts: Mapping[str, Collection[str]]


UNCHANGED = Revealed({}, (), {})
"""Somebody who sent nothing after the reveal."""


@dataclass(frozen=True)
class Anchoring:
    """How many labels changed after the reveal.

    Of ``seen`` submitted items ``changed`` got other labels, and ``followed`` of these moved to a value that a judge
    had given. ``rate`` is changed over seen, with its interval.
    """

    seen: int
    changed: int
    followed: int
    rate: Quantity

    def to_json(self) -> dict[str, Any]:
        """Return the counts and the rate as JSON."""
        return {"seen": self.seen, "changed": self.changed, "followed": self.followed, "rate": self.rate.to_json()}


class Changes(NamedTuple):
    """The counts of an :class:`Anchoring`."""

    seen: int
    changed: int
    followed: int


def anchoring(store: Store, weeks: Sequence[str]) -> Anchoring:
    """Return the rate of changed labels after the reveal in some weeks; undefined when nobody could have changed one.

    An item counts once per person and rubric version, if its first submission was blind, it has verdicts, the rubric
    reveals them, and a submission still counts. A submission that was undone and sent again counts as a change.
    """
    each = [_CHANGES.get(store, week, partial(_state, store, week), partial(_changes, store, week)) for week in weeks]
    return rate_of(Changes(*(sum(counts) for counts in zip(*each, strict=True))) if each else Changes(0, 0, 0))


_CHANGES: Known[Changes] = Known(256)


def _state(store: Store, week: str) -> tuple[object, ...]:
    return state_of_annotations(store, week), latest_key(store, Verdict)


def _changes(store: Store, week: str) -> Changes:
    """Count the changes in one week."""
    by_person: dict[tuple[str, str, int], list[Sent]] = {}
    for sent in sent_in_time(store, [week]):
        by_person.setdefault(sent.of, []).append(sent)
    reveals = {version: rubric_version(store, version).reveal for version in {version for _, _, version in by_person}}
    could = [
        (item, blind[-1], [n for n in standing if n.revealed])
        for (item, _, version), rows in by_person.items()
        for blind in [[n for n in rows if not n.revealed]]
        for standing in [[n for n in rows if not n.undone]]
        if blind and standing and reveals[version]
    ]
    judged = items_with_verdicts(store, [week])
    # Most people change nothing, so labels and verdicts are read only where something was sent after the reveal.
    again = {item for item, _, later in could if later and item in judged}
    said = _verdicts(store, again)
    labels = {n.submission_id: n.labels for n in store.find(Annotation, item_id=sorted(again))} if again else {}
    return changes_among(
        Revealed(labels[blind.submission], [labels[n.submission] for n in later], said[item]) if later else UNCHANGED
        for item, blind, later in could
        if item in judged
    )


def _verdicts(store: Store, items: Collection[str]) -> dict[str, dict[str, set[str]]]:
    """Return the judges' values by item and dimension, without items that have no readable verdict."""
    found: dict[str, dict[str, set[str]]] = {}
    for v in verdicts_on(store, items) if items else []:
        if v.value is not None:
            found.setdefault(v.item_id, {}).setdefault(v.dimension, set()).add(v.value)
    return found


def changes_among(cases: Iterable[Revealed]) -> Changes:
    """Count the changes. Pure."""
    seen = changed = followed = 0
    for case in cases:
        seen += 1
        other = [labels for labels in case.later if dict(labels) != dict(case.blind)]
        changed += bool(other)
        followed += any(_follows(case, labels) for labels in other)
    return Changes(seen, changed, followed)


def rate_of(found: Changes) -> Anchoring:
    """Return the share of changes with Wilson's interval. Pure."""
    if not found.seen:
        return Anchoring(0, 0, 0, Quantity.missing(NOBODY, method="Wilson"))
    ci = wilson(found.changed, found.seen)
    return Anchoring(*found, Quantity(value=found.changed / found.seen, ci=ci, method="Wilson", n=found.seen))


def _follows(case: Revealed, labels: Mapping[str, Any]) -> bool:
    """Return whether a changed label became a value that a judge had given."""
    return any(
        _text(value) in case.verdicts.get(dimension, ())
        for dimension, value in labels.items()
        if value != case.blind.get(dimension)
    )


def _text(value: Any) -> str:
    return "|".join(value) if isinstance(value, list | tuple) else str(value)
