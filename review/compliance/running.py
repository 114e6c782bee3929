"""Run the daily checks: over every conversation of the log once, and over the state of the store once a day.

A day of the log is one transaction: interrupted, it is looked at again as a whole. Memory holds some hundred
conversations and a few examples of each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from review.basics.clock import now
from review.basics.errors import ReviewError
from review.basics.log_paths import log_of
from review.compliance.checks.catalogue import DAILY
from review.compliance.checks.check import Trouble
from review.compliance.findings import findings
from review.compliance.rules import Counted, Pass, Rules, keep
from review.compliance.traffic import Ready, day_pass, identity_of, look_at_day, ready_of
from review.log.days import arrivals, imports_held
from review.people.people import require
from review.settings.project import Project
from storage.queries.compliance import passes_made
from storage.records_compliance import ComplianceFinding, CompliancePass, ComplianceResult
from storage.store import Store


@dataclass(kw_only=True)
class Ran:
    """What a run did: the days that it looked at, how many conversations, and what it found."""

    days: list[str] = field(default_factory=list)
    rows: int = 0
    results: list[ComplianceResult] = field(default_factory=list)
    findings: list[ComplianceFinding] = field(default_factory=list)


def run_checks(store: Store, project: Project, *, by: str, tell: Callable[[str], object] = str) -> Ran:
    """Look at every conversation that no pass has looked at, day by day, then at the state of the store.

    ``tell`` gets a sentence after each day. Raises Refused unless ``by`` is a lead, InputError for a setting that names
    no check or nobody.
    """
    require(store, by, "lead")
    rules, ran = Rules(store, project, by, DAILY), Ran()
    ready = ready_of(DAILY, project)
    for day, imports in sorted(due_days(store).items()):
        _note(store, ran, _look_at_day(store, rules, ready, (day, imports)))
        tell(f"{day}: {sum(imports.values()):,} conversations")
    if store.get(CompliancePass, f"{now()[:10]}/{STATE}") is None:
        _note(store, ran, _look_at_state(store, project, rules))
    return ran


def due_days(store: Store) -> dict[str, dict[str, int]]:
    """Return the days with conversations that no pass has looked at, with their imports and how many came with each."""
    log = log_of(store.path)
    done: dict[str, int] = {}
    pairs: set[tuple[str, str]] = set()
    for one in passes_made(store):
        for import_id, n in one.imports.items():
            done[import_id] = done.get(import_id, 0) + n
            pairs.add((one.day, import_id))
    unfinished = [import_id for import_id, n in imports_held(log).items() if done.get(import_id, 0) < n]
    found = {
        day: {import_id: n for import_id, n in imports.items() if (day, import_id) not in pairs}
        for day, imports in arrivals(log, unfinished).items()
    }
    return {day: imports for day, imports in found.items() if imports}


def _note(store: Store, ran: Ran, one: Pass) -> None:
    """Write a pass, and count it unless another run has written it meanwhile."""
    if keep(store, one):
        ran.days.append(one.made.day)
        ran.rows += one.made.rows
        ran.results += one.results
        ran.findings += one.found


def _look_at_day(store: Store, rules: Rules, ready: Mapping[str, Ready], due: tuple[str, Mapping[str, int]]) -> Pass:
    """Look at the conversations of a day that came with some imports."""
    day, imports = due
    rows, counts = look_at_day(log_of(store.path), ready, day, imports)
    return day_pass(rules, ready, counts, day=day, identity=identity_of(day, imports), imports=imports, rows=rows)


STATE = "store"
"""Ends the id of the pass over the state of the store."""


def _look_at_state(store: Store, project: Project, rules: Rules) -> Pass:
    """Look at the store itself. What an open finding names already is not found again."""
    today = now()[:10]
    made = rules.new_pass(today, STATE, imports={}, rows=0)
    known = {(f.name, f.kind, f.subject) for f in findings(store) if f.state == "open"}
    whole = Pass(made, [], [])
    for name, check in DAILY.items():
        if check.state is None:
            continue
        try:
            troubles: list[Trouble] = list(dict.fromkeys(check.state(store, project, date.fromisoformat(today))))
        except ReviewError as error:
            whole.results.append(rules.result(made, name, counted=None, detail=str(error)))
            continue
        counted = Counted(looked=1, found=len(troubles))
        whole.results.append(rules.result(made, name, counted=counted, detail=check.method(project)))
        whole.found.extend(
            rules.finding(made, name, one.kind, looked=one.looked, subject=one.subject, n=one.n)
            for one in troubles
            if (name, one.kind, one.subject) not in known
        )
    return whole
