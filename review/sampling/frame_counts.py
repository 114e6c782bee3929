"""A frame, and its counts, added up from the one query that counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from review.basics.clock import now
from review.basics.weeks import Window
from review.sampling.frame_sql import LATE, MEMBER, NAMELESS, UNDATED
from review.sampling.strata import Group, names_of
from review.sampling.verdict_counts import Counts, tally


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What a draw chooses from, and what was left out of it.

    ``rows`` lie in the window (``start`` <= created < ``end``, ISO 8601 in UTC; None = no bound), ``null_ids`` of them
    without an id. ``duplicate_ids`` ids occur more than once, with ``duplicate_rows`` surplus rows; the first by date
    counts. Hence ``distinct = rows - null_ids - duplicate_rows``, the sum of ``populations`` (stratum -> N_h).
    ``undated`` rows have neither a readable date nor a week and are left out; ``undated_included`` are in the frame by
    their week. ``late`` rows came after the sealing and are left out. ``verdicts`` counts stratum -> judge ->
    dimension -> value over the distinct conversations; a missing verdict is not counted.
    """

    source: str
    week: str | None
    start: str | None
    end: str | None
    rows: int
    distinct: int
    null_ids: int
    duplicate_ids: int
    undated: int
    populations: Mapping[str, int]
    duplicate_rows: int = 0
    duplicate_examples: tuple[str, ...] = ()
    undated_included: int = 0
    late: int = 0
    verdicts: Counts = field(default_factory=dict)
    unreadable_verdicts: int = 0
    read_at: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data, as the ledger keeps it."""
        return {**self.__dict__, "duplicate_examples": list(self.duplicate_examples)}


@dataclass(frozen=True, kw_only=True)
class FrameCounts:
    """What a frame counts; ``populous`` are the rows ``stratum[, verdicts], n`` of its members with an id.

    Where an id occurs ``twice``, its stratum there is that of any of its rows.
    """

    rows: int
    distinct: int
    null_ids: int
    twice: int
    undated: int
    undated_members: int
    late: int
    populous: Sequence[tuple[Any, ...]]


def counted_in(found: Sequence[tuple[Any, ...]]) -> FrameCounts:
    """Return the counts from the rows of :func:`review.sampling.frame_sql.summary`."""
    parts: dict[int, list[tuple[Any, ...]]] = {}
    for part, *line in found:
        parts.setdefault(int(part), []).append(tuple(line))
    members = parts.get(MEMBER, [])
    named = [line for line in members if int(line[0]) != NAMELESS]
    return FrameCounts(
        rows=_sum(members, -3),
        distinct=_sum(named, -4),
        null_ids=_sum(members, -3) - _sum(named, -3),
        twice=_sum(named, -1),
        undated=_sum(parts.get(UNDATED, []), -3),
        undated_members=_sum(members, -2),
        late=_sum(parts.get(LATE, []), -3),
        populous=[line[:-3] for line in named],
    )


def counted_frame(
    source: str,
    counted: FrameCounts,
    populous: Sequence[tuple[Any, ...]],
    *,
    week: str | None,
    window: Window | None,
    groups: Sequence[Group],
    has_verdicts: bool,
    examples: Sequence[str],
) -> Frame:
    """Return a frame from its counts; ``populous`` are rows ``stratum[, verdicts], n``, ``examples`` repeated ids."""
    populations, verdicts, unreadable = tally(populous, names_of(groups), has_verdicts=has_verdicts)
    return Frame(
        source=source,
        week=week,
        start=window.start.isoformat() if window else None,
        end=window.end.isoformat() if window else None,
        rows=counted.rows,
        distinct=counted.distinct,
        null_ids=counted.null_ids,
        duplicate_ids=counted.twice,
        duplicate_rows=counted.rows - counted.null_ids - counted.distinct,
        duplicate_examples=tuple(examples),
        undated=counted.undated,
        undated_included=counted.undated_members if window else 0,
        late=counted.late,
        populations=populations,
        verdicts=verdicts,
        unreadable_verdicts=unreadable,
        read_at=now(),
    )


def _sum(lines: Sequence[tuple[Any, ...]], place: int) -> int:
    return sum(int(line[place]) for line in lines)
