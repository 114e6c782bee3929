"""What a pass of the daily checks writes: who answers for a finding, until when, and one transaction for all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from review.audit import chain
from review.basics.clock import now
from review.basics.errors import InputError
from review.basics.words import meant
from review.checks.protocol import Span
from review.compliance.checks.check import DailyCheck
from review.people.people import a_lead, person
from review.settings.project import Project
from storage.records_compliance import ComplianceFinding, CompliancePass, ComplianceResult
from storage.records_log import Conversation
from storage.store import Store

EXAMPLES = 50
"""Conversations that a finding names; it counts all of them."""
PLACES = 20
"""Places that a finding names of one conversation."""


@dataclass
class Group:
    """What was found of one kind in the conversations of one source."""

    n: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Counted:
    """What one check has seen: how many it looked at, in how many it found something, by kind and source."""

    looked: int = 0
    found: int = 0
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)

    def count(self, conversation: Conversation, places: list[Span]) -> None:
        """Take in what was found in one conversation."""
        self.looked += 1
        self.found += bool(places)
        for kind in dict.fromkeys(p["kind"] for p in places):
            group = self.groups.setdefault((kind, conversation.source), Group())
            group.n += 1
            if len(group.examples) < EXAMPLES:
                own = [dict(p) for p in places if p["kind"] == kind][:PLACES]
                group.examples.append({"conversation": conversation.id, "places": own})


class Pass(NamedTuple):
    """One pass with everything that it writes."""

    made: CompliancePass
    results: list[ComplianceResult]
    found: list[ComplianceFinding]


class Rules:
    """Who answers for what is found, and until when, by the settings of the project."""

    def __init__(self, store: Store, project: Project, by: str, checks: Mapping[str, DailyCheck]) -> None:
        """Read the settings. Raises InputError where they name no check or nobody who can act."""
        self.by, self.checks, self.days = by, checks, project.compliance.days
        unknown = sorted(set(self.days) - set(checks))
        if unknown:
            raise InputError(
                f"{project.path}, compliance.days: found '{unknown[0]}'{meant(unknown[0], checks)}, expected one of "
                f"{', '.join(checks)}."
            )
        owner = person(store, project.compliance.owner or a_lead(store))
        if not owner.may("annotator"):
            raise InputError(
                f"{project.path}, compliance.owner: {owner.name} has the role {owner.role or 'none'}, expected an "
                "annotator, adjudicator or lead, who can act."
            )
        self.owner = owner.id

    def new_pass(self, day: str, identity: str, *, imports: Mapping[str, int], rows: int) -> CompliancePass:
        """Return a pass over a day."""
        return CompliancePass(id=f"{day}/{identity}", day=day, imports=dict(imports), rows=rows, at=now(), by=self.by)

    def result(self, made: CompliancePass, name: str, *, counted: Counted | None, detail: str) -> ComplianceResult:
        """Return what a check did in a pass; ``counted`` None says that it could not run, and ``detail`` why."""
        found = counted or Counted()
        return ComplianceResult(
            id=f"{made.id}/{name}", pass_id=made.id, day=made.day, name=name, ran=counted is not None,
            looked=found.looked, found=found.found, detail=detail, at=made.at, by=self.by,
        )  # fmt: skip

    def finding(self, made: CompliancePass, name: str, kind: str, *, looked: int, **found: Any) -> ComplianceFinding:
        """Return a finding. Its id follows from what it is about, so that the same is never found twice."""
        about = {"source": "", "subject": "", "n": 1, **found}
        text = "\0".join((made.id, name, kind, about["source"], about["subject"]))
        due = date.fromisoformat(made.at[:10]) + timedelta(days=self.days.get(name, self.checks[name].days))
        return ComplianceFinding(
            id=hashlib.sha256(text.encode()).hexdigest()[:12], pass_id=made.id, day=made.day, name=name, kind=kind,
            looked=looked, owner=self.owner, due=due.isoformat(), at=made.at, by=self.by, **about,
        )  # fmt: skip


def keep(store: Store, one: Pass) -> bool:
    """Write a pass with everything that it found, or nothing.

    Returns False when another run has meanwhile looked at the same, or at some of it: what is left comes next time.
    """
    with store.transaction():
        others = store.find(CompliancePass, day=one.made.day)
        if any(other.id == one.made.id or other.imports.keys() & one.made.imports.keys() for other in others):
            return False
        store.add(one.made, *one.results, *one.found)
        chain.record(
            store, one.made.by, "daily checks", one.made.day, conversations=one.made.rows, findings=len(one.found)
        )
    return True
