"""Decide about the failures of a demonstration week, as a team does: a mode is named, tasks are given, causes noted."""

from __future__ import annotations

from datetime import date, timedelta

from review.basics.clock import now
from review.demo.stages import FAILURES, Stage, stage_of
from review.failures.followup import claim_fix
from review.failures.modes import mode_list, name_mode
from review.failures.triage import TriageGroup, TriageWish, triage, triage_groups
from review.settings.project import Project
from storage.store import Store


def name_the_mode(store: Store, *, by: str) -> None:
    """Name the failure mode that the demonstration follows."""
    mode = FAILURES.mode
    name_mode(store, mode.name, groups=[mode.group], description=mode.description, by=by)


def triage_week(store: Store, project: Project, week: str, *, by: str, stage: Stage | None = None) -> int:
    """Decide about every open group of a week, and return how many there were.

    Only the mode of the demonstration gets golden candidates and few-shots; they take the longest to find.
    """
    followed = mode_list(store).group(FAILURES.mode.group)
    groups = [g for g in triage_groups(store, project, week) if g.state == "open"]
    for g in groups:
        wish = _wish(g, stage or stage_of(0), followed=g.found.group == followed, by=by)
        triage(store, project, week, g.found.group, g.found.version, wish=wish, by=by)
    return len(groups)


def _wish(g: TriageGroup, stage: Stage, *, followed: bool, by: str) -> TriageWish:
    cause = FAILURES.causes.get(g.found.group, FAILURES.unknown_cause.format(title=g.title))
    return TriageWish(
        root_cause=stage.cause if followed and stage.cause else cause,
        candidates=None if followed else [],
        few_shots=None if followed else (),
        reason=FAILURES.no_candidate,
        owner=by,
        due=(date.fromisoformat(now()[:10]) + timedelta(days=10)).isoformat(),
        fix_version=stage.fixed_by if followed else "",
    )


def claim(store: Store, project: Project, week: str, stage: Stage, *, by: str) -> None:
    """Record that the version of a stage fixes the followed mode from a week on."""
    mode = mode_list(store).group(FAILURES.mode.group)
    claim_fix(store, project, mode, version=stage.serves, week=week, by=by, note=stage.claims)
