"""The rules of an import, and the count of what becomes of its records."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from review.basics.record import Waits
from review.log.rows import Entry
from review.privacy.originals import seal_of
from review.sources.conversations import ReadRecord, RecordRules, masked_value, recognisers_of
from review.sources.human_scores import raters_in
from review.sources.options import ImportOptions
from review.sources.readers.catalogue import READERS
from review.sources.readers.reader import Reader, TraceReader
from review.sources.tally import Tally
from review.sources.unread import Unread


def rules_of(options: ImportOptions, key: bytes, format: str, *, scratch: Path | None = None) -> RecordRules:
    """Return what holds for every record of an import. Raises InputError for privacy settings that cannot be used."""
    return RecordRules(
        format=format,
        origin=options.origin(key),
        recognisers=recognisers_of(options.privacy),
        mapping=options.mapping,
        values=options.values,
        seal=seal_of(options.privacy.originals),
        scratch=scratch,
        join_calls=True,
        lossy=True,
    )


def is_read_alone(format: str) -> bool:
    """Return whether each record of a format is read by itself, and not put together with others."""
    reader = READERS[format]
    return isinstance(reader, Reader) and reader.calls is None


def may_split(format: str) -> bool:
    """Return whether several processes may read the records of a format: alone, or by whole traces."""
    reader = READERS[format]
    return reader.head is None if isinstance(reader, TraceReader) else is_read_alone(format)


def counted(records: Iterator[ReadRecord], tally: Tally, rules: RecordRules) -> Generator[Entry, None, None]:
    """Yield the conversations that could be read; count the other records, with the line of each."""
    for raw, entry, error in records:
        tally.read += 1
        if raw.mended:
            tally.mended.update(raw.mended_counts)
        if entry is not None:
            found = entry.conversation
            tally.undated += found.created_at is None and bool(found.messages)
            if found.verdicts:
                tally.saw_verdicts(found.verdicts)
            for one in entry.unread:
                tally.saw_unread(Unread(*one))
            for name in raters_in(found.metadata):
                tally.human_scores[name] += 1
            if found.feedback:
                tally.saw_feedback(found.feedback)
            yield entry
        elif error is not None:
            tally.waits += isinstance(error, Waits)
            said = {"found": masked_value(error.found, rules.recognisers), "expected": error.expected}
            tally.reject({"line": raw.line, "column": error.field, **said})
