"""How often each judge said what, over all conversations of a frame: only these counts are kept of unsampled ones.

And whether the judges of one conversation contradict each other, which makes a group of its own to draw from.
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
    """Populations, verdict counts and the number of unreadable verdict cells from rows ``stratum[, verdicts], n``."""
    populations = dict.fromkeys(names, 0)
    verdicts: Counts = {name: {} for name in names} if has_verdicts else {}
    unreadable = 0
    for number, *said, n in rows:
        name = names[int(number)]
        populations[name] += int(n)
        if has_verdicts and said[0]:
            read = _verdicts(said[0])
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
    said = (
        (judge, dimension, verdict_text(cell)) for judge, of in judges.items() for dimension, cell in (of or {}).items()
    )
    return [(judge, dimension, value) for judge, dimension, value in said if value]
