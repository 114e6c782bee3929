"""How well failures are dealt with, week by week: fixes that came back, and the times to find a cause and to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from review.basics.weeks import monday_of
from review.failures.followup import Followed
from review.failures.modes import mode_list
from review.statistics.fixes import CAME_BACK, FIXED
from storage.records_failures import FailureTriage
from storage.store import Store

SITTING = timedelta(hours=2)
"""Two decisions of one person further apart than this were not made in one sitting."""
BY_HAND = timedelta(seconds=3)
"""Nobody decides faster; decisions that follow each other more closely were made by a program."""


@dataclass(frozen=True, kw_only=True)
class LoopWeek:
    """One week: how many fixes were decided and how many of these came back, and the median times.

    ``minutes`` is the time to a root cause: between two decisions of one person in one sitting. ``days`` is the time to
    a fix: from the first decision about the mode to the end of the week that proved it. None where there is none.
    """

    week: str
    decided: int
    came_back: int
    minutes: float | None
    days: float | None

    @property
    def recurrence(self) -> float | None:
        """The share of the decided fixes that came back."""
        return self.came_back / self.decided if self.decided else None


def loop_figures(store: Store, fixes: Sequence[Followed]) -> list[LoopWeek]:
    """Return the figures of every week with a decision about failures or about a claimed fix, in order."""
    triages = store.find(FailureTriage)
    minutes, days = _minutes(triages), _days(store, triages, fixes)
    weeks = sorted({t.week for t in triages} | {f.decided for f in fixes if f.decided})
    return [
        LoopWeek(
            week=week,
            decided=sum(f.decided == week for f in fixes),
            came_back=sum(f.decided == week and f.state == CAME_BACK for f in fixes),
            minutes=median(minutes[week]) if week in minutes else None,
            days=median(days[week]) if week in days else None,
        )
        for week in weeks
    ]


def minutes_to_causes(triages: Sequence[FailureTriage]) -> list[tuple[FailureTriage, float]]:
    """Return the decisions that followed another one of the same person in one sitting, with the minutes between. Pure.

    ``triages`` are in order of arrival.
    """
    found: list[tuple[FailureTriage, float]] = []
    last: dict[str, datetime] = {}
    for one in triages:
        at = datetime.fromisoformat(one.at)
        if one.by in last and BY_HAND < at - last[one.by] < SITTING:
            found.append((one, (at - last[one.by]).total_seconds() / 60))
        last[one.by] = at
    return found


def _minutes(triages: Sequence[FailureTriage]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for one, minutes in minutes_to_causes(triages):
        found.setdefault(one.week, []).append(minutes)
    return found


def _days(store: Store, triages: Sequence[FailureTriage], fixes: Sequence[Followed]) -> dict[str, list[float]]:
    modes, first = mode_list(store), dict[str, datetime]()
    for one in triages:
        first.setdefault(modes.group(one.mode), datetime.fromisoformat(one.at))
    found: dict[str, list[float]] = {}
    for fix in fixes:
        begun = first.get(modes.group(fix.claim.mode))
        if fix.state == FIXED and fix.decided and begun is not None:
            ended = monday_of(fix.decided) + timedelta(days=7)
            found.setdefault(fix.decided, []).append(max((ended - begun.date()).days, 0))
    return found
