"""A simulated team that runs Spotcheck week after week: every step is a verb that a page or a command calls too."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
from simulated_agent import JUDGE, Asked

from review.basics.clock import now, shifted
from review.closing.closing import checklist, close_week
from review.demo.build import SQL_SETTINGS
from review.demo.curate import approve_week
from review.demo.reviewers import HABITS
from review.demo.reviewing import review_week, settle_week
from review.demo.team import CURATOR, VISITOR
from review.evidence.production import production_quality
from review.failures.modes import Mode, mode_list, name_mode
from review.failures.rules import found_wrong
from review.failures.triage import TriageWish, triage, triage_groups
from review.failures.working import give_mode
from review.golden.references import references_of
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import current_rubric, rubric_from, save_rubric
from review.settings.project import project_of
from review.sources.import_into import import_into
from review.sources.options import ImportOptions
from review.statistics.quantity import Quantity
from review.week.drawing import Request
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_failures import FailureTriage
from storage.store import Store

Truth = Mapping[str, Asked]
MODES = {"joins": "Rows joined wrongly", "days": "A day too many or too few"}
"""What the team calls the faults that it tells apart."""
WHY_NONE = "The golden examples have cases like these."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the team reviews: the share of traffic that is drawn, and the share of it that two people read."""

    rate: float = 0.08
    overlap: float = 1.0
    capped: int = 15


PLAN = Plan()


@dataclass(frozen=True, kw_only=True)
class WeekFound:
    """What a week of review gives: the estimated share of wrong answers, and what was done on the way."""

    wrong: Quantity
    items: int
    settled: int
    tasks: int
    edge_cases: int
    left: tuple[str, ...]


def new_team(folder: Path) -> Store:
    """Return a new store with a lead, a curator and four reviewers who err in their own ways."""
    store = open_store(folder / "spotcheck.db")
    add_person(store, VISITOR, role="lead", by="simulation")
    add_person(store, CURATOR, role="adjudicator", by=VISITOR)
    for reviewer in HABITS:
        add_person(store, reviewer, role="annotator", by=VISITOR)
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by=VISITOR)
    (folder / "spotcheck.toml").write_text(SQL_SETTINGS, encoding="utf-8")
    return store


def until_monday_after(week: str) -> timedelta:
    """Return how far the clock is to be set so that it shows the Monday after a week."""
    year, number = int(week[:4]), int(week[6:])
    monday = datetime.combine(date.fromisocalendar(year, number, 1), datetime.min.time(), UTC)
    return monday + timedelta(days=7, hours=9) - datetime.now(UTC)


def before(week: str) -> AbstractContextManager[None]:
    """Set the clock to the Monday of a week."""
    return shifted(until_monday_after(week) - timedelta(weeks=1))


def work_through(store: Store, week: str, truth: Truth, *, plan: Plan, seed: int) -> WeekFound:
    """Import, draw, review, settle, estimate, name modes, triage, approve, release and close one week."""
    _import(store, week, truth)
    asked = Request(
        week=week,
        rate=plan.rate,
        raters=tuple(HABITS),
        overlap=plan.overlap,
        overlap_raters=2,
        failing=plan.capped,
        low_confidence=plan.capped,
    )
    opened = open_week(store, project_of(store.path), asked, by=VISITOR)
    review_week(store, week, truth, seed, {})
    settled = settle_week(store, week, truth, by=CURATOR)
    quality = production_quality(store, [week], current_rubric(store)["correctness"], positive="wrong", judge=JUDGE)
    _name_faults(store, week, truth)
    with references_of(store) as references:
        approve_week(store, week, truth, by=CURATOR, references=references)
    decided = _triage(store, week)
    left = tuple(check.todo for check in checklist(store, week) if not check.done)
    close_week(store, week, by=VISITOR, reason="; ".join(left))
    return WeekFound(
        wrong=quality.headline,
        items=opened.new_items,
        settled=settled,
        tasks=sum(one.decision == "task" for one in decided),
        edge_cases=sum(one.decision == "golden" for one in decided),
        left=left,
    )


def _import(store: Store, week: str, truth: Truth) -> None:
    file = store.path.with_name(f"production-{week}.jsonl")
    file.write_bytes(b"".join(orjson.dumps(c.row) + b"\n" for c in truth.values()))
    import_into(store, file, ImportOptions(), by=VISITOR)
    file.unlink()


def _name_faults(store: Store, week: str, truth: Truth) -> None:
    """Give the answers that people found wrong to their modes; a mode is named when its fault is first seen.

    The curator reads each of them, and so sees its fault.
    """
    seen: dict[str, list[str]] = {}
    for conversation in found_wrong(store, [week]):
        seen.setdefault(truth[conversation].fault, []).append(conversation)
    for fault, ids in seen.items():
        if fault in MODES:
            give_mode(store, sorted(ids), mode_of(store, fault).id, by=CURATOR)


def mode_of(store: Store, fault: str) -> Mode:
    """Return the mode of a fault; name it if nobody has."""
    return mode_list(store).get(MODES[fault]) or name_mode(store, MODES[fault], by=CURATOR)


def _triage(store: Store, week: str) -> list[FailureTriage]:
    """Decide about every open group of failures of a week."""
    project = project_of(store.path)
    due = (date.fromisoformat(now()[:10]) + timedelta(days=10)).isoformat()
    decided = []
    for g in triage_groups(store, project, week):
        if g.state == "open":
            wish = TriageWish(
                root_cause=f"Seen in {week}: {g.title}.", candidates=[], few_shots=(), reason=WHY_NONE,
                owner=CURATOR, due=due,
            )  # fmt: skip
            decided.append(triage(store, project, week, g.found.group, g.found.version, wish=wish, by=CURATOR))
    return decided
