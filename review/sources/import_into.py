"""Taking a file into the log in somebody's name: who may, and the record and the audit entry that stay of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.people.people import require
from review.sources.importing import import_file
from storage.records_log import Import
from storage.store import Store


def import_into(store: Store, file: str | Path, *, by: str, **options: Any) -> Import:
    """Import one file into the log of this store; ``options`` are those of :func:`import_file`.

    Raises Refused without the role lead, and what that function raises; then nothing is added.
    """
    require(store, by, "lead")
    return recorded(store, import_file(file, log=log_of(store.path), key=hmac_key(store), by=by, **options))


def recorded(store: Store, done: Import) -> Import:
    """Write what an import came to, with one entry of the audit chain however many conversations it brought."""
    counts = ("read", "added", "duplicate", "changed", "rejected", "undated")
    with store.transaction():
        store.add(done)
        chain.record(
            store,
            done.by,
            "import",
            Path(done.file).name,
            id=done.id,
            source=done.source,
            **{name: getattr(done, name) for name in counts},
        )
    return done
