"""Write what a browser sends: annotations, skips, undos and flags.

Writes are idempotent on the client's ``submission_id``: a repeated one is acknowledged and changes nothing. An entry
that cannot be taken is answered with a sentence instead of an exception, and does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.annotating.discussed import must_not_be_discussed
from review.annotating.entries import (
    IDENTITY,
    KINDS,
    AnnotationEntry,
    Entry,
    FlagEntry,
    SkipEntry,
    WithdrawalEntry,
    read_entry,
    read_header,
    shown,
)
from review.annotating.marks import checked_marks
from review.annotating.pair_votes import as_stored
from review.audit import chain
from review.basics.clock import now
from review.basics.errors import Refused, ReviewError
from review.people.people import Person, require
from review.privacy.hidden_spans import hide_span
from review.rubric.rubric import rubric_version
from review.week.fields import NOT_MY_FIELD, hand_on
from review.week.requeue import give_way
from storage.queries.annotations import annotation_of_assignment, others_voted_before_it_was_dealt
from storage.queries.assignments import somebody_has_it_from
from storage.queries.calibration import was_revealed
from storage.queries.comments import others_have_reviewed
from storage.queries.erasing import is_erased
from storage.queries.submissions import asked_about_an_assignment, asked_by_a_submission
from storage.records_review import Annotation, Flag, HiddenSpan, Skip, Withdrawal
from storage.records_weeks import Assignment, Item, Reassignment, Week, WeekClosing
from storage.store import Store


@dataclass(frozen=True)
class Receipt:
    """Which submissions are safe in the store, and pairs of each refused submission and the sentence that says why."""

    acknowledged: tuple[str, ...]
    rejected: tuple[tuple[str, str], ...]


def receive(store: Store, rater_id: str, entries: Sequence[object]) -> Receipt:
    """Take a reviewer's entries in order; each is written in a transaction of its own or refused with a sentence.

    A malformed entry is refused and never raises. Raises Refused only when the rater may not annotate at all.
    """
    receipt = take_each(entries, lambda entry: _take(store, rater_id, entry))
    if not receipt.acknowledged:
        # Each entry is taken after the same question, which need not go to the server once more for those that are.
        require(store, rater_id, "annotator")
    return receipt


def take_each(entries: Iterable[object], take: Callable[[object], None]) -> Receipt:
    """Call ``take`` for each entry; an entry for which it raises ReviewError is rejected with that sentence."""
    acknowledged: list[str] = []
    rejected: list[tuple[str, str]] = []
    for entry in entries:
        name = shown(entry.get("submission_id", ""), 64) if isinstance(entry, Mapping) else ""
        try:
            take(entry)
            acknowledged.append(name)
        except ReviewError as error:
            rejected.append((name, str(error)))
    return Receipt(tuple(acknowledged), tuple(rejected))


def _take(store: Store, rater_id: str, raw: Any) -> None:
    header = read_header(raw, tuple(KINDS))
    named = raw.get("assignment")
    place = named if isinstance(named, str) and IDENTITY.fullmatch(named) else ""
    with store.transaction(asked_by_a_submission(rater_id, header.submission_id, place)):
        # The role is read inside the transaction: it may be taken away between two entries.
        rater = require(store, rater_id, "annotator")
        if not _is_known(store, rater_id, header.submission_id):
            subject = _write(store, rater, read_entry(header, raw))
            chain.record(store, rater_id, header.kind, subject, submission=header.submission_id)


def _is_known(store: Store, rater_id: str, identity: str) -> bool:
    """Return whether the store has this submission. Raises Refused when somebody else made it."""
    for record in (Annotation, Skip, Withdrawal, Flag):
        row: Any = store.get(record, identity)
        if row is not None:
            if row.rater_id != rater_id:
                raise Refused("submission_id: somebody else used it already. Reload the page.")
            return True
    return False


def _write(store: Store, rater: Person, entry: Entry) -> str:
    """Write one entry and return what the audit chain names as its subject."""
    if isinstance(entry, AnnotationEntry):
        return _annotate(store, rater, entry)
    if isinstance(entry, SkipEntry):
        return _skip(store, rater, entry)
    if isinstance(entry, WithdrawalEntry):
        return _withdraw(store, rater, entry)
    return _flag(store, rater, entry)


def _assignment(store: Store, rater: Person, wanted: str) -> Assignment:
    assignment = store.get(Assignment, wanted) if wanted else None
    if assignment is None or assignment.rater_id != rater.id:
        # One sentence for both cases: it must not reveal which assignments other people hold.
        raise Refused("assignment: this item is not dealt to you.")
    store.ask(asked_about_an_assignment(assignment, adjudicates=rater.may("adjudicator")))
    if is_erased(store, assignment.item_id):
        raise Refused("This conversation was erased, so nothing more is kept of it. Reload the page.")
    return assignment


def _annotate(store: Store, rater: Person, entry: AnnotationEntry) -> str:
    assignment = _assignment(store, rater, entry.assignment)
    if entry.rubric_version not in (None, assignment.rubric_version):
        # The same value may mean something else in another version.
        raise Refused(
            f"rubric_version: you answered under version {entry.rubric_version} of the rubric, but the item is dealt "
            f"under version {assignment.rubric_version}. Reload the page and answer it under that version."
        )
    rubric = rubric_version(store, assignment.rubric_version)
    labels: Mapping[str, Any] = (
        as_stored(assignment, entry.labels) if assignment.sides else rubric.canonical(entry.labels)
    )
    earlier = annotation_of_assignment(store, assignment.id)
    if earlier is not None:
        must_not_be_discussed(store, assignment.item_id)
    store.add(
        Annotation(
            submission_id=entry.submission_id,
            assignment_id=assignment.id,
            item_id=assignment.item_id,
            rater_id=rater.id,
            rubric_version=assignment.rubric_version,
            labels={k: list(v) if isinstance(v, tuple) else v for k, v in labels.items()},
            at=now(),
            comment=entry.comment,
            corrected_answer=entry.corrected_answer,
            seconds=entry.seconds,
            supersedes=earlier.submission_id if earlier else None,
            revealed=_may_have_seen(store, rater, assignment, reveals=rubric.reveal),
            late=_late(store, assignment),
            marks=checked_marks(store, assignment.item_id, entry.marks, labels=labels, rubric=rubric),
        )
    )
    return assignment.id


def _may_have_seen(store: Store, rater: Person, assignment: Assignment, *, reveals: bool) -> bool:
    """Return whether this person may have seen what judges or others said about the item.

    A reviewer who submitted the item before saw the verdicts if the rubric reveals them, even after an undo, and may
    have read the votes of the others once everybody has reviewed it. An adjudicator may look at items that they skipped
    or that were handed on, and at items that others had reviewed before they were dealt to them. A closed week is open
    to everybody, and a calibration session to those who took part.
    """
    item = assignment.item_id
    before = store.find(Annotation, item_id=item, rater_id=rater.id)
    if before and (reveals or others_have_reviewed(store, item, rater.id)):
        return True
    if _closed(store, assignment.week) or was_revealed(store, item, rater.id):
        return True
    if not rater.may("adjudicator"):
        return False
    gone = _taken(store, assignment) or bool(store.find(Skip, item_id=item, rater_id=rater.id))
    return gone or others_voted_before_it_was_dealt(store, item, rater.id)


def _closed(store: Store, week: str) -> bool:
    return store.get(WeekClosing, week) is not None


def _taken(store: Store, assignment: Assignment) -> bool:
    return bool(store.find(Reassignment, assignment_id=assignment.id))


def _late(store: Store, assignment: Assignment) -> bool:
    """Return whether labels are kept as late: the rater no longer holds the item, or its week is closed."""
    return _taken(store, assignment) or _closed(store, assignment.week)


def _skip(store: Store, rater: Person, entry: SkipEntry) -> str:
    assignment = _assignment(store, rater, entry.assignment)
    wanted = entry.reason == NOT_MY_FIELD and _may_go_on(store, rater, assignment)
    store.add(
        Skip(
            submission_id=entry.submission_id,
            assignment_id=assignment.id,
            item_id=assignment.item_id,
            rater_id=rater.id,
            at=now(),
            reason=entry.reason,
        )
    )
    week = store.get(Week, assignment.week)
    if wanted and week is not None:
        hand_on(store, week, assignment)
    return assignment.id


def _may_go_on(store: Store, rater: Person, assignment: Assignment) -> bool:
    """Return whether a skip hands an item on: once, and only while its holder has not answered it."""
    given = _late(store, assignment) or annotation_of_assignment(store, assignment.id) is not None
    return not given and not somebody_has_it_from(store, assignment.item_id, rater.id, NOT_MY_FIELD)


def _withdraw(store: Store, rater: Person, entry: WithdrawalEntry) -> str:
    wanted = entry.withdraws
    target: Annotation | Skip | Flag | None = (
        store.get(Annotation, wanted) or store.get(Skip, wanted) or store.get(Flag, wanted)
    )
    if target is None or target.rater_id != rater.id:
        raise Refused("withdraws: you have no such submission.")
    if not isinstance(target, Flag) and _closed(store, _week_of(store, target.item_id)):
        raise Refused("The week is closed. Answers and skips can no longer be taken back.")
    if isinstance(target, Annotation):
        must_not_be_discussed(store, target.item_id)
    store.add(Withdrawal(entry.submission_id, wanted, rater.id, now()))
    if isinstance(target, Flag):
        return target.item_id
    give_way(store, target.assignment_id, by=rater.id)
    return target.assignment_id


def _week_of(store: Store, item_id: str) -> str:
    item = store.get(Item, item_id)
    return item.week if item else ""


def _flag(store: Store, rater: Person, entry: FlagEntry) -> str:
    assignment = _assignment(store, rater, entry.assignment)
    hides = entry.kind == "privacy" and entry.span
    hidden = _hidden(store, assignment.item_id, entry.span, by=rater.id) if hides else None
    store.add(
        Flag(
            submission_id=entry.submission_id,
            item_id=assignment.item_id,
            rater_id=rater.id,
            at=now(),
            kind=entry.kind,
            comment=entry.comment,
            span=hidden,
        )
    )
    return assignment.id


def _hidden(store: Store, item_id: str, span: str, *, by: str) -> str | None:
    """Hide a span of the item's conversation and return its id.

    Returns None when the span was hidden before and no flag decides about it: then an undo must not show it again.
    """
    item = store.get(Item, item_id)
    if item is None:
        return None
    before = {h.id for h in store.find(HiddenSpan, conversation_id=item.conversation_id)}
    hidden = hide_span(store, item.conversation_id, span, by=by)
    return hidden.id if hidden.id not in before or store.find(Flag, span=hidden.id) else None
