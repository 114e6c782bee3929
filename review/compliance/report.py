"""The control report of a period: which checks ran, also those that found nothing, what they found, what is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from review.basics.clock import now
from review.basics.csv_safe import csv_text
from review.basics.errors import InputError
from review.basics.words import counted
from review.compliance.checks.catalogue import DAILY
from review.compliance.checks.check import Clause
from review.compliance.findings import Found, findings
from review.compliance.hipaa import Identifier, identifiers
from review.compliance.looking_back import behind
from review.compliance.running import due_days
from review.people.people import READER, people, require
from review.settings.project import Project
from storage.queries.compliance import results_between
from storage.records_compliance import ComplianceResult
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Control:
    """What one check did in the period. ``days`` on which it ran, ``idle`` reasons for which it did not.

    ``behind`` conversations of the period came before it could run, and it has not looked back at them.
    """

    name: str
    title: str
    about: str
    clauses: Sequence[Clause]
    days: int
    looked: int
    found: int
    open: int
    overdue: int
    resolved: int
    behind: int
    methods: Sequence[str]
    idle: Sequence[str]

    @property
    def state(self) -> str:
        """Whether it ran, in one word or two."""
        whole = not self.idle and not self.behind
        return "ran" if self.days and whole else "ran on some days" if self.days else "did not run"

    @property
    def lacks(self) -> str:
        """What it has not looked at, in a sentence; "" when that is nothing."""
        if not self.behind:
            return ""
        return f"Has not looked at {counted(self.behind, 'conversation')} from before it could run."

    @property
    def detail(self) -> str:
        """With what it looked, why it did not run, and what it lacks, in one line."""
        return " ".join(filter(None, (*self.methods, *self.idle, self.lacks)))


@dataclass(frozen=True, kw_only=True)
class ControlReport:
    """The report of the days from ``first`` to ``last`` (ISO dates, UTC). ``overdue`` ones may be older.

    ``waiting`` counts, by day, the conversations of the period that no check has looked at yet. ``names`` are the names
    of people by id.
    """

    first: str
    last: str
    at: str
    controls: Sequence[Control]
    findings: Sequence[Found]
    overdue: Sequence[Found]
    waiting: Mapping[str, int]
    hipaa: Sequence[Identifier]
    names: Mapping[str, str]

    @property
    def open(self) -> int:
        """Findings of the period that nobody has resolved."""
        return sum(one.state == "open" for one in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "from": self.first,
            "to": self.last,
            "at": self.at,
            "checks": [
                {**vars(c), "state": c.state, "clauses": [k._asdict() for k in c.clauses]} for c in self.controls
            ],
            "findings": [f.to_json() for f in self.findings],
            "open": self.open,
            "overdue": [f.to_json() for f in self.overdue],
            "waiting": dict(self.waiting),
            "hipaa": [one._asdict() for one in self.hipaa],
        }


def control_report(store: Store, project: Project, *, first: str, last: str, by: str) -> ControlReport:
    """Return the report of the days from ``first`` to ``last`` (ISO dates, both included).

    Raises Refused without a role, InputError for a wrong day or a period that ends before it begins.
    """
    require(store, by, READER)
    if _day("from", first) > _day("to", last):
        raise InputError(f"the period begins on {first} and ends on {last}, expected an end that is not earlier.")
    everything = findings(store)
    found = [one for one in everything if first <= one.day <= last]
    results, lacking = results_between(store, first, last), behind(store, project, first=first, last=last)
    rows = {one.name: one.rows for one in lacking}
    return ControlReport(
        first=first,
        last=last,
        at=now(),
        controls=[_control(name, [r for r in results if r.name == name], found, rows.get(name, 0)) for name in DAILY],
        findings=found,
        overdue=[one for one in everything if one.overdue],
        waiting={day: sum(n.values()) for day, n in due_days(store).items() if first <= day <= last},
        hipaa=identifiers(project),
        names={p.id: p.name for p in people(store)},
    )


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option}: found {text!r}, expected a day such as 2026-11-20.") from None


def _control(name: str, results: Sequence[ComplianceResult], found: Sequence[Found], lacking: int) -> Control:
    check, own = DAILY[name], [one for one in found if one.name == name]
    ran = [r for r in results if r.ran]
    return Control(
        name=name,
        title=check.title,
        about=check.about,
        clauses=check.clauses,
        days=len({r.day for r in ran}),
        looked=sum(r.looked for r in ran),
        found=sum(r.found for r in ran),
        open=sum(f.state == "open" for f in own),
        overdue=sum(f.overdue for f in own),
        resolved=sum(f.state == "resolved" for f in own),
        behind=lacking,
        methods=tuple(dict.fromkeys(r.detail for r in ran)),
        idle=tuple(dict.fromkeys(r.detail for r in results if not r.ran)),
    )


COLUMNS = (
    *("row", "check", "title", "clauses", "state", "days", "looked", "found", "detail"),
    *("finding", "day", "kind", "source", "subject", "owner", "due", "overdue", "resolution"),
)


def report_csv(report: ControlReport) -> str:
    """Return the report as one table: a row for each check, then one for each finding, overdue older ones too."""
    rows: list[dict[str, Any]] = [
        {
            **vars(c), "row": "check", "check": c.name, "clauses": cited(c.clauses), "state": c.state,
            "overdue": c.overdue, "detail": c.detail,
        }
        for c in report.controls
    ]  # fmt: skip
    listed = {one.id: one for one in (*report.findings, *report.overdue)}
    for one in listed.values():
        clauses = cited(DAILY[one.name].clauses) if one.name in DAILY else ""
        owner = report.names.get(one.owner, one.owner)
        rows.append(
            {
                **vars(one), "row": "finding", "check": one.name, "title": one.title, "clauses": clauses,
                "found": one.n, "finding": one.id, "owner": owner,
            }
        )  # fmt: skip
    return csv_text(COLUMNS, rows)


def cited(clauses: Sequence[Clause]) -> str:
    """Return the articles of some clauses by law: ``GDPR Art. 5(1)(c), Art. 33(1); HIPAA 45 CFR 164.514(b)(2)(i)``."""
    laws: dict[str, list[str]] = {}
    for clause in clauses:
        laws.setdefault(clause.law, []).append(clause.article)
    return "; ".join(f"{law} {', '.join(articles)}" for law, articles in laws.items())
