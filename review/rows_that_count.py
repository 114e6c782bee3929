"""What of the append-only rows still counts, as conditions for queries. An undo is a row of its own, a withdrawal."""

from __future__ import annotations


def stands(row: str) -> str:
    """That the annotation, skip or flag with the alias ``row`` was not undone."""
    return f"NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.withdraws = {row}.submission_id)"  # noqa: S608 - an alias


def answered(assignment: str) -> str:
    """That an annotation which stands answers the assignment with the alias ``assignment``."""
    return f"EXISTS (SELECT 1 FROM annotations n WHERE n.assignment_id = {assignment}.id AND {stands('n')})"  # noqa: S608


def skipped(assignment: str) -> str:
    """That a skip of the assignment stands."""
    return f"EXISTS (SELECT 1 FROM skips s WHERE s.assignment_id = {assignment}.id AND {stands('s')})"  # noqa: S608


def in_time(annotation: str, week: str) -> str:
    """That the annotation was not made after its week, which the expression ``week`` names, had closed.

    Such a late answer is kept and marked, and changes no figure: whoever gives it may have seen how the others voted.
    """
    return f"NOT ({annotation}.late AND {_closed(week, annotation)})"


def answered_in_time(assignment: str) -> str:
    """That an annotation which stands answered the assignment before its week had closed."""
    within = in_time("n", f"{assignment}.week")
    return (
        f"EXISTS (SELECT 1 FROM annotations n WHERE n.assignment_id = {assignment}.id AND {stands('n')} AND {within})"  # noqa: S608
    )


def skipped_in_time(assignment: str) -> str:
    """That a skip which stands was made before the week of the assignment had closed."""
    after = _closed(f"{assignment}.week", "s")
    return f"EXISTS (SELECT 1 FROM skips s WHERE s.assignment_id = {assignment}.id AND {stands('s')} AND NOT {after})"  # noqa: S608


def _closed(week: str, row: str) -> str:
    """That the week was closed when ``row`` was written."""
    return f"EXISTS (SELECT 1 FROM week_closings c WHERE c.week = {week} AND c.at <= {row}.at)"  # noqa: S608


def handed_on(assignment: str) -> str:
    """That the assignment was taken from whom it was dealt to; that cannot be undone, only dealt anew."""
    return f"EXISTS (SELECT 1 FROM reassignments r WHERE r.assignment_id = {assignment}.id)"  # noqa: S608
