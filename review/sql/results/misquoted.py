"""A figure beside the name of a row whose one number is another: "Garden with 1,530" where Garden has 1,350.

Much that stands beside a name is reckoned: sums, differences, averages, shares. So the words between the two may say
nothing of that, and another row must be quoted in the same unit, as it stands in the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from review.sql.results.beside import labels_of, turns
from review.sql.results.result import Result
from review.sql.results.series import number_of
from review.sql.results.times_said import time_columns
from review.sql.results.written import Written, round_to

_RECKONED = re.compile(
    r"\b(?:about|above|ago|ahead|all|almost|altogether|among|and|around|"
    r"at least|at most|average\w*|behind|below|between|by|"
    r"change\w*|combined|compared|declin\w+|decreas\w+|differ\w+|down|drop\w*|each|every|except|exclud\w+|f[ae]ll\w*|"
    r"fewer|from|gap|gr[eo]w\w*|gain\w*|higher|in total|increas\w+|includ\w+|instead|lead\w* by|less|los[ts]\w*|lower|"
    r"margin|mean|median|minus|more|most of|nearly|net|no|not|of|only|other|over|part|per|plus|r[io]se\w*|rest|roughly|"
    r"second|share|sum|than|third|times|together|total\w*|under|up|versus|vs|without|"
    r"etwa|fast|gegenüber|insgesamt|knapp|mehr|mindestens|minus|nicht|ohne|rund|statt|über|um|unter|von|weniger|"
    r"zusammen|durchschnitt\w*)\b|[%~≈<>+±−]|\bn't\b", re.IGNORECASE,
)  # fmt: skip
_AFTER = re.compile(
    r"\s*(?:[-–]\s?\d|(?:\w+\s+){0,2}(?:per|each|every|more|less|fewer|higher|lower|ahead|behind|above|below|apart|"
    r"together|combined|in total|altogether|on average|mehr|weniger|pro|je|zusammen|insgesamt)\b)", re.IGNORECASE,
)  # fmt: skip
_UNIT = re.compile(r"\s+(?!(?:and|or|while|with|in|at|for|followed|und|mit)\b)([^\W\d_]+)")
FAR = 60
"""Characters that may stand between a name and its figure."""


def misquoted(
    answer: str, untraced: Iterable[Written], figures: Sequence[Written], result: Result
) -> Iterator[tuple[Written, str]]:
    """Yield the untraced figures that contradict the one number of the row beside whose name they stand, with why."""
    numbers = _one_number(result)
    labels = labels_of(result)
    names = frozenset(name for row in labels for name in row)
    if not numbers or len(result.rows) < 2 or not names:
        return
    quoted = {_unit(one, answer) for one in figures if _quotes(one, _number(answer, one, figures, (labels, numbers)))}
    for one in untraced:
        number = _number(answer, one, figures, (labels, numbers))
        if number is None or _unit(one, answer) not in quoted or one.other is not None or one.below or one.above:
            continue
        near = max(round_to(f"{abs(one.value):.0f}"), Decimal(1).scaleb(one.place))
        if abs(abs(number) - abs(one.value)) > near:
            said = answer[one.start : one.end]
            yield one, f"The answer says '{said}' of a row whose number is {number:,}."


def _one_number(result: Result) -> list[Decimal]:
    """The one number of each row, nothing where a row has none or several."""
    times = time_columns(result)
    rows = [
        [n for at, cell in enumerate(row) if at not in times and (n := number_of(cell)) is not None]
        for row in result.rows
    ]
    return [row[0] for row in rows] if all(len(row) == 1 for row in rows) else []


def _number(
    answer: str, one: Written, figures: Sequence[Written], rows: tuple[list[set[str]], list[Decimal]]
) -> Decimal | None:
    """The number of the one row whose name stands right before a figure, None where words may reckon it."""
    labels, numbers = rows
    order, said = turns(answer, one, figures, frozenset(name for row in labels for name in row))
    before = [who for who in said if who.end <= one.start]
    if not before or not re.fullmatch(r"(?:nf+)+", order):
        return None
    who = before[-1]
    between = answer[who.end : one.start]
    if len(between) > FAR or _RECKONED.search(between) or _AFTER.match(answer[one.end :]):
        return None
    if any(who.end <= other.start < one.start for other in figures):
        return None
    meant = [number for row, number in zip(labels, numbers, strict=True) if who.names <= row]
    return meant[0] if len(meant) == 1 else None


def _quotes(one: Written, number: Decimal | None) -> bool:
    return number is not None and one.rounds(number)


def _unit(one: Written, answer: str) -> tuple[str, bool, str]:
    """What a figure counts: its currency, whether it is a percentage, and the word behind it."""
    word = _UNIT.match(answer[one.end :])
    return one.currency, one.percent, word[1].lower() if word else ""
