"""How many repaired answers are right, not merely executable: of the reviewed part of the draw, with its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.labels import Value
from review.basics.words import counted, percent
from review.failures.drawn import DrawnGroup, groups_in, reviewed_groups
from review.failures.grouped import groups_of
from review.failures.rules import bad_value
from review.rubric.rubric import Dimension, current_rubric
from review.settings.project import Project
from review.statistics.quantity import Quantity
from review.statistics.within import Part, share_within
from storage.store import Store

REPAIRED = "repaired"
"""The cause of failures that were repaired."""


@dataclass(frozen=True, kw_only=True)
class RepairedAnswers:
    """The repaired answers of some weeks: how many the log has, and the share of them that people find right."""

    n: int
    right: Quantity

    def to_json(self) -> dict[str, Any]:
        """Return both as the command line prints them."""
        return {"n": self.n, "right": self.right.to_json()}

    def words(self) -> str:
        """Return both in words."""
        if not self.n:
            return "No answer was repaired in these weeks."
        answers = f"{counted(self.n, 'answer')} {'was' if self.n == 1 else 'were'} repaired"
        if self.right.value is None or self.right.ci is None:
            return f"{answers}. How many of them are right is not known: {self.right.undefined}."
        low, high = map(percent, self.right.ci)
        return (
            f"{answers}. {percent(self.right.value)} of them are right, not merely executable "
            f"({low} to {high}; {self.right.n:,} reviewed)."
        )


def repaired_answers(
    store: Store,
    project: Project,
    weeks: Sequence[str],
    *,
    viewer: str | None = None,
    drawn: Mapping[str, Sequence[DrawnGroup]] | None = None,
) -> RepairedAnswers:
    """Return how many answers were repaired in some weeks, and the share of these that are right in production.

    ``drawn`` is the reviewed part of the draws of these weeks as the viewer may see it, where it was read already.
    """
    n = sum(g.causes.get(REPAIRED, 0) for g in groups_of(store, project, weeks=list(weeks), viewer=viewer))
    found = bad_value(current_rubric(store))
    known = reviewed_groups(store, project, weeks, viewer=viewer) if drawn is None else drawn
    groups = groups_in(known, weeks)
    if found is None or not groups:
        return RepairedAnswers(n=n, right=Quantity.missing("no week of these has a draw with reviewed conversations"))
    parts = [_part(g, *found) for g in groups if g.reviewed]
    return RepairedAnswers(n=n, right=share_within(parts, "repaired answers"))


def _part(g: DrawnGroup, dimension: Dimension, bad: str) -> Part:
    repaired = [one for one in g.reviewed if one.cause == REPAIRED]
    return Part(
        population=g.population,
        labelled=len(g.reviewed),
        members=len(repaired),
        hits=sum(is_right(one.label, dimension, bad) for one in repaired),
    )


def is_right(label: Value, dimension: Dimension, bad: str) -> bool:
    """Return whether a label says that the answer is right: on a scale with an order, that is the far end. Pure."""
    values = dimension.scale.values
    if dimension.scale.kind == "ordinal" and bad in (values[0], values[-1]):
        return label == (values[-1] if bad == values[0] else values[0])
    return label != bad
