"""How often each judge differs from people, week by week, for the alert on the drift of judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from review.basics.weeks import monday_of
from review.current.known import items_of
from review.current.verdicts import versions_with_verdicts
from review.evidence.evidence import paired_labels
from review.judges.workbench.over_time import weeks_over_time
from review.monitoring.alerts.series import Key, Series, window_names
from review.statistics.calibration.data import CalibrationData
from review.statistics.calibration.design import drawn_rows
from storage.queries.weeks import weeks_in_use
from storage.store import Store


def drift_series(store: Store) -> Series | None:
    """Return the errors of each judge and dimension by week, None before there are any.

    Only drawn items count, each alike: the question is whether a judge still treats similar items the same. Weeks
    under another rubric, and other versions of a judge, are left out.
    """
    if not weeks_in_use(store):
        return None
    weeks = weeks_over_time(store)
    week_of = {item.id: week for week in weeks for item in items_of(store, week)}
    counts: dict[Key, tuple[Counter[str], Counter[str]]] = {}
    for name in versions_with_verdicts(store, weeks):
        for dimension, pair in paired_labels(store, weeks, name).items():
            errors, compared = _by_week(pair.data, week_of)
            if compared:
                counts["judge", f"{name}, {dimension}"] = errors, compared
    return _series(counts, weeks) if counts else None


def _by_week(data: CalibrationData, week_of: dict[str, str]) -> tuple[Counter[str], Counter[str]]:
    rows = [k for k in drawn_rows(data).rows if data.truth[k] >= 0 and data.verdict[k] >= 0]
    compared = Counter(week_of[data.items[k]] for k in rows)
    return Counter(week_of[data.items[k]] for k in rows if data.truth[k] != data.verdict[k]), compared


def _series(counts: dict[Key, tuple[Counter[str], Counter[str]]], weeks: Sequence[str]) -> Series:
    mondays = {week: monday_of(week).isoformat() for week in weeks}
    first, last = min(mondays.values()), max(mondays.values())
    starts = _every_week(first, last)
    place = {monday: k for k, monday in enumerate(starts)}
    events, trials = np.zeros((len(counts), len(starts))), np.zeros((len(counts), len(starts)))
    for k, (errors, compared) in enumerate(counts.values()):
        for week, n in compared.items():
            trials[k, place[mondays[week]]] = n
            events[k, place[mondays[week]]] = errors[week]
    return Series(starts=starts, keys=tuple(counts), events=events, trials=trials, parts_only=True)


def _every_week(first: str, last: str) -> tuple[str, ...]:
    return window_names(datetime.fromisoformat(first), datetime.fromisoformat(last) + timedelta(days=7), "week")
