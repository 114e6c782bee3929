"""Requests to erase a person's data that are not proved a month after somebody asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from review.compliance.checks.check import Clause, DailyCheck, Trouble
from review.settings.project import Project
from storage.queries.erasing import open_erasures
from storage.store import Store

MONTH = 30
"""Days: Art. 12(3) gives one month, and the shortest months but one have 30."""


def look(store: Store, project: Project, day: date) -> Iterator[Trouble]:
    """Yield the requests that are overdue; their ids are random."""
    last = (day - timedelta(days=MONTH)).isoformat()
    for one in open_erasures(store):
        if one.at[:10] < last:
            yield Trouble("not proved within a month", one.id[:12])


CHECK = DailyCheck(
    title="erasures overdue",
    about="requests for erasure whose proof has not passed a month after they were made",
    clauses=(
        Clause("GDPR", "Art. 12(3)", "a request is acted on within one month"),
        Clause("GDPR", "Art. 17(1)", "the right to erasure, without undue delay"),
    ),
    days=3,
    state=look,
    method=lambda project: f"the requests of this store and the proof of each, after {MONTH} days",
)
