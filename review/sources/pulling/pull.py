"""Pull one source: ask it for what is new, import that, and note where the next pull goes on."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import Timeout

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NoRecords, Refused, ReviewError
from review.basics.log_paths import LogPaths, log_of
from review.people.people import require
from review.settings.project import Project
from review.settings.pulled import PulledSource
from review.sources.file_sets import file_set
from review.sources.import_source import import_from_source
from review.sources.names import plain_name
from review.sources.options import import_options
from review.sources.pulling.catalogue import puller_of
from review.sources.pulling.puller import Fetched, Fetching, Visit
from review.sources.tally import Tally
from storage.leases import only_one
from storage.queries.pulls import last_cursor
from storage.records_base import Json
from storage.records_log import Import, Pull
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """What one pull of a source did.

    ``errors`` say what was not imported, and ``notes`` what a person must know of what was. ``rejects`` are the files
    that list rejected records, ``scored`` the ids of imports that brought scores by people.
    """

    source: str
    imports: tuple[Import, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    cursor: Mapping[str, object] = field(default_factory=dict)
    errors: tuple[ReviewError, ...] = ()
    notes: tuple[str, ...] = ()
    rejects: tuple[Path, ...] = ()
    scored: tuple[str, ...] = ()

    def total(self, count: str) -> int:
        """Return the sum of one count over the imports, such as "added"."""
        return sum(int(getattr(one, count) or 0) for one in self.imports)


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
    # Records are not masked before the import: they stay beside the log, in a folder of this user's own. One that a
    # killed pull left is removed by the next.
    folder = logs / f".pulling-{source.name}"
    try:
        with (
            only_one(store.path, f"pull {source.name}", lock_of(log_of(store.path), source.name)),
            _emptied(folder),
        ):
            cursor = last_cursor(store, source.name)
            visit = Visit(
                source=source,
                cursor=cursor,
                now=at or datetime.now(UTC),
                environment=os.environ if environment is None else environment,
                folder=folder,
            )
            work = _Work(store, project, source, by=by, cursor=cursor, on_file=on_file)
            work.take(puller.fetch(visit))
            return work.pulled()
    except Timeout:
        raise Refused(f"{source.name} is being pulled already. Wait until that pull has ended.") from None


@contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    """Make a new folder of this user's own while inside."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield
    finally:
        shutil.rmtree(folder)


def lock_of(log: LogPaths, name: str) -> Path:
    """Return the file that is locked while a source is pulled."""
    return log.logs / f".pull-{name}.lock"


class _Work:
    """One visit on its way: imports what is fetched, and writes a row for each file."""

    def __init__(
        self,
        store: Store,
        project: Project,
        source: PulledSource,
        *,
        by: str,
        cursor: Json,
        on_file: Callable[[str], None] | None,
    ) -> None:
        self._store, self._project, self._source = store, project, source
        self._by, self._on_file = by, on_file
        self._begins = self._cursor = cursor
        self._visit, self._begun = new_id(), time.monotonic()
        self._imports: list[Import] = []
        self._errors: list[ReviewError] = []
        self._notes: list[str] = []
        self._rejects: list[Path] = []
        self._scored: list[str] = []
        self._left_out: Counter[str] = Counter()

    def take(self, fetching: Fetching) -> None:
        """Import what a visit fetches; an error ends the visit, unless the file is independent of the others."""
        went: bool | None = None
        try:
            while True:
                try:
                    fetched = fetching.send(went)
                except StopIteration:
                    break
                went = self._file(fetched)
        except ReviewError as error:
            self._stopped(error)
        except Exception as error:  # whatever went wrong, the pull must be recorded, so that people see that it failed
            logging.getLogger(__name__).exception("pull of %s", self._source.name)
            self._stopped(
                Refused(f"an unexpected failure ({type(error).__name__}); the log of the program says where.")
            )
        if not self._imports and not self._errors and not self._left_out:
            self._noted("nothing")

    def pulled(self) -> Pulled:
        """Return what the visit did."""
        return Pulled(
            source=self._source.name,
            imports=tuple(self._imports),
            left_out=dict(self._left_out),
            cursor=self._cursor,
            errors=tuple(self._errors),
            notes=tuple(self._notes),
            rejects=tuple(self._rejects),
            scored=tuple(self._scored),
        )

    def _file(self, fetched: Fetched) -> bool:
        """Import one file, or several that belong together, and return whether that went well."""
        tally, notes = Tally(), [self._plain(note) for note in fetched.notes]
        try:
            if fetched.problem is not None:
                raise fetched.problem
            done = self._imported(fetched, tally, notes)
        except NoRecords:
            done = None
        except ReviewError as error:
            if not fetched.independent:
                raise
            self._failed(error)
            return False
        self._cursor = fetched.cursor
        self._left_out.update(fetched.left_out)
        if done is None:
            if fetched.left_out or fetched.cursor:
                self._notes += notes
                self._noted("nothing", left_out=fetched.left_out, detail=" ".join(notes))
            return True
        notes += tally.notes
        self._imports.append(done)
        self._notes += notes
        self._scored += [done.id] if tally.human_scores else []
        if tally.rejects_file is not None:
            self._rejects.append(tally.rejects_file)
        self._noted("done", done=done, left_out=fetched.left_out, detail=" ".join(notes))
        return True

    def _plain(self, note: str) -> str:
        """Return a note with hashes in the place of addresses, as ids are stored."""
        return plain_name(self._store, note)

    def _imported(self, fetched: Fetched, tally: Tally, notes: list[str]) -> Import | None:
        """Import what was fetched; None when there is nothing in it. Raises InputError for a file that is gone."""
        try:
            size = file_set(fetched.files).size
        except OSError as error:
            raise InputError(f"{fetched.name}: cannot be read ({error.strerror}).") from None
        if not size:
            return None
        if self._on_file is not None:
            self._on_file(fetched.name)
        options = import_options(self._project, format=fetched.format, source=self._source.name)
        return import_from_source(
            self._store,
            self._project,
            fetched.files,
            options,
            by=self._by,
            on_note=notes.append,
            tally=tally,
            name=fetched.name,
        )

    def _stopped(self, error: ReviewError) -> None:
        """Note the error that ended the visit, and where the next one goes on."""
        places = ("until", "from", "cursor")
        if any(self._cursor.get(place) != self._begins.get(place) for place in places):
            then = "What was read before that is imported. The next pull goes on from there."
        else:
            then = "Nothing was imported. The next pull begins at the same place."
        self._failed(type(error)(f"{error} {then}", command_hint=error.command_hint))

    def _failed(self, error: ReviewError) -> None:
        self._errors.append(error)
        self._noted("failed", detail=str(error))

    def _noted(
        self, status: str, *, done: Import | None = None, left_out: Mapping[str, int] | None = None, detail: str = ""
    ) -> None:
        """Write a row of the visit, and its entry in the audit chain."""
        row = Pull(
            id=new_id(),
            visit=self._visit,
            source=self._source.name,
            kind=self._source.kind,
            at=now(),
            by=self._by,
            status=status,
            seconds=round(time.monotonic() - self._begun, 3),
            cursor=dict(self._cursor),
            left_out=dict(left_out or {}),
            import_id=done.id if done else None,
            detail=detail,
        )
        with self._store.transaction():
            self._store.add(row)
            chain.record(self._store, self._by, "pull", self._source.name, id=row.id, status=status)
        self._begun = time.monotonic()
