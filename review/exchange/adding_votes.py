"""Write the votes of a label file that are new, beside what the store has; each counts under one outcome."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from review.basics.words import counted
from review.current.settled import current_adjudications
from review.exchange.votes import (
    Vote,
    annotation,
    assignment_for,
    assignments_of,
    compare,
    merged,
    number_votes,
)
from review.rubric.rubric import Rubric
from storage.queries.annotations import current_annotations
from storage.queries.comments import discussed_among
from storage.records_base import StoredLabels
from storage.records_review import Annotation
from storage.store import Store

OUTCOMES = ("annotations", "changed", "unchanged", "older", "kept")


@dataclass(frozen=True)
class Decided:
    """What stands in the way of votes: the items that people have discussed, and those that were settled."""

    discussed: Collection[str]
    settled: Collection[str]

    def why(self, vote: Vote, current: Annotation | None, labels: StoredLabels) -> str:
        """Return why a vote is left out, "" when it is taken. Pure.

        The votes of a discussion stay as those who talk saw them; of a settled item each vote stays that was settled.
        """
        if vote.item.id in self.discussed:
            return "discussed"
        against = current is not None and any(labels.get(d) != value for d, value in current.labels.items())
        return "settled" if against and vote.item.id in self.settled else ""


def add_votes(
    store: Store, votes: list[Vote], rubrics: Mapping[str, Rubric], by: str, *, import_id: str
) -> tuple[dict[str, int], list[str]]:
    """Write the new votes. Returns the counts, and what to say of those that were left out.

    What an earlier import said counts again when it comes again: the last import wins. Only what the rater said in the
    application since stays.
    """
    counts = dict.fromkeys((*OUTCOMES, "added", "duplicate"), 0)
    weeks = {v.item.week for v in votes}
    latest = {(n.item_id, n.rater_id, n.rubric_version): n for w in weeks for n in current_annotations(store, w)}
    decided = Decided(
        discussed_among(store, {v.item.id for v in votes}), set(current_adjudications(store, sorted(weeks)))
    )
    number_votes(store, votes)
    known = {n.submission_id for n in store.find(Annotation, submission_id=[v.submission_id for v in votes])}
    desks = {w: assignments_of(store, w) for w in weeks}
    left: dict[str, list[str]] = {}
    for vote in votes:
        rubric = rubrics[vote.item.week]
        current = latest.get((vote.item.id, vote.rater, rubric.version))
        labels = merged(vote, current, rubric)
        outcome = _outcome(vote, current, labels, again=vote.submission_id in known)
        if outcome in ("annotations", "changed") and (why := decided.why(vote, current, labels)):
            outcome = "kept"
            left.setdefault(why, []).append(vote.item.id)
        counts[outcome] += 1
        if outcome in ("annotations", "changed"):
            if vote.submission_id in known:
                _renumber(store, vote)
            assignment = assignment_for(store, desks[vote.item.week], vote, rubric.version, by=by)
            late = assignment.id in desks[vote.item.week].gone
            store.add(annotation(vote, current, labels, assignment, late=late, import_id=import_id))
            counts["added"] += len(vote.labels)
        elif outcome == "unchanged":
            counts["duplicate"] += len(vote.labels)
    counts["annotations"] += counts["changed"]
    return counts, [_said(why, items) for why, items in left.items()]


def _outcome(vote: Vote, current: Annotation | None, labels: StoredLabels, *, again: bool) -> str:
    """Return the outcome of a vote; ``again``: an earlier import had the same one. Pure."""
    found = compare(vote, current, labels)
    if not again or found == "unchanged":
        return found
    if current is None:
        return "unchanged"
    return found if current.import_id else "older"


def _renumber(store: Store, vote: Vote) -> None:
    """Give a vote that comes again a submission of its own."""
    while store.get(Annotation, vote.submission_id) is not None:
        vote.again += 1


def _said(why: str, items: Iterable[str]) -> str:
    several = list(items)
    names = list(dict.fromkeys(several))
    shown = ", ".join(f"'{name}'" for name in names[:5]) + (", ..." if len(names) > 5 else "")
    one, alone = len(several) == 1, len(names) == 1
    begin = counted(len(several), "vote")
    if why == "discussed":
        what = "the item" if alone else "the items"
        return f"{begin} {'was' if one else 'were'} left out, because people have discussed {what}: {shown}"
    what = f"{'its' if one else 'their'} {'item was' if alone else 'items were'}"
    differs = "differs was" if one else "differ were"
    return f"{begin} that {differs} left out, because {what} settled: {shown}. Settle again to change the label"
