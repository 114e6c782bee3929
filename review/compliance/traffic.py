"""Look at the conversations of one day with some checks, and make the pass that says so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from review.basics.errors import ReviewError
from review.basics.log_paths import LogPaths
from review.compliance.checks.check import DailyCheck, Look
from review.compliance.rules import Counted, Pass, Rules
from review.log.days import conversations_of_day
from review.settings.project import Project


class Ready(NamedTuple):
    """A check over conversations: its look, None where it cannot run; with what it looks, or why it does not."""

    look: Look | None
    detail: str


def ready_of(checks: Mapping[str, DailyCheck], project: Project) -> dict[str, Ready]:
    """Return the checks over conversations as the settings of the project let them run."""
    return {name: _ready(check, project) for name, check in checks.items() if check.traffic is not None}


def _ready(check: DailyCheck, project: Project) -> Ready:
    try:
        look = check.traffic(project) if check.traffic else None
        return Ready(look, check.method(project))
    except ReviewError as error:  # what one check lacks must not keep the others from running
        return Ready(None, str(error))


def identity_of(day: str, imports: Mapping[str, int]) -> str:
    """Return what names a pass over the conversations of a day that came with some imports."""
    return hashlib.sha256("\0".join((day, *sorted(imports))).encode()).hexdigest()[:16]


def look_at_day(
    log: LogPaths, ready: Mapping[str, Ready], day: str, imports: Mapping[str, int]
) -> tuple[int, dict[str, Counted]]:
    """Return how many conversations of a day there were, and what each check that can run has seen in them."""
    counts = {name: Counted() for name, one in ready.items() if one.look}
    rows = 0
    for batch in conversations_of_day(log, day, imports):
        rows += len(batch)
        for name, counted in counts.items():
            look = ready[name].look
            for conversation, places in zip(batch, look(batch) if look else (), strict=True):
                counted.count(conversation, list(places))
    return rows, counts


def day_pass(
    rules: Rules,
    ready: Mapping[str, Ready],
    counts: Mapping[str, Counted],
    *,
    day: str,
    identity: str,
    imports: Mapping[str, int],
    rows: int,
    say: Callable[[str], str] = str,
) -> Pass:
    """Return the pass over a day with what was found; ``say`` makes the detail of a result from that of its check."""
    made = rules.new_pass(day, identity, imports=imports, rows=rows)
    found = [
        rules.finding(made, name, kind, looked=counted.looked, source=source, n=group.n, examples=tuple(group.examples))
        for name, counted in counts.items()
        for (kind, source), group in sorted(counted.groups.items())
    ]
    results = [
        rules.result(made, name, counted=counts.get(name), detail=say(one.detail)) for name, one in ready.items()
    ]
    return Pass(made, results, found)
