"""Import: read the records of a file, mask them, and add them to the imported log.

Records that cannot be read are reported with their line and the others go on; any other failure leaves the log as it
was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from review.basics.clock import new_id, now
from review.basics.log_paths import LogPaths
from review.basics.record import Raw
from review.checks.running import ready
from review.log.append import Entry, append
from review.privacy.originals import seal_of
from review.privacy.recognisers import Recognisers
from review.sources.checking import checked
from review.sources.conversations import (
    ReadRecord,
    RecordRules,
    masked_conversations,
    masked_value,
    recognisers_of,
)
from review.sources.file_sets import Files, FileSet, file_set, opened_set
from review.sources.options import ImportOptions
from review.sources.readers.catalogue import Detected
from review.sources.tally import Tally
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
) -> Import:
    """Import one file, or files that belong together, into the log and return the record, which the caller stores.

    ``key`` is the store's HMAC key. ``on_detected`` gets the format and the reason for it. In the record,
    read = added + duplicate + changed + rejected, and up to 100 rejections are {line, column, found, expected},
    masked, with the ``file`` where there are several; ``tally.rejects_file`` lists all of them. Raises InputError when
    a file or its format cannot be read at all, or a check cannot run; then nothing is added.
    """
    options, tally, at, import_id = options or ImportOptions(), tally or Tally(), now(), new_id()
    tally.rejects_file = log.rejects / f"{import_id}.jsonl"
    to_run = ready(options.checks)
    scratch = log.logs.parent
    detected, masked = masked_file(file, options, key=key, tally=tally, progress=progress, scratch=scratch)
    if on_detected is not None:
        on_detected(detected)
    try:
        counts = append(
            log,
            masked,
            import_id=import_id,
            at=at,
            encrypted=options.privacy.originals == "encrypted",
            examine=lambda new: checked(new, to_run),
        )
    except BaseException:
        tally.discard()
        raise
    tally.close()
    return Import(
        id=import_id,
        at=at,
        by=by,
        file=file_set(file).name,
        format=detected.format,
        source=options.source,
        read=tally.read,
        added=counts.added,
        duplicate=counts.duplicate,
        changed=counts.changed,
        rejected=tally.rejected,
        undated=tally.undated,
        rejections=tuple(tally.rejections),
    )


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
    files, wanted, seal = file_set(file), recognisers_of(options.privacy), seal_of(options.privacy.originals)
    opened = opened_set(
        files.encoded(options.encoding), format=options.format, mapping=options.mapping, records=options.records
    )
    tally.told = opened.notes
    rules = RecordRules(
        format=opened.detected.format,
        origin=options.origin(key),
        recognisers=wanted,
        mapping=options.mapping,
        values=options.values,
        seal=seal,
        scratch=scratch,
    )
    records = masked_conversations(_watched(opened.raws, files.size, progress), rules)
    return opened.detected, _counted(records, tally, wanted, files)


def _watched(raws: Iterator[Raw], size: int, progress: Progress | None) -> Iterator[Raw]:
    for i, raw in enumerate(raws):
        yield raw
        if progress is not None and i % PROGRESS_EVERY == 0:
            progress(min(raw.done, size), size)
    if progress is not None:
        progress(size, size)


def _counted(records: Iterator[ReadRecord], tally: Tally, wanted: Recognisers, files: FileSet) -> Iterator[Entry]:
    """Yield the conversations that could be read; count the other records, with the line of each."""
    for raw, entry, error in records:
        tally.read += 1
        if raw.mended:
            tally.mended.update(dict(raw.mended))
        if entry is not None:
            tally.undated += entry.conversation.created_at is None
            if entry.conversation.verdicts:
                tally.saw_verdicts(entry.conversation.verdicts)
            if entry.conversation.feedback:
                tally.saw_feedback(entry.conversation.feedback)
            yield entry
        elif error is not None:
            found = {"found": masked_value(error.found, wanted), "expected": error.expected}
            name, line = files.place(raw.line)
            tally.reject({**({"file": name} if name else {}), "line": line, "column": error.field, **found})
