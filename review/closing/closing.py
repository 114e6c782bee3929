"""The end of a week: what still blocks closing, and the closing itself."""

from __future__ import annotations

from dataclasses import dataclass

from review.audit import chain
from review.basics.clock import now
from review.basics.errors import InputError, Refused
from review.basics.words import counted
from review.current.assignments import closing_of, week_of_store
from review.current.progress import progress
from review.failures.triage import triage_groups
from review.people.people import require
from review.settings.project import project_of
from review.settling.adjudication import cases
from storage.queries.assignments import items_left_to_nobody
from storage.records_log import Draw
from storage.records_weeks import WeekClosing
from storage.store import Store

MOST_NAMED = 4
"""How many groups of failures the checklist names."""


@dataclass(frozen=True)
class Check:
    """One line of the checklist: how many things of how many are open, and a sentence that says what to do."""

    name: str
    open: int
    total: int
    todo: str

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.open == 0

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do: that is no achievement, and no obstacle."""
        return self.open == self.total == 0


def checklist(store: Store, week: str) -> list[Check]:
    """Return what blocks closing a week: unreviewed items (also those that everybody skipped), open disagreements, and
    failures of production about which nobody has decided.

    Raises UnknownError when there is no such week.
    """
    week_of_store(store, week)
    reviewed = _reviewed(store, week)
    return [reviewed, _settled(store, week, goes_on=not reviewed.done), _triaged(store, week)]


def _reviewed(store: Store, week: str) -> Check:
    everyone = progress(store, week)
    dealt, left = sum(p.dealt for p in everyone), sum(p.left for p in everyone)
    to_nobody = items_left_to_nobody(store, week)
    todo = []
    if left:
        todo.append(f"still to review: {', '.join(f'{p.name} {p.left}' for p in everyone if p.left)}")
    if to_nobody:
        todo.append(f"{counted(to_nobody, 'item')} reviewed by nobody (skipped or taken back)")
    return Check("reviewed", left + to_nobody, dealt + to_nobody, "; ".join(todo) or "every dealt item is reviewed")


def _settled(store: Store, week: str, *, goes_on: bool) -> Check:
    found = cases(store, week, viewer="")
    disputed = sum(c.kind == "disputed" for c in found)
    contested = sum(c.kind != "single" for c in found)
    if not contested:
        todo = "no item has labels of two people yet" if goes_on else "no item has labels of two people"
    else:
        todo = f"{counted(disputed, 'disagreement')} to settle" if disputed else "all are settled"
    return Check("settled", disputed, contested, todo)


def _triaged(store: Store, week: str) -> Check:
    try:
        groups = triage_groups(store, project_of(store.path), week)
    except InputError as error:
        return Check("triaged", 1, 1, f"the failures cannot be counted: {error}")
    waiting = [g for g in groups if g.state == "open"]
    if not groups:
        return Check("triaged", 0, 0, "the log has no failures of this week")
    named = ", ".join(f"{g.title} {g.found.n:,}" for g in waiting[:MOST_NAMED])
    more = f" and {len(waiting) - MOST_NAMED:,} more" if len(waiting) > MOST_NAMED else ""
    todo = f"{counted(len(waiting), 'failure group')} to triage: {named}{more}"
    return Check("triaged", len(waiting), len(groups), todo if waiting else "every failure group is triaged")


def _check_duties(store: Store, week: str, by: str) -> None:
    """Raise Refused when ``by`` drew the week and the project lets nobody draw and close."""
    drew = {one.by for one in store.find(Draw, week=week)} | {week_of_store(store, week).opened_by}
    if by in drew and project_of(store.path).duties.draw_and_close:
        raise Refused(f"{by} drew {week}, and by the settings of this project another lead closes it.")


def close_week(store: Store, week: str, *, by: str, reason: str = "") -> WeekClosing:
    """Close a week. Raises Refused without the role lead, or when something is open and no reason is given.

    Where [duties] separates drawing from closing, it also refuses who drew the week.
    """
    require(store, by, "lead")
    with store.transaction():
        _check_duties(store, week, by)
        checks = checklist(store, week)
        if closing_of(store, week) is not None:
            raise Refused(f"{week} is closed already.")
        open_ = [c for c in checks if not c.done]
        if open_ and not reason.strip():
            todo = "; ".join(c.todo for c in open_)
            raise Refused(f"{week} cannot close yet: {todo}. To close it anyway, give a reason.")
        state = {c.name: {"open": c.open, "total": c.total} for c in checks}
        closing = WeekClosing(week, now(), by, state, reason.strip())
        store.add(closing)
        chain.record(store, by, "close", week, reason=reason.strip(), **state)
    return closing
