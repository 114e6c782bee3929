"""Imports in the background of a server: one after another, each with its progress, for pages that come and go.

What a job adds is complete or nothing, like every import; only its progress lives in this process alone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from review.basics.clock import new_id, now
from review.basics.errors import InputError, ReviewError
from review.basics.log_paths import log_of
from review.sources.file_sets import files_at, why_refused
from review.sources.import_into import came_in, import_into
from review.sources.options import ImportOptions
from review.sources.readings import Reading, remember
from review.sources.tally import Tally
from review.sources.uploads import forget
from storage.connection import StorageError
from storage.opening import open_store
from storage.records_log import Import

KEPT = 50
"""How many ended jobs of a store are remembered."""
UNEXPECTED = "The import failed and nothing was added. The log of the server says why."


@dataclass(kw_only=True)
class Job:
    """One file on its way into the log: ``done`` of ``total`` bytes are read. It ends with ``result`` or ``error``.

    ``beside`` are other files of the same trace format: a trace may spread over all of them.
    ``to_remember`` is kept for the source once something came in. ``rejects`` lists every rejected record.
    ``scored`` are the files when scores by people are in them: they are kept until the job is dismissed.
    """

    id: str = field(default_factory=new_id)
    at: str = field(default_factory=now)
    store_path: Path
    file: Path
    beside: tuple[Path, ...] = ()
    name: str
    options: ImportOptions
    by: str
    to_remember: Reading | None = None
    state: str = "waiting"
    done: int = 0
    total: int = 1
    result: Import | None = None
    rejects: Path | None = None
    scored: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens."""
        return self.state in ("finished", "failed")

    def watch(self, done: int, total: int) -> None:
        """Take the progress."""
        self.done, self.total = done, max(total, 1)


_jobs: list[Job] = []
_lock = threading.Lock()
_writer = threading.Lock()


def start(jobs: Sequence[Job]) -> None:
    """Import files in the background, one after another; other imports of this server wait for their turn."""
    with _lock:
        ended = [job for job in _jobs if job.ended]
        for old in ended[: max(len(ended) - KEPT, 0)]:
            _jobs.remove(old)
        _jobs.extend(jobs)
    threading.Thread(target=_work, args=(tuple(jobs),), name="imports", daemon=True).start()


def jobs_of(store_path: str | Path) -> list[Job]:
    """Return the jobs of a store that this server knows, the latest first."""
    with _lock:
        return [job for job in reversed(_jobs) if job.store_path == Path(store_path)]


def dismiss(job: Job) -> None:
    """Forget a job that has ended, and remove the files that it kept."""
    with _lock:
        if job in _jobs and job.ended:
            _jobs.remove(job)
    for file in job.scored:
        forget(file, job.store_path)


def _work(jobs: Sequence[Job]) -> None:
    for job in jobs:
        with _writer:
            job.state = "running"
            try:
                run(job)
                job.state = "finished"
            except (ReviewError, StorageError) as error:
                job.error, job.state = str(error), "failed"
            except Exception:  # whatever went wrong, the page must see the job end, and the next one must run
                logging.getLogger(__name__).exception("import of %s", job.name)
                job.error, job.state = UNEXPECTED, "failed"


def run(job: Job) -> Import:
    """Import the files of a job now, remember how they were read, and remove them."""
    store, tally = open_store(job.store_path, create=False), Tally()
    files = files_at((job.file, *job.beside))
    try:
        job.result = import_into(
            store,
            files,
            job.options,
            by=job.by,
            progress=job.watch,
            tally=tally,
            name=job.name,
        )
        job.notes = tuple(tally.notes)
        job.rejects = log_of(job.store_path).rejects / f"{job.result.id}.jsonl" if job.result.rejected else None
        if job.to_remember is not None and came_in(job.result):
            remember(store, job.options.source, job.to_remember, by=job.by)
        kept = (job.file, *job.beside)
        job.scored = kept if tally.human_scores else ()
        for file in kept if not job.scored else ():
            forget(file, job.store_path)
        return job.result
    except InputError as error:
        raise why_refused(error, files) from None
    finally:
        store.close()
