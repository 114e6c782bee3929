"""SQL conditions that say which of the append-only rows count. An undo is a row of its own, a withdrawal.

Each function takes the alias of a table in the statement around it and returns the text of one condition.
"""

from __future__ import annotations

from storage.records_log import ERASED_HASH


def not_withdrawn(row: str) -> str:
    """Return the condition that the annotation, skip or flag ``row`` was not undone."""
    return f"NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.withdraws = {row}.submission_id)"  # noqa: S608 - an alias


def answered(assignment: str) -> str:
    """Return the condition that the assignment has an annotation that was not undone."""
    return _submitted("annotations", assignment, not_withdrawn("sent"))


def skipped(assignment: str) -> str:
    """Return the condition that the assignment has a skip that was not undone."""
    return _submitted("skips", assignment, not_withdrawn("sent"))


def in_time(annotation: str, week: str) -> str:
    """Return the condition that the annotation was not made after its week had closed; ``week`` is an SQL expression.

    A late annotation is kept and marked, and changes no figure: its author may have seen how the others voted.
    """
    return f"NOT ({annotation}.late AND {_closed(week, annotation)})"


def answered_in_time(assignment: str) -> str:
    """Return the condition that the assignment has an annotation from before its week closed, not undone."""
    return _submitted("annotations", assignment, not_withdrawn("sent"), in_time("sent", f"{assignment}.week"))


def skipped_in_time(assignment: str) -> str:
    """Return the condition that the assignment has a skip from before its week closed, not undone."""
    return _submitted("skips", assignment, not_withdrawn("sent"), f"NOT {_closed(f'{assignment}.week', 'sent')}")


def handed_on(assignment: str) -> str:
    """Return the condition that the assignment was taken from its holder. There is no undo; it can be dealt anew."""
    return f"EXISTS (SELECT 1 FROM reassignments r WHERE r.assignment_id = {assignment}.id)"  # noqa: S608 - names and paths of our own


def left_by_undo(item: str) -> str:
    """Return the condition that ``item`` came with an import of labels that was undone, and has no other use."""
    return f"""(EXISTS (SELECT 1 FROM item_withdrawals gone WHERE gone.item_id = {item}.id)
  AND NOT EXISTS (SELECT 1 FROM annotations said WHERE said.item_id = {item}.id AND {not_withdrawn("said")})
  AND NOT EXISTS (SELECT 1 FROM assignments held WHERE held.item_id = {item}.id AND NOT {handed_on("held")}))"""  # noqa: S608 - names of ours


def erased(item: str) -> str:
    """Return the condition that the conversation of an item was erased: nobody can review it any more."""
    return f"""EXISTS (SELECT 1 FROM conversations gone
  WHERE gone.id = {item}.conversation_id AND gone.content_hash = '{ERASED_HASH}')"""  # noqa: S608 - names of ours


def _submitted(table: str, assignment: str, *conditions: str) -> str:
    """Return the condition that ``table`` has a row ``sent`` of the assignment that meets all ``conditions``."""
    every = " AND ".join([f"sent.assignment_id = {assignment}.id", *conditions])
    return f"EXISTS (SELECT 1 FROM {table} sent WHERE {every})"  # noqa: S608 - names of ours


def _closed(week: str, row: str) -> str:
    """Return the condition that the week was closed when ``row`` was written."""
    return f"EXISTS (SELECT 1 FROM week_closings c WHERE c.week = {week} AND c.at <= {row}.at)"  # noqa: S608 - names and paths of our own
