"""Import a file as files of its source are read, and remember what was declared for the next one."""

from __future__ import annotations

from collections.abc import Callable

from review.people.people import require
from review.settings.project import Project
from review.sources.file_sets import Files
from review.sources.import_into import came_in, import_into
from review.sources.importing import Progress
from review.sources.options import ImportOptions
from review.sources.prepared import prepared
from review.sources.readers.catalogue import Detected
from review.sources.readings import known_readings, remember
from review.sources.tally import Tally
from storage.records_log import Import
from storage.store import Store


def import_from_source(
    store: Store,
    project: Project,
    file: Files,
    asked: ImportOptions,
    *,
    by: str,
    progress: Progress | None = None,
    on_detected: Callable[[Detected], None] | None = None,
    on_note: Callable[[str], None] | None = None,
    tally: Tally | None = None,
    name: str = "",
) -> Import:
    """Import one file into the log of this store, and keep its mapping, values, date format and encoding.

    ``on_note`` gets sentences about how the file is read; ``name`` is what people call it. Raises Refused
    without the role lead, and what :func:`review.sources.prepared.prepared` and
    :func:`review.sources.importing.import_file` raise; then nothing is added or kept.
    """
    require(store, by, "lead")
    found = prepared(file, asked, known_readings(store, project, asked.source))
    if on_note is not None:
        for sentence in found.notes:
            on_note(sentence)
    done = import_into(
        store,
        file,
        found.options,
        by=by,
        progress=progress,
        on_detected=on_detected,
        tally=tally,
        name=name,
    )
    if found.news is not None and came_in(done):
        remember(store, asked.source, found.news, by=by)
    return done
