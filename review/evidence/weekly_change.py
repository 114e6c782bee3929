"""The change of production quality against the week before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from review.evidence.production import Wanted, earlier_weeks, production_reports
from review.evidence.production_data import production_data
from review.statistics.quality.change import change
from review.statistics.quality.report import QualityReport
from review.statistics.quantity import Quantity
from storage.store import Store


class WeeklyChange(NamedTuple):
    """The headline minus that of the week ``before``, the latest earlier one under the same rubric version."""

    before: str
    quantity: Quantity


def weekly_changes(
    store: Store, week: str, found: Sequence[QualityReport], wanted: Sequence[Wanted]
) -> list[WeeklyChange | None]:
    """Return the change of each report of a week against the week before; None when there is no such week.

    The two draws are independent, so their intervals are joined (:func:`change`).
    """
    before = earlier_weeks(store, [week])[-1:]
    if not before:
        return [None] * len(found)
    data = production_data(store, before, judges=sorted({w.judge for w in wanted if w.judge}))
    known = [w if w.judge in data.judges else w._replace(judge=None) for w in wanted]
    earlier = production_reports(store, before, known, data=data)
    return [
        WeeklyChange(before[0], change(now.headline, then.headline)) for now, then in zip(found, earlier, strict=True)
    ]
