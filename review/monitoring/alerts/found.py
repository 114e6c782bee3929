"""What was found of an alert: its state now, when it rang, and what its picture shows. Values alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from review.monitoring.alerts.declared import Declared

State = Literal["quiet", "ringing", "undefined", "no data", "missing", "off"]


@dataclass(frozen=True, kw_only=True)
class Slice:
    """A part of the traffic that explains a ring: its rate since then, its ``usual`` one (None: it is new), and n.

    ``share`` of what is too much stands in it. ``and_field`` and ``and_value`` narrow it to a pair, "" where it is one
    column.
    """

    field: str
    value: str
    rate: float
    usual: float | None
    n: int
    share: float
    and_field: str = ""
    and_value: str = ""


@dataclass(frozen=True, kw_only=True)
class Ring:
    """One time that an alert rang: in window ``at``, for a change since window ``since``.

    ``value`` is the rate (or the mean total) since then, ``bound`` what it is compared with, of ``n`` conversations.
    Where traffic is gone, ``sources`` are those whose silence counted, ``newest`` is when data came last (UTC text),
    and ``late`` after how many hours with traffic their data is usually here.
    """

    at: str
    since: str
    value: float
    bound: float
    n: int
    events: float
    slices: Sequence[Slice] = ()
    sources: Sequence[str] = ()
    newest: str = ""
    late: int = 0

    def to_json(self, *, falling: bool = False) -> dict[str, Any]:
        """Return it as it is kept with the alert; the shares of one that waits for a fall are turned round."""
        slices = [asdict(one) for one in self.slices]
        told = asdict(self) | {"slices": slices}
        if falling:
            told |= {"value": 1 - self.value, "bound": 1 - self.bound, "events": self.n - self.events}
            for one in slices:
                one.update({name: None if one[name] is None else 1 - one[name] for name in ("rate", "usual")})
        return told


@dataclass(frozen=True, kw_only=True)
class Point:
    """One window of the picture: the figure itself, and from the begin of watching the confidence sequence."""

    start: str
    value: float | None
    n: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One alert as the log has it now: its state, in words, every ring of the year, and the picture.

    ``bound`` is what the figure is compared with, None where it is undefined.
    """

    declared: Declared
    state: State
    detail: str
    rings: Sequence[Ring] = ()
    points: Sequence[Point] = ()
    bound: float | None = None

    @property
    def name(self) -> str:
        """The name of the alert in the settings."""
        return self.declared.alert.name

    def to_json(self) -> dict[str, Any]:
        """Return it as ``alerts check --json`` prints it."""
        falling = self.declared.falling
        return {
            "name": self.name,
            "state": self.state,
            "detail": self.detail,
            "bound": 1 - self.bound if falling and self.bound is not None else self.bound,
            "rings": [one.to_json(falling=falling) for one in self.rings],
        }
