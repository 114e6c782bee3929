"""How many labels the open weeks hold, by dimension and value: what a change of the rubric touches."""

from __future__ import annotations

from collections import Counter

from review.current.counting import said_in
from review.current.settled import canonical_value
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import WeekClosing
from storage.store import Store


def labels_of_open_weeks(store: Store) -> tuple[list[str], dict[str, dict[str, int]]]:
    """Return the open weeks, and how many labels they hold by dimension and value. Each value of a set counts."""
    closed = {row.week for row in store.find(WeekClosing)}
    weeks = [week.name for week in weeks_in_use(store) if week.name not in closed]
    found: dict[str, Counter[str]] = {}
    for week in weeks:
        for said in said_in(store, week):
            for dimension, raw in said.labels.items():
                value = canonical_value(raw)
                found.setdefault(dimension, Counter()).update([value] if isinstance(value, str) else value)
    return weeks, {dimension: dict(counts) for dimension, counts in found.items()}
