"""The estimates of a week's report: how good production is, by positive value, and how that changed."""

from __future__ import annotations

from review.basics.remembered import Remembered
from review.current.counting import state_of_weeks
from review.evidence import evidence
from review.evidence.chosen_weeks import DEFAULT_WEEKS
from review.evidence.production import Wanted, production_reports
from review.evidence.production_data import ProductionData, production_data
from review.evidence.weekly_change import weekly_changes, weeks_before
from review.report.model import Quality
from review.statistics.quality.change import SPAN
from storage.queries.states import WeekState
from storage.store import Store


def week_quality(store: Store, week: str, production: ProductionData, *, most: int = SPAN) -> tuple[Quality, ...]:
    """Return the estimates of a week for each positive value of its rubric, with the first judge of the frame.

    The change is that over at most ``most`` weeks; 2 is quick, and leaves out all but the week before.
    """
    rubric = evidence.latest_used_rubric(store, [week])
    judge = next(iter(production.judges), None)
    wanted = [Wanted(d, d.positive, judge) for d in rubric.dimensions if d.positive is not None]
    found = production_reports(store, [week], wanted, data=production)
    against = weekly_changes(store, week, found, wanted, most=most)
    return tuple(
        Quality(
            title=w.dimension.title,
            dimension=w.dimension.name,
            positive=w.positive,
            judge=judge,
            report=report,
            change=change,
        )
        for w, report, change in zip(wanted, found, against, strict=True)
    )


def known_quality(store: Store, week: str) -> tuple[Quality, ...]:
    """Return the estimates of a week over up to eight weeks, computed once for all visitors while nothing changes."""
    key = (str(store.path), state_of_quality(store, week), week)
    return _QUALITY.get(key, lambda: week_quality(store, week, production_data(store, [week])))


_QUALITY: Remembered[tuple[Quality, ...]] = Remembered(128)


def state_of_quality(store: Store, week: str) -> WeekState:
    """Return a state that changes with all that the estimates of a week rest on.

    The estimate of the first of the eight weeks borrows strength from the weeks before it.
    """
    return state_of_weeks(store, (*weeks_before(store, week, SPAN - 1 + DEFAULT_WEEKS), week))
