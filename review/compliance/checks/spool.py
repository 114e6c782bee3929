"""Requests in the spool of the collector that nobody brings into the log, where retention would reach them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from review.compliance.checks.check import Clause, DailyCheck, Trouble
from review.settings.project import Project
from review.sources.collecting.frames import spool_of
from review.sources.collecting.left_behind import requests_in, waiting_since
from storage.store import Store

GRACE = 1
"""Days that a request may wait: a trace goes into the log within hours, and the night brings in what is left."""


def look(store: Store, project: Project, day: date) -> Iterator[Trouble]:
    """Yield one trouble when a request of the spool is older than it can be while a collector or the night runs."""
    folder = spool_of(store.path)
    limit = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=GRACE)
    if 0 < waiting_since(folder) < limit.timestamp() and (n := requests_in(folder)):
        yield Trouble("requests of the collector that are not in the log", "spool", n, n)


CHECK = DailyCheck(
    title="spans that wait",
    about="spans that products sent days ago and that are in no log, as no collector runs or their source is refused",
    clauses=(Clause("GDPR", "Art. 5(1)(e)", "storage limitation: retention cannot remove what is not in the log"),),
    days=7,
    state=look,
    method=lambda project: f"the arrival times in the spool of the collector, and {GRACE} day",
)
