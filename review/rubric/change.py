"""Changing the rubric in force: who may, what is written, and what stands in spotcheck.toml beside it."""

from __future__ import annotations

from review.audit import chain
from review.basics.errors import InputError, Refused
from review.people.people import require
from review.rubric.diff import Change, rubric_diff
from review.rubric.rubric import Rubric, current_rubric, rubric_from, save_rubric
from review.settings.project import Project
from storage.records_people import RubricVersion
from storage.store import Store

MAX_NOTE = 500


def change_rubric(store: Store, rubric: Rubric, *, by: str, note: str, base: int | None = None) -> Rubric:
    """Make ``rubric`` the one in force, as a new version; one that is the same as before changes nothing.

    ``base`` is the version that the change started from. Raises Refused without the role lead, or when somebody else
    made a version since ``base``; InputError without a note that says why.
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
                f"the rubric is at version {before.version} by now, and this change started from version {base}. "
                "Look at what the other change did, then start again from the version in force."
            )
        if not note or len(note) > MAX_NOTE:
            found = f"{len(note)} characters" if note else "nothing"
            raise InputError(f"note: found {found}, expected why the rubric changes in at most {MAX_NOTE}.")
        saved = save_rubric(store, rubric, by=by, note=note)
        said = [c.what if not c.dimension else f"{c.dimension}: {c.what}" for c in changes]
        chain.record(store, by, "rubric", f"version {saved.version}", note=note, changes=said)
    return saved


def rubric_versions(store: Store) -> list[RubricVersion]:
    """Every version with who, when and why, the newest first."""
    return store.find(RubricVersion, order_by="version desc")


def waiting_in_file(project: Project, in_force: Rubric) -> list[Change]:
    """What ``spotcheck rubric update`` would change: the differences to the ``[rubric]`` table of spotcheck.toml.

    Nothing without such a table. Raises InputError when the table cannot be read.
    """
    if project.rubric is None:
        return []
    return rubric_diff(in_force, rubric_from(project.rubric, origin=str(project.path)))
