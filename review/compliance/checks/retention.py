"""Conversations of the log that stay although their days are over, nobody works with them and nothing holds them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from review.basics.errors import NothingToDo
from review.basics.log_paths import log_of
from review.basics.times import utc_text
from review.compliance.checks.check import Clause, DailyCheck, Trouble
from review.log.log import weeks_in_log
from review.monitoring.judging import judging
from review.monitoring.staying import what_stays
from review.settings.project import Project
from storage.store import Store

GRACE = 2
"""Days after which a conversation that should have expired is overdue: the night removes it the day after."""


def look(store: Store, project: Project, day: date) -> Iterator[Trouble]:
    """Yield the weeks with conversations that are overdue, by class. Raises NothingToDo while retention is off."""
    if not project.retention.on:
        raise NothingToDo("retention is not switched on in spotcheck.toml, so no conversation has a last day.")
    log = log_of(store.path)
    before = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=GRACE - 1)
    with judging(log, project.retention, what_stays(store), now=utc_text(before)) as judge:
        for week in weeks_in_log(log):
            found = judge.week(week)
            for name, n in found.expired.items():
                if n:
                    yield Trouble(f"{name} conversations past their days", week, n, found.rows)


CHECK = DailyCheck(
    title="retention overdue",
    about="conversations that are still in the log days after they should have expired, and that nothing holds",
    clauses=(
        Clause("GDPR", "Art. 5(1)(e)", "storage limitation: data is kept no longer than it is needed"),
        Clause("GDPR", "Art. 17(1)(a)", "data that is no longer needed is erased"),
    ),
    days=7,
    state=look,
    method=lambda project: f"the days of [retention] and {GRACE} more; what people work with and holds stay out",
)
