"""The daily checks of the demonstration: what they found is resolved, but for one finding that gets overdue."""

from __future__ import annotations

from collections.abc import Mapping

from review.compliance.findings import Found, findings, resolve
from review.compliance.running import run_checks
from review.demo.data_files import tables
from review.demo.team import VISITOR
from review.settings.project import project_of
from storage.store import Store

CHECKED = 2
"""So many weeks before the open week the checks run for the first time; the second time is in the open week."""
LEFT_ALONE = "personal_data"
"""The check whose latest finding stays open until it is overdue."""


def look_daily(store: Store, back: int) -> None:
    """Run the daily checks ``back`` weeks before the open week, if they are due then, and resolve what they found."""
    if back not in (CHECKED, 0):
        return
    known = {one.id for one in findings(store)}
    run_checks(store, project_of(store.path), by=VISITOR)
    new = [one for one in findings(store) if one.id not in known]
    alone = [one for one in new if back and one.name == LEFT_ALONE]
    left = max(alone, key=lambda one: one.day, default=None)
    by_check: dict[str, list[Found]] = {}
    for one in new:
        if left is None or one.id != left.id:
            by_check.setdefault(one.name, []).append(one)
    said: Mapping[str, str] = tables("operations")["resolved"]
    for name, some in by_check.items():
        resolve(store, project_of(store.path), [f.id for f in some], said.get(name, said["other"]), by=VISITOR)
