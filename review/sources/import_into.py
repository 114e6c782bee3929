"""Import a file into the log in somebody's name: who may, and the record and audit entry that stay."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.people.people import require
from review.sources.file_sets import Files
from review.sources.importing import Progress, import_file
from review.sources.options import ImportOptions
from review.sources.readers.catalogue import Detected
from review.sources.tally import Tally
from review.sources.undoing import hide_withdrawn
from storage.records_log import Draw, Import
from storage.store import Store


def import_into(
    store: Store,
    file: Files,
    options: ImportOptions | None = None,
    *,
    by: str,
    progress: Progress | None = None,
    on_detected: Callable[[Detected], None] | None = None,
    tally: Tally | None = None,
    name: str = "",
) -> Import:
    """Import one file, or files that belong together, into the log of this store.

    ``tally`` is filled with what the record does not hold. ``name`` is what people call the file, if that is not its
    path. Raises Refused without the role lead, and what :func:`import_file` raises; then nothing is added.
    """
    require(store, by, "lead")
    hide_withdrawn(store)
    tally = tally or Tally()
    done = import_file(
        file,
        options,
        log=log_of(store.path),
        key=hmac_key(store),
        by=by,
        progress=progress,
        on_detected=on_detected,
        tally=tally,
    )
    tally.drawn_weeks = sorted({draw.week for draw in store.find(Draw, week=list(tally.updated_weeks))})
    return recorded(store, dataclasses.replace(done, file=name or done.file))


def came_in(done: Import) -> bool:
    """Whether the log has taken, or had, at least one of the records."""
    return bool(done.added or done.duplicate or done.updated or done.waiting)


def recorded(store: Store, done: Import) -> Import:
    """Write the record of an import, and one entry of the audit chain for the whole import."""
    counts = ("read", "added", "duplicate", "changed", "updated", "waiting", "rejected", "undated")
    with store.transaction():
        store.add(done)
        chain.record(
            store,
            done.by,
            "import",
            ", ".join(Path(name).name for name in done.file.split(", ")),
            id=done.id,
            source=done.source,
            **{name: getattr(done, name) for name in counts},
        )
    return done
