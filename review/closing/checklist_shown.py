"""The checklist to show: what is left now in an open week, and what was left at the closing of a closed one.

Work goes on after a closing (late reviews, disagreements settled later). A live checklist would then contradict the
reason that somebody gave for closing early.
"""

from __future__ import annotations

from collections.abc import Mapping

from review.basics.words import counted
from review.closing.closing import Check, checklist
from review.current.assignments import closing_of
from storage.store import Store

DONE = {
    "reviewed": "every dealt item was reviewed",
    "settled": "all were settled",
    "triaged": "every failure group was triaged",
}
"""By check: the sentence when nothing was left."""
NOTHING = {"settled": "no item had labels of two people", "triaged": "the log has no failures of this week"}
"""By check: the sentence when there was nothing to do."""
LEFT = {
    "reviewed": ("review", "done"),
    "settled": ("disagreement", "settled"),
    "triaged": ("failure group", "triaged"),
}
"""By check: the noun for what was left and the verb for what did not happen to it. An item counts once per reviewer."""


def shown_checklist(store: Store, week: str) -> list[Check]:
    """Return the checklist recorded at the closing of the week, or the current one while the week is open."""
    closing = closing_of(store, week)
    if closing is None:
        return checklist(store, week)
    return [_recorded(name, line) for name, line in closing.checklist.items()]


def _recorded(name: str, line: Mapping[str, int]) -> Check:
    """Return one recorded line in the past tense. The closing did not record who had something left."""
    open_, total = line["open"], line["total"]
    if not open_ and not total and name in NOTHING:
        return Check(name, 0, 0, NOTHING[name])
    if not open_:
        return Check(name, 0, total, DONE.get(name, "nothing was open"))
    were = "was" if open_ == 1 else "were"
    noun, verb = LEFT.get(name, ("thing", name))
    return Check(name, open_, total, f"{counted(open_, noun)} of {total:,} {were} not {verb}")
