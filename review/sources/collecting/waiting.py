"""Traces that wait until they are whole: what is known of each, and which may go into the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from review.sources.collecting.frames import FramePlace
from review.sources.collecting.ledger import MARK, is_among
from review.sources.collecting.otlp_requests import Seen
from review.sources.collecting.waiting_now import WaitingNow

ROOT_SECONDS = 600.0
"""How long a trace whose root never comes waits after its last span."""
LONGEST = 3600.0
"""How long a trace waits after its root at most, although spans keep coming."""


@dataclass(slots=True, kw_only=True)
class Trace:
    """One trace: when its first and last part and its root arrived, in seconds since 1970, and the frames it is in.

    ``service`` is the one of the root, before that of any span; ``marks`` are those of its spans and log records.
    """

    first: float
    last: float
    root: float | None = None
    service: str = ""
    marks: bytearray = field(default_factory=bytearray)
    places: list[FramePlace] = field(default_factory=list)


class Waiting:
    """The traces that are not in the log yet."""

    def __init__(self, after: float) -> None:
        """Wait so many seconds after the last span of a trace whose root has ended."""
        self._after = after
        self.traces: dict[str, Trace] = {}

    def see(self, parts: Iterable[Seen], *, at: float, place: FramePlace) -> int:
        """Note the parts of one frame that arrived at a time, and return how many of them had come before."""
        repeated = 0
        for part in parts:
            trace = self.traces.get(part.trace)
            if trace is None:
                trace = self.traces[part.trace] = Trace(first=at, last=at)
            if is_among(part.mark, trace.marks):
                repeated += 1
                continue
            trace.last = max(trace.last, at)
            trace.marks += part.mark
            if part.is_root and trace.root is None:
                trace.root, trace.service = at, part.service
            elif not trace.service:
                trace.service = part.service
            if not trace.places or trace.places[-1] != place:
                trace.places.append(place)
        return repeated

    def ready(self, now: float) -> Iterator[str]:
        """Yield the traces that may go into the log."""
        for name, trace in self.traces.items():
            quiet = now - trace.last
            if trace.root is None:
                if quiet >= max(ROOT_SECONDS, self._after):
                    yield name
            elif quiet >= self._after or now - trace.root >= max(LONGEST, self._after):
                yield name

    def now(self, moment: float, refused: Mapping[str, str]) -> WaitingNow:
        """Return what waits at a moment; ``refused`` says why the traces of some sources do not come in."""
        ready = sum(1 for _ in self.ready(moment))
        rootless = sum(1 for trace in self.traces.values() if trace.root is None)
        return WaitingNow(
            at=moment,
            traces=len(self.traces),
            spans=sum(len(trace.marks) for trace in self.traces.values()) // MARK,
            since=min((trace.first for trace in self.traces.values()), default=None),
            growing=max(len(self.traces) - rootless - ready, 0),
            rootless=rootless,
            refused=refused,
        )

    def first_file(self) -> int | None:
        """Return the number of the first file that a trace still needs, None without any."""
        return min((trace.places[0].file for trace in self.traces.values()), default=None)
