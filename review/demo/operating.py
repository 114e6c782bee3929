"""Look after production as a lead does: an alert is acknowledged and closed, and findings of the daily checks resolved.

One finding is left alone until it is overdue.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from review.basics.clock import shifted
from review.basics.weeks import monday_of
from review.compliance.findings import Found, findings, resolve
from review.compliance.running import run_checks
from review.demo.data_files import record, tables
from review.monitoring.alerts.checking import check
from review.monitoring.alerts.deciding import acknowledge, close
from review.settings.project import Project
from storage.store import Store

LEFT_ALONE = "personal_data"
"""The check whose latest finding stays open until it is overdue."""


@dataclass(frozen=True, kw_only=True)
class IncidentWords:
    """What the lead writes when an alert is acknowledged, and when it is closed."""

    acknowledged: str
    closed: str


@dataclass(frozen=True, kw_only=True)
class OperationsFile:
    """All of data/operations.toml. ``resolved`` says by check what was done about its findings."""

    incident: IncidentWords
    resolved: Mapping[str, str]


WORDS = record(OperationsFile, tables("operations"), "operations.toml")


def answer_alerts(store: Store, project: Project, week: str, *, by: str) -> int:
    """Raise the alerts of a week on its Wednesday, acknowledge them at once, and close them on the Friday.

    Returns how many there were.
    """
    with _at(week, day=2, hour=8):
        opened = check(store, project, None, by=by).opened
    with _at(week, day=2, hour=9):
        for one in opened:
            acknowledge(store, project, one.id, by=by, reason=WORDS.incident.acknowledged)
    with _at(week, day=4, hour=16):
        for one in opened:
            failed = round(one.found["value"] * one.found["n"])
            close(store, project, one.id, by=by, reason=WORDS.incident.closed.format(week=week, failed=failed))
    return len(opened)


def _at(week: str, *, day: int, hour: int) -> AbstractContextManager[None]:
    """Set the clock to an hour of a day of a week, 0 for Monday."""
    moment = datetime.combine(monday_of(week) + timedelta(days=day), time(hour), UTC)
    return shifted(moment - datetime.now(UTC))


def look_daily(store: Store, project: Project, *, by: str, but_one: bool = False) -> None:
    """Run the daily checks and resolve what they found; with ``but_one`` the latest of one check stays open."""
    known = {one.id for one in findings(store)}
    run_checks(store, project, by=by)
    new = [one for one in findings(store) if one.id not in known]
    left = max((one for one in new if but_one and one.name == LEFT_ALONE), key=lambda one: one.day, default=None)
    by_check: dict[str, list[Found]] = {}
    for one in new:
        if left is None or one.id != left.id:
            by_check.setdefault(one.name, []).append(one)
    for name, some in by_check.items():
        said = WORDS.resolved.get(name, WORDS.resolved["other"])
        resolve(store, project, [one.id for one in some], said, by=by)
