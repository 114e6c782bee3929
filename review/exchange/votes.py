"""Votes from a label file: all rows of one rater on one item together, compared with what the store has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from review.basics.canonical import digest
from review.basics.clock import new_id, now
from review.basics.csv_safe import row_text
from review.basics.limits import MAX_COMMENT
from review.basics.tables import Row, Table
from review.exchange.items import dimension_of, label_text, stored
from review.exchange.label_times import Clock
from review.exchange.values import NotInRubric, ValuesRead
from review.rubric.rubric import Rubric
from storage.records_base import StoredLabels
from storage.records_review import Annotation, LabelImportWithdrawal
from storage.records_weeks import Assignment, Item, Reassignment
from storage.store import Store

UNDONE = "the import of labels was undone"
"""Why an assignment ends that came with labels."""


@dataclass(kw_only=True)
class Vote:
    """What a file says about one item in one rater's name. ``rows`` has the row of each label, by dimension."""

    row: Row
    item: Item
    rater: str
    labels: StoredLabels = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    at: str = ""
    seconds: float | None = None
    comments: dict[str, None] = field(default_factory=dict)
    again: int = 0

    @property
    def submission_id(self) -> str:
        """The id of the submission: the same for the same item, rater, labels and time.

        ``again`` counts how often it came in before, in an import that was undone or under one that came after it.
        """
        again = [self.again] if self.again else []
        return digest([self.item.id, self.rater, self.labels, self.at, *again])[:32]


def gather_votes(
    table: Table,
    items: Mapping[str, Item],
    raters: Mapping[str, str],
    rubrics: Mapping[str, Rubric],
    dimension: str | None = None,
    read: ValuesRead | None = None,
    clock: Clock | None = None,
) -> tuple[list[Vote], int]:
    """Return one vote per item and rater, in the order of the file, and the number of empty labels. Pure.

    ``read`` reads the labels and counts them, ``clock`` the times. Raises UnknownValues for labels outside their scale;
    InputError for an unknown dimension, an unreadable time, or two different labels of one rater for one item and
    dimension.
    """
    read, clock = read or ValuesRead(), clock or Clock()
    votes: dict[tuple[str, str], Vote] = {}
    empty = 0
    for row in table.rows:
        name = row_text(row, "item")
        if not name:
            raise row.error("item", "", "a value", "Fill the cell or remove the row.")
        item, rater = items[name], raters[row_text(row, "rater")]
        rubric = rubrics[item.week]
        d = dimension_of(row, dimension, rubric, where=f"the rubric of {item.week}, version {rubric.version},")
        value = read.of(row, d)
        if value is None or value == () or isinstance(value, NotInRubric):
            empty += 1
            continue
        vote = votes.setdefault((item.id, rater), Vote(row=row, item=item, rater=rater))
        if vote.labels.setdefault(d.name, stored(value)) != stored(value):
            raise row.error(
                "label",
                row.cells.get("label"),
                f"the label of {_place(vote.rows[d.name], row)} for the same item, rater and dimension "
                f"({label_text(vote.labels[d.name])})",
                "Keep one of the rows.",
            )
        vote.rows.setdefault(d.name, row)
        vote.at = max(vote.at, clock.of(row))
        vote.seconds = max(vote.seconds or 0.0, seconds) if (seconds := _seconds(row)) is not None else vote.seconds
        comment = row_text(row, "comment")
        if len(comment) > MAX_COMMENT:
            raise row.error("comment", comment, f"at most {MAX_COMMENT:,} characters")
        if comment:
            vote.comments[comment] = None
    read.refuse_unknown(table.file, "label", command_hint="--value DIMENSION:RAW=VALUE translates them.")
    return list(votes.values()), empty


def _place(row: Row, beside: Row) -> str:
    return f"line {row.line}" if row.file == beside.file else f"{row.file}, line {row.line},"


def _seconds(row: Row) -> float | None:
    seconds = row.number("seconds")
    if seconds is not None and seconds < 0:
        raise row.error("seconds", row.text("seconds"), "a number of seconds, zero or more")
    return seconds


