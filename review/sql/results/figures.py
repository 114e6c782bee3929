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
from review.sql.results.written import Written, figures_in
from review.sql.tree.finding import Finding

MOST_CELLS = 2_000
"""More numbers than this are looked up as they are; sums and differences are tried for the first ones alone."""
PAIRS = 60
_SMALL = 10
_ID = re.compile(r"(?:^|_)(?:id|key|uuid|sku)$", re.IGNORECASE)
"""Columns whose numbers name a row: they measure nothing, so "43 customers" is not explained by customer 43."""
_NO_NOUN = frozenset({"the", "a", "an", "of", "in", "which", "what", "how", "many", "have", "ha", "are", "is", "than"})


def untraceable(answer: str, result: Result, *, question: str = "") -> list[Finding]:
    """Return a finding for each figure of ``answer`` that the result does not explain; places are in the answer."""
    if not result.done:
        return []
    sources = _sources(result)
    return [
        Finding(
            rule="figures",
            message=f"The figure '{one.text}' is not in the result, nor a rounding, share, sum or "
            "difference of its cells.",
            start=one.start,
            end=one.end,
        )
        for one in judged(answer, result, question=question)
        if not _explained(one, sources) and not _numbered(one, answer, question, sources)
    ]


def figures_judged(answer: str, result: Result, *, question: str = "") -> int:
    """Return how many figures of an answer must come from the result."""
    return sum(1 for _ in judged(answer, result, question=question))


def judged(answer: str, result: Result, *, question: str = "") -> Iterator[Written]:
    """Yield the figures that must come from the result: not those of the question, of a name, years and small ones."""
    asked = {one.value for one in figures_in(question)}
    names = _names(answer, result)
    for one in figures_in(answer):
        if one.value not in asked and not _small(one) and not any(a <= one.start and one.end <= b for a, b in names):
            yield one


def _names(answer: str, result: Result) -> list[tuple[int, int]]:
    """Where texts of the result that hold digits, such as "Soft Lens 51", stand in the answer."""
    cells = (cell for row in result.rows[:MOST_CELLS] for cell in row if isinstance(cell, str))
    named = {c.strip().lower() for c in cells if any(d.isdigit() for d in c) and any(d.isalpha() for d in c)}
    low = answer.lower()
    return [m.span() for name in named for m in re.finditer(re.escape(name), low)]


def _small(one: Written) -> bool:
    """A year, or a small whole number as texts are full of them: "the top 3", "over 2 weeks"."""
    return one.plain and (abs(one.value) <= _SMALL or (1900 <= one.value <= 2100 and one.text.isdigit()))


class _Sources:
    def __init__(self, columns: list[list[Decimal]], rows: int, ids: dict[str, set[Decimal]]) -> None:
        self.cells = list(dict.fromkeys(itertools.chain.from_iterable(columns)))[:MOST_CELLS]
        self.totals = [sum(c, Decimal(0)) for c in columns if len(c) > 1]
        self.means = [total / len(c) for total, c in zip(self.totals, (c for c in columns if len(c) > 1), strict=True)]
        self.columns = columns
        self.rows = rows
        self.ids = ids


def _sources(result: Result) -> _Sources:
    columns, ids = [], {}
    for at, name in enumerate(result.columns):
        numbers = (number_in(row[at]) if not isinstance(row[at], str) else _from_text(row[at]) for row in result.rows)
        column = [d for n in numbers if n is not None and (d := Decimal(str(n))).is_finite()]
        if (_ID.search(name) and len(result.columns) > 1) or _ID.fullmatch(name):
            ids[name] = set(column)
        elif column:
            columns.append(column)
    return _Sources(columns, len(result.rows), ids)


def _numbered(one: Written, answer: str, question: str, sources: _Sources) -> bool:
    """Whether a figure is a key of the result that the words before it announce: "order 1361", "#12", "12 and 15"."""
    holding = [name for name, values in sources.ids.items() if one.value in values]
    before = re.search(r"([^\W\d]+|[#,;&(:])\s*$", answer[: one.start])
    if not holding or not before:
        return False
    word = before[1].lower().removesuffix("s")
    nouns = {w.lower().removesuffix("s") for w in re.findall(r"[^\W\d_]+", f"{question} {' '.join(holding)}")}
    announced = {"#", ",", ";", "&", "(", ":", "and", "or", "id", "no", "number", "nr", *nouns} - _NO_NOUN
    return word in announced


def _from_text(cell: str) -> Decimal | None:
    try:
        return Decimal(cell.strip())
    except InvalidOperation:
        return None


def _explained(one: Written, sources: _Sources) -> bool:
    if one.other is not None and _explained(one._replace(value=one.other, place=0, other=None), sources):
        return True
    percent = one.percent

    def near(candidates: Collection[Decimal]) -> bool:
        return any(one.rounds(c) for c in candidates)

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
