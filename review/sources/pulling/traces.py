"""From the spans of an interface to files of whole traces: window after window, each bounded and with its own cursor.

A window is closed after so many spans. A trace whose root has ended by then is whole. One that goes on is carried into
the next window, so that it comes in once and complete. A root begins before its children do, so a trace without one
began before the visit's first window, where an earlier visit read it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from review.basics.errors import InputError, ReviewError
from review.sources.file_sets import Files, FileSet
from review.sources.pulling.pages import LONGEST, checked, halfway, line_of, private_file, readable, stamp, window
from review.sources.pulling.puller import Fetched, Fetching, Page, Visit
from review.sources.pulling.span_source import SpanPlace, SpanSource
from storage.records_base import Json

SPANS_AT_MOST = 20_000
BYTES_AT_MOST = 128 * 1024 * 1024
"""Spans and bytes of one window, or a page more."""
WAITING_AT_MOST = 100_000
"""How many spans of unfinished traces wait for the next window. Beyond that the oldest traces are left out."""
EDGE = timedelta(minutes=1)
"""A span may begin so long after its root has ended, or before its root by another clock."""
SHORTEST = timedelta(seconds=1)
BEFORE = "traces that began before this window, or have not ended"
CROWDED = "traces that run beside too many others"


def as_traces(source: SpanSource) -> Callable[[Visit], Fetching]:
    """Return a ``fetch`` that gives the traces of each window as one file.

    An error ends the visit after what was read in order before it, so that the next one goes on behind that.
    """

    def fetch(visit: Visit) -> Fetching:
        reading = _Reading(visit, source)
        steps = reading.in_order() if source.in_order else reading.by_time()
        while True:
            try:
                read = next(steps, None)
            except ReviewError:
                yield from reading.closed()
                raise
            if read is None:
                yield from reading.closed(last=True)
                return
            if reading.is_full:
                yield from reading.closed()

    return fetch


class _Line(NamedTuple):
    place: SpanPlace
    size: int


@dataclass
class _Trace:
    """What is known of one trace while a window is closed."""

    start: datetime
    root: SpanPlace | None = None
    lines: int = 0
    size: int = 0

    def add(self, line: _Line) -> None:
        self.start = min(self.start, line.place.start)
        self.lines += 1
        self.size += line.size
        if line.place.is_root:
            self.root = line.place


class _Reading:
    """One visit: the spans that were read and are in no file yet, in one private file of lines."""

    def __init__(self, visit: Visit, source: SpanSource) -> None:
        self._visit, self._source, self._pages = visit, source, source.opened(visit)
        self._begin, self._until = window(visit, again=source.again)
        self._part, self._file = private_file(visit)
        self._lines: list[_Line] = []
        self._carried, self._safe, self._at = 0, 0, self._begin
        self._left_out, self._cursor = Counter[str](), visit.cursor
        self._step = min(timedelta(seconds=visit.cursor.get("step", LONGEST.total_seconds())), LONGEST)

    @property
    def is_full(self) -> bool:
        """Whether enough spans were read since the last window for a file."""
        return self._is_over(self._carried, self._safe)

    def _is_over(self, first: int, last: int) -> bool:
        return last - first >= SPANS_AT_MOST or sum(one.size for one in self._lines[first:last]) >= BYTES_AT_MOST

    def in_order(self) -> Iterator[datetime]:
        """Read spans in the order of their begin, and yield up to when all are there.

        Raises InputError where they come in another order.
        """
        for spans in self._placed(self._begin, self._visit.now):
            for span, place in spans:
                if place.start < self._begin:
                    continue
                if place.start < self._at - EDGE:
                    raise InputError(
                        f"found a run of {stamp(place.start)} behind one of {stamp(self._at)}, expected them in the "
                        "order of their begin. Is the version of the system supported?"
                    )
                self._at = max(self._at, place.start)
                self._add(span, place)
            self._safe = len(self._lines)
            yield self._at
            if self._at > self._visit.now:
                break
        self._at = self._visit.now

    def by_time(self) -> Iterator[datetime]:
        """Read spans in any order, slice after slice, and yield up to when all are there.

        A slice with too many spans is read again in quarters. The next visit begins with slices of that length.
        """
        while self._at < self._visit.now:
            end = min(self._at + self._step, self._visit.now)
            for spans in self._placed(self._at, end):
                for span, place in spans:
                    if self._at <= place.start < end:
                        self._add(span, place)
                if self._is_over(self._safe, len(self._lines)):
                    break
            else:
                if len(self._lines) - self._safe < SPANS_AT_MOST / 4:
                    self._step = min(self._step * 2, LONGEST)
                self._safe, self._at = len(self._lines), end
                yield self._at
                continue
            self._forget()
            self._step /= 4
            if self._step < SHORTEST:
                raise InputError(
                    f"found over {SPANS_AT_MOST:,} spans, or {BYTES_AT_MOST // 1024**2} MB of them, within a second at "
                    f"{stamp(self._at)}. Does the system give its pages without end?"
                )

    def _placed(self, start: datetime, end: datetime) -> Iterator[list[tuple[Json, SpanPlace]]]:
        """Yield the pages between two times, each span with its place."""
        pages = checked(self._visit, (Page(spans, {}, {}) for spans in self._pages(start, end)))
        place = self._source.place
        return readable(self._visit, ([(span, place(span)) for span in page.records] for page in pages))

    def _add(self, span: Json, place: SpanPlace) -> None:
        self._lines.append(_Line(place, self._file.write(line_of(span))))

    def _forget(self) -> None:
        """Drop what was read since the last time up to which all is there."""
        del self._lines[self._safe :]
        self._file.seek(sum(one.size for one in self._lines))
        self._file.truncate()

    def closed(self, *, last: bool = False) -> Fetching:
        """Yield a file of the traces that are whole, and keep those that go on."""
        self._forget()
        if not last and self._at <= self._begin:
            cursor = {**self._visit.cursor, **self._slices()}
            if cursor != self._visit.cursor:
                yield self._fetched(FileSet(()), cursor)
            return
        whole, waiting = self._sorted_out()
        part, file = private_file(self._visit)
        rest, kept = private_file(self._visit)
        lines, self._lines = self._lines, []
        self._file.seek(0)
        for one in lines:
            line = self._file.read(one.size)
            if one.place.trace in whole:
                file.write(line)
            elif one.place.trace in waiting:
                kept.write(line)
                self._lines.append(one)
        for done in (file, self._file):
            done.close()
        self._part.unlink()
        self._part, self._file = rest, kept
        self._carried = self._safe = len(self._lines)
        cursor = self._next(waiting, last=last)
        if last:
            self._left_out[BEFORE] += sum(1 for one in waiting.values() if one.start <= self._until)
        if whole or last or cursor != self._cursor:
            yield self._fetched(part, cursor)
            self._left_out.clear()
            self._cursor = cursor
        part.unlink()

    def _fetched(self, files: Files, cursor: Json) -> Fetched:
        left_out, name = dict(+self._left_out), self._visit.source.name
        return Fetched(files=files, name=name, format=self._source.format, cursor=cursor, left_out=left_out)

    def _slices(self) -> Json:
        """Return what a cursor says of the length of slices, in seconds, where it is not the usual one."""
        return {"step": self._step.total_seconds()} if self._step < LONGEST else {}

    def _sorted_out(self) -> tuple[set[str], dict[str, _Trace]]:
        """Return the traces that are whole, and those that go on; count the others as left out."""
        traces: dict[str, _Trace] = {}
        for line in self._lines:
            traces.setdefault(line.place.trace, _Trace(line.place.start)).add(line)
        whole = {name for name, one in traces.items() if self._is_whole(one)}
        waiting, lines, size = dict[str, _Trace](), 0, 0
        # The youngest first: of too many, the oldest are left out.
        for name, one in sorted(traces.items(), key=lambda pair: pair[1].start, reverse=True):
            if name in whole:
                continue
            if not self._goes_on(one):
                self._left_out[BEFORE] += 1
                continue
            lines, size = lines + one.lines, size + one.size
            if lines > WAITING_AT_MOST or size > 4 * BYTES_AT_MOST:
                self._left_out[CROWDED] += 1
            else:
                waiting[name] = one
        return whole, waiting

    def _is_whole(self, trace: _Trace) -> bool:
        root = trace.root
        return root is not None and root.end is not None and root.start <= self._until and root.end + EDGE <= self._at

    def _goes_on(self, trace: _Trace) -> bool:
        if trace.root is None:
            return trace.start > self._at - EDGE
        return trace.root.end is not None or trace.root.start > self._at - LONGEST

    def _next(self, waiting: dict[str, _Trace], *, last: bool) -> Json:
        """Return where the next visit goes on: at the oldest trace that has not ended, if that is not too long ago."""
        at = min(self._at, self._until)
        starts = [one.root.start for one in waiting.values() if one.root is not None]
        if last:
            return {"until": stamp(max(min([at, *starts]), at - LONGEST))}
        # A trace that lasts may hold the next visit, but no more than half of what this one has read.
        at_least = self._begin + max(at - self._begin, timedelta(0)) / 2
        return {**halfway(max(min([at, *starts]), at_least), self._until, again=self._source.again), **self._slices()}
