"""From raw records to the fields of conversations, for both shapes of formats: one by one, or whole traces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from review.basics.record import Raw, Unreadable
from review.sources.grouping import Group, Part, grouped, part_of
from review.sources.readers.fields import Fields, Record
from review.sources.readers.reader import TraceReader

REFUSALS = (Unreadable, RecursionError, orjson.JSONEncodeError)
"""What a record raises that cannot be read."""


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


def traces(raws: Iterable[Raw], reader: TraceReader, *, scratch: Path | None = None) -> Iterator[Assembled]:
    """Yield the conversations of each trace, and each record or trace that cannot be read with its error.

    Records wait in memory, and beyond its limit in a temporary file in the folder ``scratch``.
    """
    refused: list[Raw] = []
    mended: Counter[str] = Counter()
    for group in grouped(_parts(raws, reader, refused.append, mended), scratch=scratch):
        yield from _drained(refused)
        for one in _of_group(group, reader):
            # What was mended in the whole file is told with the first conversation.
            yield one._replace(raw=one.raw._replace(mended=(*one.raw.mended, *mended.items()))) if mended else one
            mended.clear()
    yield from _drained(refused)


def _drained(refused: list[Raw]) -> Iterator[Assembled]:
    for raw in refused:
        yield Assembled(raw, None, ())
    refused.clear()


def _parts(
    raws: Iterable[Raw], reader: TraceReader, refuse: Callable[[Raw], None], mended: Counter[str]
) -> Iterator[Part]:
    """Yield the parts of the records with the name of their trace; a record that has none is refused."""
    for raw in raws:
        if raw.record is None:
            refuse(raw)
            continue
        if raw.mended:
            mended.update(dict(raw.mended))
        try:
            # A record is taken whole or not at all.
            parts = [part_of(reader.key(part), raw.line, part) for part in reader.parts(raw.record)]
        except REFUSALS as reason:
            refuse(raw._replace(record=None, error=refusal(reason)))
        else:
            yield from parts


def _of_group(group: Group, reader: TraceReader) -> Iterator[Assembled]:
    """Yield the conversations of one trace. If one of them cannot be read, none is."""
    raw = Raw(group.line, None, None, 0, (("part", group.parts),))
    if group.error is not None:
        yield Assembled(raw._replace(error=group.error), None, ())
        return
    records = group.records()
    try:
        found = reader.assemble(records)
    except REFUSALS as reason:
        yield Assembled(raw._replace(error=refusal(reason)), None, ())
        return
    for i, fields in enumerate(found):
        of_trace = raw.mended if i == 0 else ()
        mended = (*of_trace, *((note, 1) for note in fields.pop("notes", ())))
        yield Assembled(raw._replace(record=dict(records[0]), mended=mended), fields, records)
