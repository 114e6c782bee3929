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


def handed_on(assignment: str) -> str:
    """That the assignment was taken from whom it was dealt to; that cannot be undone, only dealt anew."""
    return f"EXISTS (SELECT 1 FROM reassignments r WHERE r.assignment_id = {assignment}.id)"  # noqa: S608
