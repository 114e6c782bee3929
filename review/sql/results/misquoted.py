"""A figure beside the name of a row whose one number is another: "Garden with 1,530" where Garden has 1,350.

Much that stands beside a name is reckoned: sums, differences, averages, shares. So the words between the two may say
nothing of that, and another row must be quoted in the same unit, as it stands in the result. Figures of plans, of other
times and of other measures are not the row's number: its own may not be quoted as well, and the words between name and
figure must be words of having, of the columns, or those that stand before the figure of another row.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from review.sql.results.beside import PART, SENTENCE, labels_of, part_of, turns
from review.sql.results.result import Result
from review.sql.results.series import number_of
from review.sql.results.times_said import time_columns
from review.sql.results.written import NAMED, Written, figures_in, read_part, round_to

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
_HAVING = frozenset(NAMED["beside"]["having"])
_PLAIN = _HAVING | frozenset(NAMED["beside"]["plain"])
"""Words that say no more than that a row has a number."""
_ELSEWHERE = re.compile(
    r"\b(?:last|next|previous\w*|prior|former\w*|earlier|later|before|back then|yesterday|years?|months?|quarters?|"
    r"weeks?|forecast\w*|targets?|budget\w*|plan\w*|goals?|expect\w*|project\w*|limits?|would|should|could|will|"
    r"\w*jahr\w*|\w*monat\w*|\w*woche\w*|quartal\w*|früher|zuvor|bisher|damals|ziel\w*|soll\w*|geplant\w*|erwart\w*|"
    r"prognos\w*|wird|würde|könnte|(?<![\d.,])(?:19|20)\d\d(?![.,]?\d))\b", re.IGNORECASE,
)  # fmt: skip
"""Words of plans and other times in the part of a figure."""
_JOINING = frozenset(NAMED["beside"]["joining"])
_CLAUSE = re.compile(r"[,:(|\n]|\b(?:and|while|whereas|but|und|während)\b", re.IGNORECASE)
_UNIT = re.compile(r"\s+(?!(?:and|or|while|with|in|at|for|followed|und|mit)\b)([^\W\d_]+)")
NEARLY = Decimal("0.9")
"""The part of a number that a figure is at least, to be that number rounded."""
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
    rows = _Rows(labels, numbers, names)
    rightly = [one for one in figures if _quotes(one, _number(answer, one, figures, rows))]
    quoted = {_unit(one, answer) for one in rightly}
    known = _PLAIN | {word for one in rightly for words in _said(answer, one, figures, names) for word in words}
    known |= {word for column in result.columns for word in _words_of(column)}
    every = _Quoted(answer)
    for one in untraced:
        number = _number(answer, one, figures, rows)
        if number is None or _unit(one, answer) not in quoted or one.other is not None or one.below or one.above:
            continue
        before, between = _said(answer, one, figures, names)
        if not (known | _JOINING).issuperset(before) or not _of_row(answer, one, between, known):
            continue
        if every.elsewhere(one, number):
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


class _Rows(NamedTuple):
    """The names and the one number of each row, and all of the names."""

    labels: list[set[str]]
    numbers: list[Decimal]
    names: frozenset[str]


def _number(answer: str, one: Written, figures: Sequence[Written], rows: _Rows) -> Decimal | None:
    """The number of the one row whose name stands right before a figure, None where words may reckon it."""
    order, said = turns(answer, one, figures, rows.names)
    before = [who for who in said if who.end <= one.start]
    if not before or not re.fullmatch(r"(?:nf+)+", order):
        return None
    who = before[-1]
    between = answer[who.end : one.start]
    if len(between) > FAR or _RECKONED.search(between) or _AFTER.match(answer[one.end :]):
        return None
    if any(who.end <= other.start < one.start for other in figures):
        return None
    meant = [number for row, number in zip(rows.labels, rows.numbers, strict=True) if who.names <= row]
    return meant[0] if len(meant) == 1 else None


def _said(answer: str, one: Written, figures: Sequence[Written], names: frozenset[str]) -> tuple[list[str], list[str]]:
    """The words before the name of a figure, back to another figure, and those between the two.

    They are "with tax" and "had" in "with tax Poetry had 5".
    """
    said = [who for who in turns(answer, one, figures, names)[1] if who.end <= one.start]
    if not said:
        return [], []
    who, start = said[-1], part_of(answer, one, SENTENCE)[0]
    last = max((other.end for other in figures if start <= other.start and other.end <= who.start), default=None)
    pieces = _CLAUSE.split(answer[start if last is None else last : who.start])
    return _words_of(" ".join(pieces if last is None else pieces[1:])), _words_of(answer[who.end : one.start])


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())


def _of_row(answer: str, one: Written, between: list[str], known: frozenset[str]) -> bool:
    """Whether the words of a figure say that its row has it: "Poetry books with 5", not "the target of Poetry: 5"."""
    start, end = max(part_of(answer, one, PART)[0], one.start - 2 * FAR), part_of(answer, one, SENTENCE)[1]
    if _ELSEWHERE.search(answer[start : one.start]) or _ELSEWHERE.search(answer[one.end : min(end, one.end + FAR)]):
        return False
    # "Poetry books with": the noun in front of a word of having is the row.
    noun = len(between) > 1 and between[-1] in _HAVING and between[0] != "s"
    return all(word in known for word in between[: -2 if noun else None])


class _Quoted:
    """The figures of an answer, in the order of their size, for looking up where a number is quoted."""

    def __init__(self, answer: str) -> None:
        self._figures = sorted(figures_in(read_part(answer)), key=lambda one: abs(one.value))
        self._sizes = [abs(one.value) for one in self._figures]

    def elsewhere(self, one: Written, number: Decimal) -> bool:
        """Whether a number is quoted in another place than a figure, which is another one then."""
        size = abs(number)
        first, last = bisect_left(self._sizes, size * NEARLY - 1), bisect_right(self._sizes, size / NEARLY + 1)
        return any(other.start != one.start and other.rounds(number) for other in self._figures[first:last])


def _quotes(one: Written, number: Decimal | None) -> bool:
    return number is not None and one.rounds(number)


def _unit(one: Written, answer: str) -> tuple[str, bool, str]:
    """What a figure counts: its currency, whether it is a percentage, and the word behind it."""
    word = _UNIT.match(answer[one.end :])
    return one.currency, one.percent, word[1].lower() if word else ""