def merged(vote: Vote, current: Annotation | None, rubric: Rubric) -> StoredLabels:
    """Return the vote's labels, and those that the rater gave before in other dimensions. Pure.

    Earlier labels that the rubric no longer asks for (reasons, once the answer is called correct) are dropped.
    """
    labels = {**(current.labels if current else {}), **vote.labels}
    asked = {d.name for d in rubric.dimensions if d.shown(labels)}
    return {d: value for d, value in labels.items() if d in asked or d in vote.labels}


def compare(vote: Vote, current: Annotation | None, labels: Mapping[str, Any]) -> str:
    """Return whether a vote is new ("annotations"), "changed", "unchanged", or "older" than the current one. Pure."""
    if current is None:
        return "annotations"
    if labels == current.labels and "\n".join(vote.comments) in ("", current.comment):
        return "unchanged"
    return "older" if vote.at and vote.at < current.at else "changed"


def number_votes(store: Store, votes: Iterable[Vote]) -> None:
    """Tell the votes that came with imports that were undone, so that they can come in again."""
    undone = {row.import_id for row in store.find(LabelImportWithdrawal)}
    waiting = list(votes) if undone else []
    while waiting:
        found = store.find(Annotation, submission_id=[v.submission_id for v in waiting])
        gone = {n.submission_id for n in found if n.import_id in undone}
        waiting = [v for v in waiting if v.submission_id in gone]
        for vote in waiting:
            vote.again += 1


def annotation(
    vote: Vote,
    current: Annotation | None,
    labels: Mapping[str, Any],
    assignment: Assignment,
    *,
    late: bool,
    import_id: str,
) -> Annotation:
    """Return the annotation of a vote, which supersedes the rater's current one. Pure but for the time."""
    return Annotation(
        submission_id=vote.submission_id,
        assignment_id=assignment.id,
        item_id=vote.item.id,
        rater_id=vote.rater,
        rubric_version=assignment.rubric_version,
        labels=dict(labels),
        at=vote.at or now(),
        comment="\n".join(vote.comments) or (current.comment if current else ""),
        corrected_answer=current.corrected_answer if current else "",
        supersedes=current.submission_id if current else None,
        late=late,
        seconds=vote.seconds,
        import_id=import_id,
    )


@dataclass(frozen=True)
class WeekAssignments:
    """The assignments of one week.

    ``held``: by item, rater and rubric version. ``gone``: the ids of those that were handed on. ``last``: each rater's
    last position.
    """

    held: dict[tuple[str, str, int], Assignment]
    gone: frozenset[str]
    last: dict[str, int]


def assignments_of(store: Store, week: str) -> WeekAssignments:
    """Read the assignments of a week, without those that an undone import of labels had made."""
    rows = store.find(Assignment, week=week)
    last: dict[str, int] = {}
    for a in rows:
        last[a.rater_id] = max(last.get(a.rater_id, 0), a.position)
    taken = store.find(Reassignment, assignment_id=[a.id for a in rows])
    undone = {r.assignment_id for r in taken if r.reason == UNDONE}
    held = {(a.item_id, a.rater_id, a.rubric_version): a for a in rows if a.id not in undone}
    return WeekAssignments(held, frozenset(r.assignment_id for r in taken), last)


def assignment_for(store: Store, desk: WeekAssignments, vote: Vote, version: int, *, by: str) -> Assignment:
    """Return the rater's assignment of the item; if there is none, add one after the rater's last."""
    key = (vote.item.id, vote.rater, version)
    if key not in desk.held:
        position = desk.last[vote.rater] = desk.last.get(vote.rater, 0) + 1
        desk.held[key] = Assignment(
            id=new_id(),
            item_id=vote.item.id,
            rater_id=vote.rater,
            week=vote.item.week,
            position=position,
            rubric_version=version,
            at=now(),
            by=by,
        )
        store.add(desk.held[key])
    return desk.held[key]
