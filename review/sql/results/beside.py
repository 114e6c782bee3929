"""Which names stand beside which figures in a worded answer, and the names of the rows of a result."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from review.sql.results.names_said import places
from review.sql.results.result import Result
from review.sql.results.written import Written

PART = re.compile(r"[.;:!?]\s|[,\n]\s?")
SENTENCE = re.compile(r"[.;!?]\s|\n")


class Named(NamedTuple):
    """Names that touch, as first and last names do, with their place in the answer."""

    start: int
    end: int
    names: set[str]


def labels_of(result: Result) -> list[set[str]]:
    """Return the texts of each row that can be a name, in lower case; those that all rows share tell nothing."""
    rows = [
        {c.strip().lower() for c in row if isinstance(c, str) and any(x.isalpha() for x in c)} for row in result.rows
    ]
    shared = set.intersection(*rows) if len(rows) > 1 else set()
    return [row - shared for row in rows]


def part_of(answer: str, one: Written, cut: re.Pattern[str]) -> tuple[int, int]:
    """Return the part of the answer, between two cuts, in which a figure stands."""
    starts, ends = _cuts(answer, cut)
    first, last = bisect_right(ends, one.start), bisect_left(starts, one.end)
    return ends[first - 1] if first else 0, starts[last] if last < len(starts) else len(answer)


@lru_cache(maxsize=8)
def _cuts(answer: str, cut: re.Pattern[str]) -> tuple[list[int], list[int]]:
    """Where the cuts of an answer start and end."""
    found = list(cut.finditer(answer))
    return [m.start() for m in found], [m.end() for m in found]


def turns(answer: str, one: Written, figures: Sequence[Written], names: frozenset[str]) -> tuple[str, list[Named]]:
    """Return how names ("n") and figures ("f") follow each other in the part of a figure, and its names."""
    start, end = part_of(answer, one, PART)
    said: list[Named] = []
    for place, reach, name in places(answer[start:end], names):
        if said and not answer[said[-1].end : start + place].strip():
            said[-1] = Named(said[-1].start, start + reach, {*said[-1].names, name})
        else:
            said.append(Named(start + place, start + reach, {name}))
    inside = [other.start for other in figures if start <= other.start < end]
    found = sorted([*((who.start, "n") for who in said), *((place, "f") for place in inside)])
    return "".join(kind for _, kind in found), said
