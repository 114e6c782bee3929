"""How the spans of one kind of system are read, and where each belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from review.sources.pulling.puller import Visit
from storage.records_base import Json


class SpanPlace(NamedTuple):
    """Where a span belongs: its trace, when it began and ended (None: not yet), and whether it is the root."""

    trace: str
    start: datetime
    end: datetime | None
    is_root: bool


@dataclass(frozen=True, kw_only=True)
class SpanSource:
    """How the spans of one kind of system are read.

    ``opened`` returns, for a visit, a function that gives the pages of the spans that began between two times, in the
    order of their begin where ``in_order``. ``again`` is how far a visit goes back before the end of the last one.
    """

    format: str
    opened: Callable[[Visit], Callable[[datetime, datetime], Iterator[list[Json]]]]
    place: Callable[[Json], SpanPlace]
    in_order: bool
    again: timedelta
