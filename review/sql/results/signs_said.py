"""Words that give a figure another sign or size than its cell: "a profit of 500" of -500, "0.4567%" of 0.4567."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from review.sql.results.result import Result
from review.sql.results.series import number_of
from review.sql.results.written import Written, around

MOST_ROWS = 100
"""Rows whose cells are looked at."""
_GAIN = r"profits?|surplus(?:es)?|net gains?|gewinne?|überschuss|überschüsse|earned|made a profit"
_LOSS = r"loss(?:es)?|deficits?|shortfalls?|lost|verluste?|defizite?|fehlbetr[aä]ge?|minus von|verlor(?:en)?"
_SAID = re.compile(
    rf"\b(?:(?P<gain>{_GAIN})|(?P<loss>{_LOSS}))\s+(?:(?:of|was|is|were|are|about|von|war|ist|beträgt|betrug|EUR|USD|rund)"
    r"\s+)*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\s*(?:euros?|eur|dollars?|usd|pounds?)?\s*(?:in\s+)?(?:(?P<gain>{_GAIN})|(?P<loss>{_LOSS}))\b", re.I
)
_ANY_LOSS = re.compile(r"los[st]|lose|deficit|shortfall|churn|verl[uo]|defizit|fehlb|cancel|write", re.IGNORECASE)
_PERCENT = re.compile(r"percent|pct|proz|per_cent|%|\b100(?:\.0*)?\b", re.IGNORECASE)


def against_signs(figures: Sequence[Written], answer: str, result: Result, *, said: str) -> Iterator[str]:
    """Yield the figures that words call a profit where the cell is negative, or a loss, or a percentage of a share.

    ``said`` are the question and the query: where they speak of losses or percentages, so does a plain cell.
    """
    if len(result.rows) > MOST_ROWS:
        return
    about = f"{said} {' '.join(result.columns)}"
    cells = [n for row in result.rows for n in map(number_of, row) if n is not None]
    losses, percentages = _ANY_LOSS.search(about), _PERCENT.search(about)
    for one in figures:
        own = [n for n in cells if one.rounds(n)]
        before, after = around(one, answer)
        match = _SAID.search(before) or _AFTER.match(after)
        # "We lost 5 customers" is a count of those who left; an amount that was lost is negative.
        verb = match is not None and re.match(r"lost|verlor", match["loss"] or "", re.I) is not None
        counted = verb and one.plain and not one.currency
        if own and match and one.value > 0 and not losses and not counted:
            if match["gain"] and max(own) < 0:
                yield f"The words say '{match['gain']}' of {own[0]:,}."
            if match["loss"] and min(own) > 0:
                yield f"The words say '{match['loss']}' of {own[0]:,}."
        if one.percent and not percentages and own and _share_as_percentage(one, cells):
            yield f"The figure '{one.text}' is a percentage, and the result has the share {own[0]:,}."


def _share_as_percentage(one: Written, cells: Sequence[Decimal]) -> bool:
    """Whether a percentage has the digits of a share: no cell is larger than one, nor is any the figure as a share."""
    return all(abs(n) <= 1 for n in cells) and not any(one.rounds(100 * n) for n in cells) and one.value != 0
