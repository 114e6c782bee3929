"""The checklist as it is shown: of an open week what is left now, of a closed one what was left when it closed.

Work goes on after the end (late submissions, disagreements settled later), and would make the reason that somebody gave
for closing early look unfounded.
"""

from __future__ import annotations

from collections.abc import Mapping

from review.basics.words import counted
from review.closing.closing import Check, checklist
from review.current.assignments import closing_of
from storage.store import Store

DONE = {"reviewed": "every dealt item was reviewed", "settled": "all were settled"}
LEFT = {"reviewed": ("review", "done"), "settled": ("disagreement", "settled")}
"""What was left, and what was not done with it. An item that several people review is as many reviews."""


def shown_checklist(store: Store, week: str) -> list[Check]:
    """The checklist as the closing of the week recorded it, or the live one while the week is open."""
    closing = closing_of(store, week)
    if closing is None:
        return checklist(store, week)
    return [_recorded(name, line) for name, line in closing.checklist.items()]


def _recorded(name: str, line: Mapping[str, int]) -> Check:
    """One line of the past, in the past tense: the names of those who had something left were not recorded."""
    open_, total = line["open"], line["total"]
    if not open_:
        return Check(name, 0, total, DONE.get(name, "nothing was open"))
    were = "was" if open_ == 1 else "were"
    what, act = LEFT.get(name, ("thing", name))
    return Check(name, open_, total, f"{counted(open_, what)} of {total} {were} not {act}")
