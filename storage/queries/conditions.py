"""What of the append-only rows still counts, as conditions for queries. An undo is a row of its own, a withdrawal."""

from __future__ import annotations


def stands(row: str) -> str:
    """That the annotation, skip or flag with the alias ``row`` was not undone."""
    return f"NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.withdraws = {row}.submission_id)"  # noqa: S608 - an alias


def answered(assignment: str) -> str:
    """That an annotation which stands answers the assignment with the alias ``assignment``."""
    return _said("annotations", assignment, stands("said"))


def skipped(assignment: str) -> str:
    """That a skip of the assignment stands."""
    return _said("skips", assignment, stands("said"))


def in_time(annotation: str, week: str) -> str:
    """That the annotation was not made after its week, which the expression ``week`` names, had closed.

    Such a late answer is kept and marked, and changes no figure: whoever gives it may have seen how the others voted.
    """
    return f"NOT ({annotation}.late AND {_closed(week, annotation)})"


def answered_in_time(assignment: str) -> str:
    """That an annotation which stands answered the assignment before its week had closed."""
    return _said("annotations", assignment, stands("said"), in_time("said", f"{assignment}.week"))


def skipped_in_time(assignment: str) -> str:
    """That a skip which stands was made before the week of the assignment had closed."""
    return _said("skips", assignment, stands("said"), f"NOT {_closed(f'{assignment}.week', 'said')}")


def _said(table: str, assignment: str, *conditions: str) -> str:
    """That the table has a row ``said`` of the assignment for which the conditions hold."""
    holds = " AND ".join([f"said.assignment_id = {assignment}.id", *conditions])
    return f"EXISTS (SELECT 1 FROM {table} said WHERE {holds})"  # noqa: S608 - names of ours


def _closed(week: str, row: str) -> str:
    """That the week was closed when ``row`` was written."""
    return f"EXISTS (SELECT 1 FROM week_closings c WHERE c.week = {week} AND c.at <= {row}.at)"  # noqa: S608


def handed_on(assignment: str) -> str:
    """That the assignment was taken from whom it was dealt to; that cannot be undone, only dealt anew."""
    return f"EXISTS (SELECT 1 FROM reassignments r WHERE r.assignment_id = {assignment}.id)"  # noqa: S608
