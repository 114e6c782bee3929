"""Steps of the night that remove files by their age: rejected records, and files that nobody imported.

As for conversations, a clock that leapt removes nothing: see :mod:`review.audit.clock_leaps`.
"""

from __future__ import annotations

from review.audit.clock_leaps import require_sound_clock
from review.basics.errors import NothingToDo
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.log.rejects import expire_rejects, old_rejects
from review.settings.project import Project
from review.sources.uploads import expire_uploads, old_uploads
from storage.store import Store


def expire_the_rejects(store: Store, project: Project) -> str:
    """Remove the files of rejected records that are older than the days in [privacy]."""
    days = project.privacy.rejects_days
    if not days:
        raise NothingToDo("spotcheck.toml keeps the files of rejected records for ever.")
    if old_rejects(log_of(store.path), days):
        require_sound_clock(store)
    return f"{counted(expire_rejects(log_of(store.path), days), 'file')} of rejected records removed, after {days} days"


def remove_old_uploads(store: Store, project: Project) -> str:
    """Remove files that somebody dropped into the application a day ago and never imported."""
    if old_uploads(store.path):
        require_sound_clock(store)
    return f"{counted(expire_uploads(store.path), 'dropped file')} removed that nobody imported for a day"
