"""From the spool into the log: look at what arrived, import the traces that are whole, remove what is done.

A process that is killed goes on where it was: the spool has all that the log lacks, and what the log has already is
found there a second time and counted as a duplicate.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from review.basics.errors import NoRecords, ReviewError
from review.settings.project import Project
from review.sources.collecting.batches import private_folder, source_of, write_batches
from review.sources.collecting.frames import CLOSED, Change, Frame, Kind, frames, spool_files
from review.sources.collecting.ledger import MARK, Ledger
from review.sources.collecting.otlp_requests import Seen, seen
from review.sources.collecting.told import Told
from review.sources.collecting.waiting import Waiting
from review.sources.collecting.waiting_now import EVERY
from review.sources.file_sets import FileSet
from review.sources.import_source import import_from_source
from review.sources.options import import_options
from storage.records_log import Import
from storage.store import Store

LEDGER = "ledger.jsonl"
SPANS_AT_ONCE = 100_000
"""The spans of one import, or one trace more."""
PAUSE = 30.0
"""Seconds between imports at most, while there were few today."""
FEW = 30
SLOWER = 3.0
"""Each further import of a day makes the pause so many seconds longer: the log stays fast with some 250 a day."""
DAY = 24 * 3600.0


@dataclass(kw_only=True)
class Done:
    """What one pass did: its imports, counts of spans by what became of them, and why a source did not come in.

    What did not come in stays in the spool and is tried again.

    ``counts`` has "late" (spans of a trace that the log had already), "repeated" (spans that came twice), "cut off"
    (files with a frame that a killed process did not finish) and "unclaimed" (feedback whose trace never came).
    """

    imports: list[Import] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[ReviewError] = field(default_factory=list)


class Assembler:
    """Brings the traces of a spool into the log of a store, ``after`` seconds after their last span.

    ``by`` returns who answers for that, ``unseal`` decrypts payloads, and ``clock`` gives seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        project: Project,
        folder: Path,
        *,
        by: Callable[[], str],
        after: float,
        unseal: Change | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._project, self._folder = store, project, folder
        self._by, self._after, self._unseal, self._clock = by, after, unseal, clock
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._waiting = Waiting(after)
        self._ledger = Ledger(folder / LEDGER, now=clock())
        self._told = Told(folder, self._ledger)
        self._read: dict[int, int] = {}
        self._closed: set[int] = set()
        self._next, self._day, self._today = 0.0, 0, 0
        self._refused: dict[str, str] = {}
        self._noted = 0.0

    def step(self) -> Done:
        """Look at what arrived, and import what is whole. Raises ReviewError when the spool cannot be read."""
        done, failed = Done(), set[str]()
        self._look(done)
        if self._clock() >= self._next:
            while some := self._some_ready(failed):
                failed |= self._import(some, done)
            self._told.settle(self._store, self._take, now=self._clock(), counts=done.counts)
            self._sweep(done)
            self._pause(len(done.imports))
        self._note()
        return done

    def _note(self) -> None:
        """Tell those who look at production what waits."""
        now = self._clock()
        if now - self._noted >= EVERY:
            self._waiting.now(now, self._refused).write(self._folder)
            self._noted = now

    def _look(self, done: Done) -> None:
        """Read the frames that arrived since the last time."""
        for number, path in spool_files(self._folder).items():
            if number in self._closed:
                continue
            for frame in self._frames(path, number):
                self._read[number] = frame.end
                if frame.kind in (Kind.FEEDBACK, Kind.SCORES):
                    self._told.add(frame.kind, orjson.loads(frame.payload), at=frame.at)
                else:
                    new = self._new(seen(frame.kind, frame.payload), done.counts)
                    repeated = self._waiting.see(new, at=frame.at, place=frame.place)
                    done.counts["repeated"] += repeated
            if path.suffix == CLOSED:
                self._closed.add(number)
        self._ledger.forget(self._clock())

    def _frames(self, path: Path, number: int) -> Iterator[Frame]:
        start = self._read.get(number, 0)
        try:
            yield from frames(path, start=start, unseal=self._unseal)
        except FileNotFoundError:  # closed, and thereby renamed, since the folder was listed
            yield from frames(path.with_suffix(CLOSED), start=start, unseal=self._unseal)

    def _new(self, parts: Iterator[Seen], counts: Counter[str]) -> Iterator[Seen]:
        """Yield the spans of traces that the log lacks; count the others."""
        for part in parts:
            if part.trace not in self._ledger.traces:
                yield part
            else:
                counts["repeated" if self._ledger.has(part.trace, part.mark) else "late"] += 1

    def _some_ready(self, failed: set[str]) -> list[str]:
        some, spans = [], 0
        for name in self._waiting.ready(self._clock()):
            if name in failed:
                continue
            some.append(name)
            spans += len(self._waiting.traces[name].marks) // MARK
            if spans >= SPANS_AT_ONCE:
                break
        return some

    def _import(self, names: Sequence[str], done: Done) -> set[str]:
        """Import some traces, source by source; return those of the sources that could not come in."""
        traces = {name: self._waiting.traces[name] for name in names}
        sources = {name: source_of(trace.service) for name, trace in traces.items()}
        places = [place for trace in traces.values() for place in trace.places]
        failed = set[str]()
        with private_folder(self._folder / "batch") as into:
            batches = write_batches(self._folder, into, sources, places, self._unseal)
            for source, files in batches.items():
                mine = [name for name in names if sources[name] == source]
                try:
                    done.imports += self._take(files, format="otlp", source=source)
                except ReviewError as error:
                    done.errors.append(type(error)(f"{source}: {error}", command_hint=error.command_hint))
                    self._refused[source] = str(error)
                    failed.update(mine)
                    continue
                self._refused.pop(source, None)
                self._ledger.add(((name, source, bytes(traces[name].marks)) for name in mine), at=self._clock())
                for name in mine:
                    del self._waiting.traces[name]
        return failed

    def _take(self, files: FileSet, *, format: str, source: str) -> list[Import]:
        """Import files of one source and return the record, an empty list where there was nothing in them."""
        options = import_options(self._project, format=format, source=source)
        try:
            done = import_from_source(self._store, self._project, files, options, by=self._by(), name="collector")
        except NoRecords:
            return []
        return [done]

    def _sweep(self, done: Done) -> None:
        """Remove the files that were read to their end and that no trace needs any more."""
        first = self._waiting.first_file()
        for number, path in spool_files(self._folder).items():
            if number in self._closed and (first is None or number < first):
                done.counts["cut off"] += path.stat().st_size > self._read.pop(number, 0)
                path.unlink()
                self._closed.remove(number)

    def _pause(self, imports: int) -> None:
        """Decide when the next imports may come."""
        if not imports:
            return
        now = self._clock()
        if now // DAY != self._day:
            self._day, self._today = int(now // DAY), 0
        self._today += imports
        self._next = now + pause_after(self._today, self._after)


def pause_after(today: int, after: float) -> float:
    """Return the seconds until the next import may come after so many of a day."""
    return max(min(after, PAUSE), SLOWER * (today - FEW))
