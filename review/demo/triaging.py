"""Decide about the failures of a demonstration week, as a team does: a mode is named, tasks are given, causes noted."""

from __future__ import annotations

from datetime import date, timedelta

from review.basics.clock import now
from review.failures.modes import mode_list, name_mode
from review.failures.triage import TriageWish, triage, triage_groups
from review.settings.project import Project
from storage.store import Store

DATES = "Dates written the German way"
ROOT_CAUSES = {
    "column_not_found": "The schema in the prompt has other column names than the database.",
    "wrong_join": "No few-shot example joins users and sessions; their keys have different types.",
    "timeout": "The tool of the shop answers slowly in the evening.",
    "other": "The tool of the shop was not reachable.",
    "cause/low_confidence": "The question leaves open which period or which order is meant.",
    "cause/feedback": "The answer is right but does not say what to do next.",
    "cause/wrong": "The policy passage was cut before the sentence that matters.",
}
OF_DATES = "A few-shot example writes a date as 16.11.2026."
NO_CANDIDATE = "The golden examples have cases like these."


def name_the_mode(store: Store, *, by: str) -> None:
    """Name the failure mode that the demonstration follows."""
    name_mode(
        store,
        DATES,
        groups=["date_format"],
        description="The query has 16.11.2026 where the database wants 2026-11-16.",
        by=by,
    )


def triage_week(store: Store, project: Project, week: str, *, by: str) -> int:
    """Decide about every open group of a week, and return how many there were.

    Only the mode of the demonstration gets golden candidates and few-shots; they take the longest to find.
    """
    dates = mode_list(store).group("date_format")
    due = (date.fromisoformat(now()[:10]) + timedelta(days=10)).isoformat()
    groups = [g for g in triage_groups(store, project, week) if g.state == "open"]
    for g in groups:
        told = g.found.group == dates
        wish = TriageWish(
            root_cause=OF_DATES if told else ROOT_CAUSES.get(g.found.group, f"Seen for the first time: {g.title}."),
            candidates=None if told else [],
            few_shots=None if told else (),
            reason=NO_CANDIDATE,
            owner=by,
            due=due,
        )
        triage(store, project, week, g.found.group, g.found.version, wish=wish, by=by)
    return len(groups)
