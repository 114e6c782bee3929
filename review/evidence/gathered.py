"""The inputs of statistics as gathered from the store: kept once for all figures and visitors, and never copied."""

from __future__ import annotations

from collections.abc import Mapping

from review.basics.labels import Ratings
from review.basics.remembered import Remembered
from review.current.assignments import owed_items
from review.current.counting import state_of_weeks
from review.current.verdicts import reference
from review.evidence.evidence import Paired, paired_labels, ratings_by_dimension
from storage.queries.items import items_in_weeks
from storage.queries.states import WeekState, latest_key
from storage.records_judges import JudgeResult
from storage.records_review import Verdict
from storage.store import Store

JudgeState = tuple[WeekState, str, str]

_RATINGS: Remembered[Mapping[str, Ratings]] = Remembered(16)
_PAIRS: Remembered[Mapping[str, Paired]] = Remembered(8)


def judge_state(store: Store, weeks: tuple[str, ...]) -> JudgeState:
    """Return the state of everything that figures about judges in these weeks depend on.

    The verdicts of a run are counted apart, because the state of the weeks changes only when a run starts and ends.
    """
    return state_of_weeks(store, weeks), latest_key(store, Verdict), latest_key(store, JudgeResult)


def owed_in(store: Store, viewer: str, weeks: tuple[str, ...]) -> tuple[str, ...]:
    """Return the items of these weeks that the viewer has yet to review: viewers who owe the same see the same."""
    return tuple(sorted(items_in_weeks(store, owed_items(store, viewer), weeks)))


def ratings(store: Store, viewer: str, weeks: tuple[str, ...]) -> Mapping[str, Ratings]:
    """Return the ratings of some weeks by dimension, without the items that the viewer has yet to review."""
    owed = owed_in(store, viewer, weeks)
    key = (str(store.path), state_of_weeks(store, weeks), weeks, owed)
    return _RATINGS.get(key, lambda: ratings_by_dimension(store, weeks, viewer=viewer))


def pairs(store: Store, viewer: str, weeks: tuple[str, ...], judge: str) -> Mapping[str, Paired]:
    """Return a judge and the people in some weeks by dimension, without opening the test half.

    ``judge`` is a name, meaning its latest version with verdicts in these weeks, or ``name@version``. Raises
    NothingToDo when it has no verdict in these weeks.
    """
    judge, owed = str(reference(store, weeks, judge)), owed_in(store, viewer, weeks)
    key = (str(store.path), judge_state(store, weeks), weeks, judge, owed)
    return _PAIRS.get(key, lambda: paired_labels(store, weeks, judge, viewer=viewer))
