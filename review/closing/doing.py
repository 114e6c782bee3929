"""What is open in a week for one person: the state from which the next steps follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from review.closing.closing import Check
from review.current.assignments import closing_of, week_of_store
from review.current.progress import progress
from review.people.people import Person
from review.statistics.answers.next_steps import Doing, FailedStep, More, Rise
from review.statistics.answers.readings import Reading
from review.week.due_days import is_past_due
from storage.queries.dealing import items_held_by_nobody
from storage.store import Store


def doing(
    store: Store,
    week: str,
    *,
    viewer: Person | None,
    checks: Sequence[Check],
    ties: int = 0,
    more: More | None = None,
    readings: Sequence[tuple[str, Reading]] = (),
    rises: Sequence[Rise] = (),
    failed: Sequence[FailedStep] = (),
) -> Doing:
    """Return what is open in a week for ``viewer``; None stands for a lead without items, as in a report to send.

    ``checks`` is the checklist of the week, ``ties`` how many ties decide a share. The rest is passed on.
    """
    opened = week_of_store(store, week)
    rows = progress(store, week)
    mine = next((p for p in rows if viewer is not None and p.rater_id == viewer.id), None)
    left = sum(p.left for p in rows)
    own = mine.left if mine else 0
    closed = closing_of(store, week) is not None
    nobodys = 0 if closed else len(items_held_by_nobody(store, week))
    unreviewed = 0 if closed else next((c.open for c in checks if c.name == "reviewed"), left)
    overdue = is_past_due(store, opened)
    return Doing(
        week=week,
        closed=closed,
        lead=viewer is None or viewer.may("lead"),
        adjudicator=viewer is None or viewer.may("adjudicator"),
        due=_day(opened.due),
        own=own,
        own_minutes=mine.minutes_left if mine else 0.0,
        left=left,
        late=left - own if overdue else 0,
        nobodys=nobodys,
        skipped=max(unreviewed - left - nobodys, 0),
        to_settle=next((c.open for c in checks if c.name == "settled"), 0),
        ties=ties,
        to_triage=next((c.open for c in checks if c.name == "triaged"), 0),
        more=more,
        readings=tuple(readings),
        rises=tuple(rises),
        failed=tuple(failed),
    )


def _day(text: str) -> str:
    found = date.fromisoformat(text)
    return f"{found:%A} {found.day} {found:%B}"
