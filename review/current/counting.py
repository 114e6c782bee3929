"""The annotations of a week that count, read once and kept until something in that week changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from review.basics.remembered import YEAR, Remembered
from review.current.known import Known
from storage.queries.annotations import Said, current_annotations, rubric_versions_given, said_that_counts
from storage.queries.states import (
    WeekRows,
    WeekState,
    Written,
    annotations_written,
    latest_other_entry,
    rows_of_week,
)
from storage.records_review import Annotation
from storage.store import Store

_COUNTED: Remembered[WeekRows] = Remembered(256)
_VERSIONS: Remembered[Versions] = Remembered(256)
_ROWS: Remembered[tuple[Annotation, ...]] = Remembered(8)
"""The annotations of the weeks that were looked at last: every figure of a page begins with them."""


class Versions(NamedTuple):
    """How many annotations of a week count under each rubric version, and the version of most labelled items.

    An item belongs to the latest version that somebody labelled it under; ties go to the later version. ``most`` is
    None without labels.
    """

    annotations: Mapping[int, int]
    most: int | None


def state_of_annotations(store: Store, week: str) -> WeekState:
    """Return a state that changes whenever other annotations of the week count."""
    written = annotations_written(store)
    rows = _counted(store, week, written)
    return rows.items, rows.annotations, rows.place, rows.latest, written.undone, written.closed


def _counted(store: Store, week: str, written: Written) -> WeekRows:
    return _COUNTED.get((str(store.path), week, written), lambda: rows_of_week(store, week))


def states_of_annotations(store: Store, weeks: Sequence[str]) -> tuple[WeekState, ...]:
    """Return a state that changes whenever other annotations of one of these weeks count."""
    return tuple(state_of_annotations(store, week) for week in weeks)


def state_of_weeks(store: Store, weeks: Sequence[str]) -> WeekState:
    """Return the state of everything that figures on some weeks depend on.

    It changes with each annotation and skip in these weeks, and with each other change of the store, which is an entry
    of the audit chain. Annotations and skips in other weeks leave it as it is, and so do the results that a running
    judge adds: the figures of a closed week stay known while people and judges work.
    """
    written = annotations_written(store)
    places = [part for week in weeks for part in _counted(store, week, written)]
    return latest_other_entry(store), *places


def annotations_that_count(store: Store, week: str) -> Sequence[Annotation]:
    """Return the annotations of a week that count, of every rubric version, in order of arrival."""
    if store.in_transaction:
        # What this transaction has written may be rolled back.
        return current_annotations(store, week)
    key = (str(store.path), week, state_of_annotations(store, week))
    return _ROWS.get(key, lambda: tuple(current_annotations(store, week)))


def said_in(store: Store, week: str) -> Sequence[Said]:
    """Return what the annotations of a week that count say, in order of arrival, without comments and times."""
    return _SAID.get(
        store, week, lambda: state_of_annotations(store, week), lambda: tuple(said_that_counts(store, week))
    )


_SAID: Known[Sequence[Said]] = Known(YEAR)


def versions_given(store: Store, week: str) -> frozenset[int]:
    """Return the rubric versions of all annotations of a week, of those that count and of others."""
    return _GIVEN.get(
        store,
        week,
        lambda: state_of_annotations(store, week),
        lambda: frozenset(rubric_versions_given(store, week)),
    )


_GIVEN: Known[frozenset[int]] = Known(256)


def versions(store: Store, week: str) -> Versions:
    """Return under which rubric versions a week was annotated."""
    if store.in_transaction:
        return versions_of(said_in(store, week))
    key = (str(store.path), week, state_of_annotations(store, week))
    return _VERSIONS.get(key, lambda: versions_of(said_in(store, week)))


def versions_of(annotations: Iterable[Said]) -> Versions:
    """Count the rubric versions of the annotations that count in one week. Pure."""
    found: Counter[int] = Counter()
    latest: dict[str, int] = {}
    for n in annotations:
        found[n.rubric_version] += 1
        latest[n.item_id] = max(latest.get(n.item_id, 0), n.rubric_version)
    items = Counter(latest.values())
    return Versions(found, max(items, key=lambda version: (items[version], version), default=None))
