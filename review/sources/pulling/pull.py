"""Pull one source: ask it for what is new, import that, and note where the next pull goes on."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import Refused, ReviewError
from review.basics.log_paths import LogPaths, log_of
from review.people.people import require
from review.settings.project import Project
from review.settings.pulled import PulledSource
from review.sources.import_source import import_from_source
from review.sources.options import import_options
from review.sources.pulling.catalogue import puller_of
from review.sources.pulling.puller import Fetched, Visit
from storage.queries.pulls import last_cursor
from storage.records_log import Import, Pull
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """What one pull of a source did. ``error`` is why it stopped early, None when it went through."""

    source: str
    imports: tuple[Import, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    cursor: Mapping[str, object] = field(default_factory=dict)
    error: ReviewError | None = None

    def total(self, count: str) -> int:
        """Return the sum of one count over the imports, such as "added"."""
        return sum(int(getattr(one, count)) for one in self.imports)


def pull(
    store: Store,
    project: Project,
    source: PulledSource,
    *,
    by: str,
    environment: Mapping[str, str] | None = None,
    at: datetime | None = None,
    on_file: Callable[[str], None] | None = None,
) -> Pulled:
    """Visit a source and import what is new; each visit leaves a row in the store, one that failed as well.

    What was imported before an error stays, with its cursor. ``at`` is the time of the visit (default: now), and
    ``on_file`` is told the name of each file before it is imported. Raises Refused without the role lead, InputError
    for wrong settings, and Refused while another pull of this source runs.
    """
    require(store, by, "lead")
    puller = puller_of(source)
    logs = log_of(store.path).logs
    logs.mkdir(parents=True, exist_ok=True)
    # Records are not masked before the import: they stay beside the log, in a folder of this user's own.
    folder = Path(tempfile.mkdtemp(prefix=".pull-", dir=logs))
    imports: list[Import] = []
    left_out: Counter[str] = Counter()
    cursor, error, begun = last_cursor(store, source.name), None, time.monotonic()
    try:
        with FileLock(lock_of(log_of(store.path), source.name), timeout=0):
            cursor = last_cursor(store, source.name)
            visit = Visit(
                source=source,
                cursor=cursor,
                now=at or datetime.now(UTC),
                environment=os.environ if environment is None else environment,
                folder=folder,
            )
            for fetched in puller.fetch(visit):
                left_out.update(fetched.left_out)
                done = _imported(store, project, source, fetched, by=by, on_file=on_file)
                imports += [done] if done else []
                cursor = fetched.cursor
                _noted(store, source, by, cursor, begun, done=done, left_out=fetched.left_out)
                begun = time.monotonic()
    except Timeout:
        raise Refused(f"{source.name} is being pulled already. Wait until that pull has ended.") from None
    except ReviewError as found:
        error = found
        _noted(store, source, by, cursor, begun, error=found)
    finally:
        shutil.rmtree(folder)
    return Pulled(source=source.name, imports=tuple(imports), left_out=dict(left_out), cursor=cursor, error=error)


def lock_of(log: LogPaths, name: str) -> Path:
    """Return the file that is locked while a source is pulled."""
    return log.logs / f".pull-{name}.lock"


def _imported(
    store: Store,
    project: Project,
    source: PulledSource,
    fetched: Fetched,
    *,
    by: str,
    on_file: Callable[[str], None] | None,
) -> Import | None:
    """Import a fetched file; None when there is nothing in it."""
    if not fetched.file.stat().st_size:
        return None
    if on_file is not None:
        on_file(fetched.name)
    options = import_options(project, format=fetched.format, source=source.name)
    return import_from_source(store, project, fetched.file, options, by=by, name=fetched.name)


def _noted(
    store: Store,
    source: PulledSource,
    by: str,
    cursor: Mapping[str, object],
    begun: float,
    *,
    done: Import | None = None,
    left_out: Mapping[str, int] | None = None,
    error: ReviewError | None = None,
) -> None:
    """Write the row of a visit, and its entry in the audit chain."""
    row = Pull(
        id=new_id(),
        source=source.name,
        kind=source.kind,
        at=now(),
        by=by,
        status="failed" if error else "done" if done else "nothing",
        seconds=round(time.monotonic() - begun, 3),
        cursor=dict(cursor),
        left_out=dict(left_out or {}),
        import_id=done.id if done else None,
        detail=str(error or ""),
    )
    with store.transaction():
        store.add(row)
        chain.record(store, by, "pull", source.name, id=row.id, status=row.status)
