"""Import: read the records of a file, mask them, and add them to the imported log.

Records that cannot be read are reported with their line and the others go on; any other failure leaves the log as it
was.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from review.basics.clock import new_id, now
from review.basics.log_paths import LogPaths
from review.basics.record import Raw
from review.checks.running import Ready, ready
from review.log.append import NOTHING_GONE, Appended, append
from review.log.gone import ERASED, Gone
from review.log.rows import Entry, LogRow
from review.sources.checking import checked
from review.sources.conversations import ReadRecord, RecordRules, masked_conversations
from review.sources.counting import counted, is_read_alone, rules_of
from review.sources.file_sets import Files, FileSet, file_set, opened_set
from review.sources.known import Sifting
from review.sources.options import AUTO, ImportOptions
from review.sources.processes import Job, pool_for
from review.sources.readers.catalogue import Detected
from review.sources.record_hashes import record_hash
from review.sources.record_processes import in_processes
from review.sources.tally import Tally
from review.sources.trace_processes import traces_in_processes
from storage.records_log import Import

PROGRESS_EVERY = 500

Progress = Callable[[int, int], None]
"""Called with the bytes that are done and the bytes of the whole file."""


def import_file(
    file: Files,
    options: ImportOptions | None = None,
    *,
    log: LogPaths,
    key: bytes,
    by: str,
    progress: Progress | None = None,
    on_detected: Callable[[Detected], None] | None = None,
    tally: Tally | None = None,
    processes: int | None = None,
    gone: Gone = NOTHING_GONE,
) -> Import:
    """Import one file, or files that belong together, into the log and return the record, which the caller stores.

    ``key`` is the store's HMAC key. ``on_detected`` gets the format and the reason for it. In the record, read = added
    + duplicate + changed + updated + waiting + expired + erased + rejected, and up to 100 rejections are {line, column,
    found, expected}, masked, with the ``file`` where there are several; ``tally.rejects_file`` lists all of them.
    ``processes`` is how many mask at the same time: None uses two for large files, where the machine has as many; the
    result is the same.
    What is ``gone`` is not added again.
    Raises InputError when a file or its format cannot be read at all, or a check cannot run; then nothing is added.
    """
    options, tally, at, import_id = options or ImportOptions(), tally or Tally(), now(), new_id()
    tally.rejects_file = log.rejects / f"{import_id}.jsonl"
    to_run = ready(options.checks)
    files = file_set(file)
    opened = _opened(files, options, key=key, tally=tally, progress=progress, scratch=log.logs.parent)
    if on_detected is not None:
        on_detected(opened.detected)
    detected, rules = opened.detected, replace(opened.rules, late=True)
    if is_read_alone(detected.format):
        rules = replace(rules, digest=record_hash(options, key=key, format=detected.format))
    sifting = Sifting(log, rules.digest) if rules.digest else None
    raws = sifting.unknown(opened.raws, tally) if sifting else opened.raws
    job = Job(options=replace(options, week=rules.origin.week), key=key, format=detected.format, id=import_id, at=at)
    pool = pool_for(job, files.size, to_run, processes)
    made = _made(raws, rules, tally, pool, size=files.size, progress=progress)
    counts = _written(made, job, to_run, tally, log=log, gone=gone)
    return Import(
        id=import_id,
        at=at,
        by=by,
        file=files.name,
        format=detected.format,
        source=options.source,
        read=tally.read,
        added=counts.added,
        duplicate=counts.duplicate + (sifting.duplicates if sifting else 0),
        changed=counts.changed,
        rejected=tally.rejected,
        undated=tally.undated,
        rejections=tuple(tally.rejections),
        updated=counts.updated,
        waiting=counts.waiting,
        expired=counts.expired,
        erased=counts.gone[ERASED],
    )


def _made(
    raws: Iterator[Raw],
    rules: RecordRules,
    tally: Tally,
    pool: ProcessPoolExecutor | None,
    *,
    size: int,
    progress: Progress | None,
) -> Generator[LogRow, None, None] | Generator[Entry, None, None]:
    """Yield the conversations of some records: here, or with a ``pool`` in its processes."""
    alone = is_read_alone(rules.format)
    if pool is None:
        read = masked_conversations(raws, rules)
        return counted(read if alone else _watched_again(read, size, progress), tally, rules)
    if alone:
        return in_processes(pool, raws, tally)
    return traces_in_processes(pool, raws, tally, scratch=rules.scratch, progress=partial(_second_half, size, progress))


def _written(
    made: Generator[LogRow, None, None] | Generator[Entry, None, None],
    job: Job,
    checks: Sequence[Ready],
    tally: Tally,
    *,
    log: LogPaths,
    gone: Gone,
) -> Appended:
    """Add conversations to the log, and finish the tally. When anything fails, neither the log nor a file keeps any."""
    try:
        with closing(made):
            counts = append(
                log,
                made,
                import_id=job.id,
                at=job.at,
                encrypted=job.options.privacy.originals == "encrypted",
                examine=lambda new: checked(new, checks),
                key=job.key,
                gone=gone,
            )
    except BaseException:
        tally.discard()
        raise
    tally.close()
    tally.updated_weeks = counts.weeks
    tally.told = (*tally.told, *_older(counts.older))
    return counts


def _older(n: int) -> list[str]:
    if not n:
        return []
    rows = "1 row was" if n == 1 else f"{n:,} rows were"
    return [f"{rows} said before what the log holds: the latest feedback counts, by the times of the rows"]


def masked_file(
    file: Files,
    options: ImportOptions,
    *,
    key: bytes,
    tally: Tally,
    progress: Progress | None = None,
    scratch: Path | None = None,
) -> tuple[Detected, Iterator[Entry]]:
    """Return the format of a file and its masked conversations, which are read as they are asked for.

    ``tally`` counts on the way what is read and rejected. Traces that do not fit into memory wait in the folder
    ``scratch``. Raises InputError as :func:`import_file` does.
    """
    opened = _opened(file_set(file), options, key=key, tally=tally, progress=progress, scratch=scratch)
    return opened.detected, counted(masked_conversations(opened.raws, opened.rules), tally, opened.rules)


class _Opened(NamedTuple):
    detected: Detected
    raws: Iterator[Raw]
    rules: RecordRules


def _opened(
    files: FileSet,
    options: ImportOptions,
    *,
    key: bytes,
    tally: Tally,
    progress: Progress | None,
    scratch: Path | None,
) -> _Opened:
    """Open the files; ``tally`` is told where their records are, and which of several files a line is in."""
    rules = rules_of(options, key, AUTO, scratch=scratch)
    opened = opened_set(
        files.encoded(options.encoding), format=options.format, mapping=options.mapping, records=options.records
    )
    tally.told, tally.place = opened.notes, files.place
    alone = is_read_alone(opened.detected.format)
    # Where records are put together, reading them is half of the way.
    raws = _watched(opened.raws, files.size, progress, of=1 if alone else 2)
    return _Opened(opened.detected, raws, replace(rules, format=opened.detected.format))


def _watched(raws: Iterator[Raw], size: int, progress: Progress | None, *, of: int) -> Iterator[Raw]:
    for i, raw in enumerate(raws):
        yield raw
        if progress is not None and i % PROGRESS_EVERY == 0:
            progress(min(raw.done, size) // of, size)
    if progress is not None:
        progress(size // of, size)


def _second_half(size: int, progress: Progress | None, share: float) -> None:
    if progress is not None:
        progress(size // 2 + int((size - size // 2) * share), size)


def _watched_again(
    records: Iterator[ReadRecord], size: int, progress: Progress | None
) -> Generator[ReadRecord, None, None]:
    """Yield what was put together, and tell the second half of the way."""
    for i, record in enumerate(records):
        yield record
        if progress is not None and i % PROGRESS_EVERY == 0 and record.error is None:
            progress(size // 2 + min(record.raw.done, size) // 2, size)
    if progress is not None:
        progress(size, size)
