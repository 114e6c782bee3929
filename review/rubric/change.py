"""Change the rubric in force, list its versions, and compare it with the one in spotcheck.toml."""

from __future__ import annotations

from review.audit import chain
from review.basics.errors import InputError, Refused
from review.basics.limits import MAX_NOTE
from review.people.people import require
from review.rubric.diff import rubric_diff
from review.rubric.rubric import Rubric, current_rubric, rubric_from, save_rubric
from review.settings.project import Project
from storage.records_people import RubricVersion
from storage.store import Store


def change_rubric(store: Store, rubric: Rubric, *, by: str, note: str, base: int | None = None) -> Rubric:
    """Save ``rubric`` as the version in force and return it. A rubric without differences is returned, not saved.

    ``base`` is the version that the change started from. Raises Refused without the role lead, or when somebody else
    saved a version after ``base``; InputError without a note that says why.
    """
    note = note.strip()
    with store.transaction():
        require(store, by, "lead")
        before = current_rubric(store)
        changes = rubric_diff(before, rubric)
        if not changes:
            return before
        if base not in (None, before.version):
            raise Refused(
                f"the rubric is now at version {before.version}, but this change started from version {base}. "
                "Read the other change, then start again from the version in force."
            )
        if not note:
            raise InputError("Give a reason for the change.")
        if len(note) > MAX_NOTE:
            raise InputError(f"note: found {len(note)} characters, expected at most {MAX_NOTE}. Shorten the reason.")
        saved = save_rubric(store, rubric, by=by, note=note)
        places = [c.what if not c.dimension else f"{c.dimension}: {c.what}" for c in changes]
        chain.record(store, by, "rubric", f"version {saved.version}", note=note, changes=places)
    return saved


def rubric_versions(store: Store) -> list[RubricVersion]:
    """Return every version with its author, date and note, newest first."""
    return store.find(RubricVersion, order_by="version desc")


def waiting_in_file(project: Project, in_force: Rubric) -> Rubric | None:
    """Return the rubric of spotcheck.toml if it differs from the one in force, else None.

    Raises InputError when the [rubric] table cannot be read.
    """
    if project.rubric is None:
        return None
    in_file = rubric_from(project.rubric, origin=str(project.path))
    return in_file if rubric_diff(in_force, in_file) else None
