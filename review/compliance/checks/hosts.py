"""Hosts that received text from judges, as the record of their calls names them, and that are not on the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from review.compliance.checks.check import Clause, DailyCheck, Trouble
from review.settings.project import Project
from storage.queries.compliance import hosts_called
from storage.store import Store

KIND = "host not listed"


def look(store: Store, project: Project, day: date) -> Iterator[Trouble]:
    """Yield the hosts that were called on a day or before it and that [judges] does not list now."""
    for host in hosts_called(store, day.isoformat()):
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if host not in project.judges.hosts and name not in project.judges.hosts:
            yield Trouble(KIND, host)


CHECK = DailyCheck(
    title="hosts that received text",
    about="hosts that judges sent masked text to and that [judges] in spotcheck.toml does not list",
    clauses=(
        Clause("GDPR", "Art. 28(1)", "only processors with sufficient guarantees receive data"),
        Clause("GDPR", "Art. 44", "transfers to third countries are known"),
        Clause("GDPR", "Art. 30(1)(d)", "the record of processing names who receives data"),
    ),
    days=3,
    state=look,
    method=lambda project: f"the record of judges' calls, compared with {', '.join(project.judges.hosts) or 'no host'}",
)
