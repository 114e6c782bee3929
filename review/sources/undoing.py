"""Undo an import that nothing was drawn from: its conversations leave all queries, and their ids become free."""

from __future__ import annotations

from review.audit import chain
from review.basics.clock import now
from review.basics.errors import NothingToDo, Refused, UnknownError
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.log.mixed import files_of_import, late_files_of_import
from review.log.rereading import rereading
from review.log.staging import log_lock
from review.log.withdrawn import batch_ids, batch_weeks, hide, still_visible
from review.people.people import require
from storage.queries.retention import imports_with_expired
from storage.records_log import Conversation, Draw, Import, ImportWithdrawal
from storage.store import Store


def undo_import(store: Store, import_id: str, *, by: str, reason: str = "") -> Import:
    """Withdraw an import and return its record.

    Raises Refused without the role lead, when a conversation of it was drawn or picked by hand, and when one of its
    weeks was drawn after it (the draw sealed the week's frame with it); UnknownError for an unknown import, NothingToDo
    for one that is withdrawn already or added nothing.
    """
    require(store, by, "lead")
    log = log_of(store.path)
    with log_lock(log):
        with store.transaction():
            record = _withdrawable(store, import_id)
            store.add(ImportWithdrawal(import_id=record.id, at=now(), by=by, reason=reason.strip()))
            chain.record(store, by, "undo import", record.file, id=record.id, added=record.added, reason=reason.strip())
        hide(log, record.id)
    return record


@rereading
def why_not(store: Store, import_id: str) -> str:
    """Return why an import cannot be undone, "" when it can."""
    try:
        _withdrawable(store, import_id)
    except (Refused, NothingToDo, UnknownError) as error:
        return str(error)
    return ""


def withdrawn_imports(store: Store) -> set[str]:
    """Return the ids of the imports that were undone."""
    return {row.import_id for row in store.find(ImportWithdrawal)}


def imports_that_count(store: Store, **wanted: str) -> list[Import]:
    """Return the imports that were not undone, the latest first; with ``wanted`` those with these values."""
    undone = withdrawn_imports(store)
    return [one for one in store.find(Import, order_by="rowid desc", **wanted) if one.id not in undone]


def hide_withdrawn(store: Store) -> None:
    """Finish every undo that was interrupted between its row and the hiding of its batch."""
    log = log_of(store.path)
    if left := still_visible(log, withdrawn_imports(store)):
        with log_lock(log):
            for import_id in left:
                hide(log, import_id)


def _withdrawable(store: Store, import_id: str) -> Import:
    """Return the record of an import that can be undone."""
    record = store.get(Import, import_id)
    if record is None:
        raise UnknownError(f"there is no import '{import_id[:80]}' in this store.")
    if store.get(ImportWithdrawal, import_id) is not None:
        raise NothingToDo(f"the import of {record.file} is undone already.")
    if import_id in imports_with_expired(store):
        raise Refused(
            f"the import of {record.file} cannot be undone: retention removed conversations of it, and what their days "
            "count stays."
        )
    log = log_of(store.path)
    files, late = files_of_import(log, import_id), late_files_of_import(log, import_id)
    if not files and not late:
        raise NothingToDo(f"the import of {record.file} added no conversation, so there is nothing to undo.")
    for ids in batch_ids(files, import_id):
        used = store.find(Conversation, id=ids)
        if used:
            raise Refused(
                f"the import of {record.file} cannot be undone: conversation '{used[0].id}' of it is under review in "
                f"{used[0].week}. Only an import that nothing was drawn from can be undone."
            )
    weeks = batch_weeks(log, files, late, import_id)
    if sealed := sorted({draw.week for draw in store.find(Draw, week=weeks) if draw.at >= record.at}):
        were = "was" if len(sealed) == 1 else "were"
        raise Refused(
            f"the import of {record.file} cannot be undone: {', '.join(sealed)} {were} drawn after it, "
            f"and the {counted(len(sealed), 'sealed frame')} counted its conversations."
        )
    return record
