"""Items that were taken from a rater who may still have them open, and a sentence about what happened.

A submission for such an item is kept all the same and marked late (see :mod:`review.annotating.submissions`).
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.queries.dealing import taken_assignments
from storage.store import Store

KEPT = "Your labels are kept. Submit them as a late answer, or go on."


@dataclass(frozen=True)
class Taken:
    """One assignment that its rater no longer holds; ``to`` names who holds it now, "" when it was withdrawn.

    With ``again`` the same rater is asked again, under another rubric version.
    """

    assignment_id: str
    item_id: str
    rubric_version: int
    to: str
    again: bool

    @property
    def sentence(self) -> str:
        """What happened and what to do, for a rater who has the item open."""
        if self.again:
            return (
                "This item is asked again under a newer version of the rubric. You find it further back in your list."
            )
        what = f"handed to {self.to}" if self.to else "withdrawn"
        return f"This item was {what} while you had it open. {KEPT}"


def taken_from(store: Store, rater_id: str, week: str) -> dict[str, Taken]:
    """Return what was taken from a rater in a week, by assignment; the latest hand-over of each counts."""
    rows = taken_assignments(store, rater_id, week)
    return {
        r["id"]: Taken(r["id"], r["item_id"], r["rubric_version"], r["name"] or "", r["to_rater"] == rater_id)
        for r in rows
    }
