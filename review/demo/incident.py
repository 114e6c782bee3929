"""Answer the alerts of an incident as a lead does: acknowledge them on the day, and close them with what it cost."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from review.basics.clock import shifted
from review.basics.weeks import monday_of
from review.demo.data_files import record, tables
from review.monitoring.alerts.checking import check
from review.monitoring.alerts.deciding import acknowledge, close
from review.settings.project import Project
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class IncidentWords:
    """What the lead writes when an alert is acknowledged, and when it is closed; ``other``: about another alert."""

    acknowledged: str
    closed: str
    other: str


WORDS = record(IncidentWords, tables("operations")["incident"], "operations.toml, incident")


def answer_alerts(store: Store, project: Project, week: str, *, by: str) -> int:
    """Raise the alerts of a week on its Wednesday and acknowledge them; those of the incident are closed on Friday.

    Returns how many there were.
    """
    tuesday = (monday_of(week) + timedelta(days=1)).isoformat()
    with _at(week, day=2, hour=8):
        opened = check(store, project, None, by=by).opened
    began = {one.id: str(one.found["since"])[:10] == tuesday for one in opened}
    with _at(week, day=2, hour=9):
        for one in opened:
            acknowledge(store, project, one.id, by=by, reason=WORDS.acknowledged if began[one.id] else WORDS.other)
    with _at(week, day=4, hour=16):
        for one in opened:
            if began[one.id]:
                failed = round(one.found["value"] * one.found["n"])
                close(store, project, one.id, by=by, reason=WORDS.closed.format(week=week, failed=failed))
    return len(opened)


def _at(week: str, *, day: int, hour: int) -> AbstractContextManager[None]:
    """Set the clock to an hour of a day of a week, 0 for Monday."""
    moment = datetime.combine(monday_of(week) + timedelta(days=day), time(hour), UTC)
    return shifted(moment - datetime.now(UTC))
