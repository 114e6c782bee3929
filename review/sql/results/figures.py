"""Every figure of a worded answer must come from the result: as a cell, rounded, as a percentage, or as a simple sum.

A figure that cannot be traced may be invented. Years, ordinals, dates and numbers of the question are not judged.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation

from review.sql.results.cells import number_in
from review.sql.results.result import Result
from review.sql.tree.finding import Finding

FIGURE = re.compile(
    r"(?<![\w.,/:-])(?P<sign>[-−–+])?\s?(?P<currency>[$€£¥])?\s?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<scale>\s?(?:thousand|million|billion|trillion|bn|[kKmMbB])(?![\w]))?\s?(?P<percent>%|percent\b|per cent\b)?"
    r"(?P<ordinal>st\b|nd\b|rd\b|th\b)?(?![\w:/]|-\d)"
)
SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "trillion": 12}
MOST_CELLS = 2_000
"""More numbers than this are looked up as they are; sums and differences are tried for the first ones alone."""
PAIRS = 60
_DATE = re.compile(r"\b\d{4}-\d{2}(?:-\d{2})?\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\bQ[1-4]\b|\b\d{1,2}:\d{2}\b")
_SMALL = 10


def untraceable(answer: str, result: Result, *, question: str = "") -> list[Finding]:
    """Return a finding for each figure of ``answer`` that the result does not explain; places are in the answer."""
    if not result.done:
        return []
    sources = _sources(result)
    found = []
    for match, value, places, percent in _judged(answer, question):
        if not _explained(value, places, percent, sources):
            found.append(
                Finding(
                    rule="figures",
                    message=f"The figure '{match[0].strip()}' is not in the result, nor a rounding, share, sum or "
                    "difference of its cells.",
                    start=match.start() + len(match[0]) - len(match[0].lstrip()),
                    end=match.start() + len(match[0].rstrip()),
                )
            )
    return found


def figures_judged(answer: str, *, question: str = "") -> int:
    """Return how many figures of an answer must come from the result."""
    return sum(1 for _ in _judged(answer, question))


def _judged(answer: str, question: str) -> Iterator[tuple[re.Match[str], Decimal, int, bool]]:
    asked = {value for _, value, _, _ in _figures(question)}
    return (one for one in _figures(answer) if one[1] not in asked and not _plain(one[1], one[0]))


def _figures(text: str) -> Iterator[tuple[re.Match[str], Decimal, int, bool]]:
    """Each figure of a text with its value, the power of ten of its last digit, and whether it is a percentage."""
    dates = [m.span() for m in _DATE.finditer(text)]
    for match in FIGURE.finditer(text):
        if match["ordinal"] or any(start <= match.start("number") < end for start, end in dates):
            continue
        digits = match["number"].replace(",", "")
        scale = SCALES[match["scale"].strip().lower()] if match["scale"] else 0
        try:
            value = Decimal(digits).scaleb(scale)
        except InvalidOperation:
            continue
        decimals = len(digits.partition(".")[2])
        yield match, (-value if match["sign"] in ("-", "−") else value), scale - decimals, bool(match["percent"])


def _plain(value: Decimal, match: re.Match[str]) -> bool:
    """A year, or a small whole number as texts are full of them: "the top 3", "over 2 weeks"."""
    bare = not (match["percent"] or match["currency"] or match["scale"]) and "." not in match["number"]
    return bare and (abs(value) <= _SMALL or (1900 <= value <= 2100 and "," not in match["number"]))


class _Sources:
    def __init__(self, columns: list[list[Decimal]], rows: int) -> None:
        self.cells = list(dict.fromkeys(itertools.chain.from_iterable(columns)))[:MOST_CELLS]
        self.totals = [sum(c, Decimal(0)) for c in columns if len(c) > 1]
        self.means = [total / len(c) for total, c in zip(self.totals, (c for c in columns if len(c) > 1), strict=True)]
        self.columns = columns
        self.rows = rows


def _sources(result: Result) -> _Sources:
    columns = []
    for at in range(len(result.columns)):
        numbers = (number_in(row[at]) if not isinstance(row[at], str) else _from_text(row[at]) for row in result.rows)
        columns.append([d for n in numbers if n is not None and (d := Decimal(str(n))).is_finite()])
    return _Sources([c for c in columns if c], len(result.rows))


def _from_text(cell: str) -> Decimal | None:
    try:
        return Decimal(cell.strip())
    except InvalidOperation:
        return None


def _explained(value: Decimal, place: int, percent: bool, sources: _Sources) -> bool:
    half = Decimal(5).scaleb(place - 1)

    def near(candidates: Collection[Decimal]) -> bool:
        # The words may carry the sign: "fell by 32.5%".
        return any(abs(abs(c) - abs(value)) <= half for c in candidates)

    plain = [*sources.cells, *sources.totals, *sources.means, Decimal(sources.rows)]
    if near(plain) or (percent and near([100 * c for c in plain])):
        return True
    first = sources.cells[:PAIRS]
    if percent:
        return near(list(_shares(first, sources)))
    return near([a - b for a, b in itertools.permutations(first, 2)]) or near(
        [a + b for a, b in itertools.combinations(first, 2)]
    )


def _shares(cells: list[Decimal], sources: _Sources) -> Iterator[Decimal]:
    """Shares of one cell in another or in a total, and changes from one to another, in percent."""
    for whole in itertools.chain(cells, sources.totals):
        if whole:
            for part in cells:
                yield 100 * part / whole
                yield 100 * (part - whole) / whole
