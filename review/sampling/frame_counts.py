"""The counts of a frame, added up from the one query that counts it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from review.sampling.frame_sql import LATE, MEMBER, NAMELESS, UNDATED


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


def _sum(lines: Sequence[tuple[Any, ...]], place: int) -> int:
    return sum(int(line[place]) for line in lines)
