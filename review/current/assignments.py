"""Which assignments count now: the owed ones and who holds what; which week is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from review.basics.errors import Refused, UnknownError
from review.people.people import person
from storage.queries.anchors import originals_of
from storage.queries.assignments import owed_item_ids
from storage.queries.calibration import items_in_calibration
from storage.records_weeks import DueChange, Week, WeekClosing
from storage.store import Store


def owed_items(store: Store, rater_id: str) -> set[str]:
    """Return the items of open weeks that this person may still judge; other pages hide their votes and verdicts.

    Reviewers may return to what they skipped and answer late what was handed on, so both stay hidden from them.
    Adjudicators and leads owe only their open items: they may settle what they skipped, and a later annotation of
    theirs is marked as made after they saw the others' (see :mod:`review.annotating.submissions`).
    Items of a calibration session stay hidden from those who take part until its votes appear, and so do the items
    that owed anchors stand for.
    The empty ``rater_id`` owes nothing.
    """
    owed = items_to_review(store, rater_id)
    return owed | set(originals_of(store, owed).values())


def items_to_review(store: Store, rater_id: str) -> set[str]:
    """Return the same without the items that owed anchors stand for: these may be counted and named to this person.

    A count of the others, in weeks that closed long ago, would tell which items are anchors.
    """
    if not rater_id:
        return set()
    owed = owed_item_ids(store, rater_id, settles=person(store, rater_id).may("adjudicator"))
    return owed | items_in_calibration(store, rater_id)


def must_not_owe(store: Store, item_id: str, rater_id: str) -> None:
    """Raise Refused, with what to do, when an item is hidden from somebody who has yet to review."""
    if item_id in items_to_review(store, rater_id):
        raise Refused(f"item '{item_id}' still waits for your own review. Review it on the Annotate page first.")
    if item_id in owed_items(store, rater_id):
        raise Refused(f"item '{item_id}' is closed to you while you have items to review. Review those first.")


def week_of_store(store: Store, name: str) -> Week:
    """Return a week that was opened, with the due date that counts. Raises UnknownError that lists the weeks."""
    week = store.get(Week, name)
    if week is None:
        known = ", ".join(w.name for w in store.find(Week)) or "none yet"
        raise UnknownError(
            f"week '{name}' is not open in this store (there are: {known}). Draw a sample to open it.",
            command_hint="`spotcheck sample` draws one.",
        )
    return with_due_dates(store, [week])[0]


def with_due_dates(store: Store, weeks: Sequence[Week]) -> list[Week]:
    """Return the weeks with the due dates that count: a lead can change that of an open week."""
    changed = {c.week: c.due for c in store.find(DueChange, week=[w.name for w in weeks], order_by="rowid")}
    return [replace(week, due=changed.get(week.name, week.due)) for week in weeks]


def closing_of(store: Store, week: str) -> WeekClosing | None:
    """Return the closing of a week, or None while the week is open."""
    return store.get(WeekClosing, week)
