"""The annotations of a week that count, read once and kept until something in that week changes."""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.remembered import Remembered
from storage.queries.annotations import current_annotations
from storage.queries.states import WeekState, annotations_state, annotations_written
from storage.records_review import Annotation
from storage.store import Store

_STATES: Remembered[WeekState] = Remembered(256)
_ROWS: Remembered[tuple[Annotation, ...]] = Remembered(8)
"""The annotations of the weeks that were looked at last: every figure of a page begins with them."""


def state_of_annotations(store: Store, week: str) -> WeekState:
    """Return a state that changes whenever other annotations of the week count."""
    key = (str(store.path), week, annotations_written(store))
    return _STATES.get(key, lambda: annotations_state(store, week))


def annotations_that_count(store: Store, week: str) -> Sequence[Annotation]:
    """Return the annotations of a week that count, of every rubric version, in order of arrival."""
    if store.db.conn.in_transaction:
        # What this transaction has written may be rolled back.
        return current_annotations(store, week)
    key = (str(store.path), week, state_of_annotations(store, week))
    return _ROWS.get(key, lambda: tuple(current_annotations(store, week)))
