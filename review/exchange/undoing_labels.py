"""Undo an import of labels, while nothing was made of them: its annotations are withdrawn, nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import NothingToDo, Refused, UnknownError
from review.basics.words import counted
from review.exchange.votes import UNDONE
from review.people.people import require
from storage.queries.label_imports import annotations_that_go_on, assignments_made_by, other_uses, withdrawn_already
from storage.records_comments import Comment
from storage.records_golden import GoldenExample
from storage.records_review import Adjudication, Annotation, LabelImport, LabelImportWithdrawal, Withdrawal
from storage.records_weeks import ItemWithdrawal, Reassignment, WeekClosing
from storage.store import Store


def undo_labels(store: Store, import_id: str, *, by: str, reason: str = "") -> LabelImport:
    """Withdraw all annotations of an import of labels and return its record.

    What people had said before counts again. The assignments that the import made end; its items and people leave the
    lists, unless somebody else has a use for them. Raises Refused without the role lead, and when something was made
    of these labels: a settled or discussed item, an approved example, a closed week, a later import that goes on from
    them; UnknownError for an unknown import, NothingToDo for one that is undone already.
    """
    require(store, by, "lead")
    with store.transaction():
        record = _to_undo(store, import_id)
        mine, at = store.find(Annotation, import_id=record.id), now()
        gone = withdrawn_already(store, record.id)
        store.add(LabelImportWithdrawal(import_id=record.id, at=at, by=by, reason=reason.strip()))
        store.add(
            *(
                Withdrawal(submission_id=new_id(), withdraws=n.submission_id, rater_id=by, at=at)
                for n in mine
                if n.submission_id not in gone
            )
        )
        ended = assignments_made_by(store, record)
        store.add(*(Reassignment(id=new_id(), assignment_id=a, to_id=None, at=at, by=by, reason=UNDONE) for a in ended))
        store.add(
            *(ItemWithdrawal(id=new_id(), item_id=i, import_id=record.id, at=at, by=by) for i in _items_of(store, mine))
        )
        chain.record(store, by, "undo labels", record.file, id=record.id, annotations=len(mine), reason=reason.strip())
    return record


def label_imports(store: Store) -> list[LabelImport]:
    """Return all imports of labels that added something, the latest first."""
    return store.find(LabelImport, order_by="rowid desc")


def undone_label_imports(store: Store) -> set[str]:
    """Return the ids of the imports of labels that were undone."""
    return {row.import_id for row in store.find(LabelImportWithdrawal)}


def why_not(store: Store, import_id: str) -> str:
    """Return why an import of labels cannot be undone, "" when it can."""
    try:
        _to_undo(store, import_id)
    except (Refused, NothingToDo, UnknownError) as error:
        return str(error)
    return ""


def _items_of(store: Store, mine: Sequence[Annotation]) -> list[str]:
    """Return the items that only imports of labels have made, of which nothing is left."""
    return sorted({n.item_id for n in mine} - other_uses(store, {n.item_id for n in mine}))


def _to_undo(store: Store, import_id: str) -> LabelImport:
    """Return the record of an import that can be undone."""
    record = store.get(LabelImport, import_id)
    if record is None:
        known = ", ".join(f"{one.id} ({one.file}, {one.at[:10]})" for one in label_imports(store)[:5])
        raise UnknownError(f"there is no import of labels '{import_id[:80]}'; expected one of {known or 'none yet'}.")
    if store.get(LabelImportWithdrawal, import_id) is not None:
        raise NothingToDo(f"the import of {record.file} is undone already.")
    mine = store.find(Annotation, import_id=import_id)
    found = _made_of_it(store, record, {n.item_id for n in mine}, {n.submission_id for n in mine})
    if found:
        raise Refused(f"the import of {record.file} cannot be undone: {'; '.join(found)}.")
    return record


def _made_of_it(store: Store, record: LabelImport, items: Collection[str], mine: Collection[str]) -> list[str]:
    """Return what was made of the labels of an import, in words."""
    found = []
    settled = [
        one.item_id
        for one in store.find(Adjudication, item_id=list(items))
        if one.at >= record.at or not set(one.seen).isdisjoint(mine)
    ]
    if settled:
        found.append(f"{_shown(settled, 'item')} settled since")
    discussed = sorted({one.item_id for one in store.find(Comment, item_id=list(items)) if one.at >= record.at})
    if discussed:
        found.append(f"{_shown(discussed, 'item')} discussed since, and a discussion keeps its votes")
    approved = [
        one.item_id
        for one in store.find(GoldenExample, item_id=list(items))
        if any(vote["submission_id"] in mine for vote in one.votes)
    ]
    if approved:
        found.append(f"{_shown(approved, 'item')} approved as golden examples with them")
    closed = [one.week for one in store.find(WeekClosing, week=list(record.weeks))]
    if closed:
        found.append(f"{', '.join(closed)} {'is' if len(closed) == 1 else 'are'} closed, and the report counts them")
    later = [one for one in label_imports(store) if one.id in annotations_that_go_on(store, record.id)]
    if later:
        names = ", ".join(f"{one.file} ({one.at[:10]})" for one in later)
        found.append(f"the later import of {names} adds to its labels and has to be undone first")
    return found


def _shown(items: Sequence[str], what: str) -> str:
    several = list(dict.fromkeys(items))
    names = ", ".join(f"'{one}'" for one in several[:3]) + (", ..." if len(several) > 3 else "")
    return f"{counted(len(several), what)} ({names}) {'was' if len(several) == 1 else 'were'}"
