"""Count how often each judge gave each value, over all conversations of a frame.

Of conversations that are not drawn, only these counts are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from review.log.judges_disagree import verdict_text

Counts = dict[str, dict[str, dict[str, dict[str, int]]]]


def tally(
    rows: Sequence[tuple[Any, ...]], names: Sequence[str], *, has_verdicts: bool
) -> tuple[dict[str, int], Counts, int]:
    """Return populations, verdict counts and the number of unreadable cells from rows ``stratum[, verdicts], n``."""
    populations = dict.fromkeys(names, 0)
    verdicts: Counts = {name: {} for name in names} if has_verdicts else {}
    unreadable = 0
    for number, *cells, n in rows:
        name = names[int(number)]
        populations[name] += int(n)
        if has_verdicts and cells[0]:
            read = _verdicts(cells[0])
            unreadable += int(n) if read is None else 0
            for judge, dimension, value in read or ():
                counts = verdicts[name].setdefault(judge, {}).setdefault(dimension, {})
                counts[value] = counts.get(value, 0) + int(n)
    return populations, verdicts, unreadable


def _verdicts(text: str) -> list[tuple[str, str, str]] | None:
    try:
        judges = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if judges is None:
        return []
    if not isinstance(judges, dict) or not all(d is None or isinstance(d, dict) for d in judges.values()):
        return None
    found = (
        (judge, dimension, verdict_text(cell)) for judge, of in judges.items() for dimension, cell in (of or {}).items()
    )
    return [(judge, dimension, value) for judge, dimension, value in found if value]
