"""From raw records to the fields of conversations, for both shapes of formats: one by one, or whole traces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import orjson

from review.basics.record import Raw, Unreadable
from review.sources.grouping import Grouping
from review.sources.readers.fields import Fields, Record
from review.sources.readers.reader import TraceReader
from review.sources.trace_frames import Group, Part, part_of

REFUSALS = (Unreadable, RecursionError, orjson.JSONEncodeError)
"""What a record raises that cannot be read."""
TOO_LARGE = "records of traces that are too large to be read: not imported"


def refusal(reason: Exception) -> Unreadable:
    """Return the error that says why a record cannot be read."""
    deep = Unreadable("record", "nested JSON", "JSON at most 200 levels deep")
    return reason if isinstance(reason, Unreadable) else deep


class Assembled(NamedTuple):
    """The fields of a conversation with the raw record that stands for it, or the error of a record or trace.

    ``records`` are all records that the conversation was made from.
    """

    raw: Raw
    fields: Fields | None
    records: tuple[Record, ...]


class Keeping(Protocol):
    """What keeps records until their trace is whole."""

    def add(self, part: Part, /) -> None:
        """Keep one record."""


def traces(raws: Iterable[Raw], reader: TraceReader, *, scratch: Path | None = None) -> Iterator[Assembled]:
    """Yield the conversations of each trace, and each record or trace that cannot be read with its error.

    Records wait in memory, and beyond its limit in a temporary file in the folder ``scratch``. The place of a
    conversation in its file (``done``) is as far as putting together has come.
    """
    mended: Counter[str] = Counter()
    shared: Record = {}
    end = 0
    with Grouping(scratch) as grouping:
        for raw in raws:
            end = max(end, raw.done)
            mended.update(raw.mended_counts)
            if reader.head is not None and raw.record is not None:
                shared = reader.head(raw.record) or shared
            for error in kept(raw, reader, grouping, shared):
                yield Assembled(raw._replace(record=None, error=error, mended=()), None, ())
        for group in grouping.groups():
            for one in of_group(group, reader, int(end * grouping.share)):
                # What was mended in the whole file is told with the first conversation.
                yield one._replace(raw=one.raw._replace(mended=(*one.raw.mended, *mended.items()))) if mended else one
                mended.clear()


def kept(raw: Raw, reader: TraceReader, into: Keeping, shared: Record) -> Iterator[Unreadable]:
    """Keep the parts of a record, with what they share, until traces are whole; yield why others cannot be read."""
    if raw.record is None:
        yield raw.error or Unreadable("line", None, "a record")
        return
    try:
        packed = reader.pack(raw.record) if reader.pack is not None else None
        for one in packed or ():
            if isinstance(one, Unreadable):
                yield one
            else:
                into.add(Part(one[0], raw.line, one[1]))
        for part in reader.parts(raw.record) if packed is None else ():
            if isinstance(part, Unreadable):
                yield part
                continue
            try:
                into.add(part_of(reader.key(part), raw.line, {**shared, **part} if shared else part))
            except REFUSALS as reason:
                yield refusal(reason)
    except REFUSALS as reason:
        yield refusal(reason)


def of_group(group: Group, reader: TraceReader, done: int = 0) -> Iterator[Assembled]:
    """Yield the conversations of one trace, and the parts of it that cannot be read.

    ``done`` is how far putting together has come, in bytes of the file.
    """
    raw = Raw(group.line, None, None, done, (("part", group.parts),))
    if group.error is not None:
        yield Assembled(raw._replace(error=group.error, mended=((TOO_LARGE, group.parts),)), None, ())
        return
    records = group.records(reader.unpack)
    try:
        found = reader.assemble(records)
    except REFUSALS as reason:
        yield Assembled(raw._replace(error=refusal(reason)), None, ())
        return
    for one in found:
        if isinstance(one, Unreadable):
            yield Assembled(raw._replace(error=one, mended=()), None, ())
    of_trace = raw.mended
    for one in found:
        if not isinstance(one, Unreadable):
            mended = (*of_trace, *[(note, 1) for note in one.pop("notes", ())])
            yield Assembled(Raw(raw.line, dict(records[0]), None, done, mended), one, records)
            of_trace = ()
