"""How far everybody is in a week, and how long the rest will take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from review.current.counting import state_of_annotations
from review.current.known import Known
from review.people.people import Person, find_person, people
from storage.queries.annotations import measured_seconds, median_seconds, seconds_by_rater
from storage.queries.assignments import Counts, counts_per_rater
from storage.queries.states import latest_key
from storage.records_review import Skip
from storage.records_weeks import Assignment, Reassignment
from storage.store import Store

FALLBACK_SECONDS = 60.0
"""Assumed per item until somebody has been measured."""
ENOUGH_SECONDS = 5
"""Number of timed items from which a reviewer's own pace is used instead of everybody's."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one rater is in a week, in items.

    ``median_seconds`` is the median of the rater's active seconds per item, None before the first. ``minutes_left``
    uses it from ENOUGH_SECONDS items on, and the median of all raters before.
    """

    rater_id: str
    name: str
    dealt: int
    done: int
    skipped: int
    left: int
    median_seconds: float | None
    minutes_left: float


def progress(store: Store, week: str, *, rater_id: str | None = None, late: bool = False) -> list[Progress]:
    """Return everybody's progress in a week, or one rater's, in the order of the people.

    For a closed week this is the progress at its end: what was answered or skipped later changes no figure. ``late``
    includes it, for a reviewer who goes on.
    """
    if rater_id is None:
        counts, seconds = _EVERYBODY.get(
            store, (week, late), lambda: _state(store, week), lambda: _measured(store, week, None, late)
        )
    else:
        counts, seconds = _measured(store, week, rater_id, late)
    own_pace = rater_id is None or len(seconds.get(rater_id, ())) >= ENOUGH_SECONDS
    overall = _overall(seconds) if own_pace else median_seconds(store, week, late=late)
    if overall is None:
        overall = FALLBACK_SECONDS
    everybody = people(store) if rater_id is None else [find_person(store, rater_id)]
    return [_progress(p, counts.get(p.id, Counts()), seconds.get(p.id, []), overall) for p in everybody if p]


def _measured(store: Store, week: str, rater_id: str | None, late: bool) -> _Measured:
    return (
        counts_per_rater(store, week, rater=rater_id, late=late),
        seconds_by_rater(store, week, rater=rater_id, late=late),
    )


def _state(store: Store, week: str) -> tuple[object, ...]:
    dealt = (latest_key(store, record) for record in (Assignment, Reassignment, Skip))
    return state_of_annotations(store, week), *dealt


_Measured = tuple[Mapping[str, Counts], Mapping[str, Sequence[float]]]
_EVERYBODY: Known[_Measured] = Known(16)


def _overall(seconds: Mapping[str, Sequence[float]]) -> float | None:
    timed = [s for measured in seconds.values() for s in measured]
    return median(timed) if timed else None


def _progress(somebody: Person, counts: Counts, measured: Sequence[float], overall: float) -> Progress:
    own = median(measured) if measured else None
    left = counts.dealt - counts.done - counts.skipped
    pace = own if own and len(measured) >= ENOUGH_SECONDS else overall
    return Progress(
        rater_id=somebody.id,
        name=somebody.name,
        dealt=counts.dealt,
        done=counts.done,
        skipped=counts.skipped,
        left=left,
        median_seconds=own,
        minutes_left=left * pace / 60,
    )


def seconds_per_item(store: Store) -> float | None:
    """Return the median of active seconds per annotation in the whole store, None until somebody is measured."""
    measured = measured_seconds(store)
    return float(median(measured)) if measured else None
