"""Every figure of a worded answer must come from the result: as a cell, rounded, or reckoned from its cells.

A figure that cannot be traced may be invented. Ordinals, dates and numbers of the question are not judged. Small whole
numbers and years are where they count something or name a year of their own, and less surely: these findings are notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from review.sql.results.counted import counts_something, is_foreign_year, is_small, is_year
from review.sql.results.rates import named_base
from review.sql.results.result import Result
from review.sql.results.traces import Traces
from review.sql.results.written import Written, around, figures_in, read_part, round_to
from review.sql.tree.finding import Finding

MOST_ROWS = 2_000
"""Rows in which names that hold digits are looked up."""
_NO_NOUN = frozenset({"the", "a", "an", "of", "in", "which", "what", "how", "many", "have", "ha", "are", "is", "than"})
_LIMIT = re.compile(
    r"\b(?:than|least|most|over|under|above|below|within|exceed\w*|up to|top|first|last|past|next)\s+\S{0,2}$", re.I
)
_SPAN = re.compile(r"[\s-]+(?:second|minute|hour|day|week|month|quarter|year)s?\b", re.IGNORECASE)
_RATE = re.compile(r"\s*(?:\w+\s+){0,2}(?:per|a|an|each|every)\b", re.IGNORECASE)


def untraceable(answer: str, result: Result, *, question: str = "", sql: str = "") -> list[Finding]:
    """Return a finding for each figure of ``answer`` that the result does not explain; places are in the answer.

    Each is a warning, or a note for a small number or a year, which may count something else. ``sql`` is the query: its
    own numbers are limits that words may repeat. A note says what of a very long answer was not read.
    """
    if not result.done:
        return []
    traces = Traces(result)
    found = []
    for one in judged(answer, result, question=question, sql=sql):
        if traces.explain(one, answer) or _numbered(one, answer, question, traces):
            continue
        little = is_small(one) or is_year(one)
        said = (
            f"The figure '{one.text}' is not traceable to the result; so small a number may mean something else."
            if is_small(one)
            else f"'{one.text}' is not traceable to the result, and neither question nor query names it."
            if is_year(one)
            else f"The figure '{one.text}' is not in the result, nor a rounding, share, sum, difference or average of "
            "its cells."
        )
        found.append(
            Finding(
                rule="figures", message=said, start=one.start, end=one.end, severity="note" if little else "warning"
            )
        )
    read = len(read_part(answer))
    if read < len(answer):
        said = f"Figures were looked up in the first {read:,} characters; the rest of the answer was not read."
        found.append(Finding(rule="figures", message=said, start=read, end=len(answer), severity="note"))
    return found


def figures_judged(answer: str, result: Result, *, question: str = "", sql: str = "") -> int:
    """Return how many figures of an answer must come from the result."""
    return sum(1 for _ in judged(answer, result, question=question, sql=sql))


def contradicted(answer: str, result: Result, *, question: str = "", sql: str = "") -> str:
    """Return in words how the one number of a result contradicts the one figure of an answer; "" where it does not.

    With several numbers, or a rate that rests on something else, nobody can tell what a figure was reckoned from. A
    round number near the result may be a rounding that the words do not announce.
    """
    strange = untraceable(answer, result, question=question, sql=sql)
    if len(strange) != 1 or len(result.rows) != 1 or strange[0].severity == "note":
        return ""
    numbers = Traces(result).columns
    [one] = strange
    if (
        len(numbers) != 1
        or figures_judged(answer, result, question=question, sql=sql) != 1
        or _RATE.match(answer[one.end :])
    ):
        return ""
    [said] = judged(answer, result, question=question, sql=sql)
    if said.value and abs(abs(Decimal(numbers[0][0])) - abs(said.value)) <= round_to(f"{abs(said.value):.0f}"):
        return ""
    if said.above and not said.below and numbers[0][0] > said.value:
        # "More than 1,900" is true of 1,999, though a person may want it nearer.
        return ""
    return f"The answer says '{answer[one.start : one.end]}', and the result is {numbers[0][0]:,.10g}."


def judged(answer: str, result: Result, *, question: str = "", sql: str = "") -> Iterator[Written]:
    """Yield the figures that must come from the result: none of the question or a name, and no small one alone."""
    answer = read_part(answer)
    asked = {one.value for one in figures_in(question)}
    limits = {Decimal(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", sql)}
    names = _names(answer, result)
    known = {word.lower() for word in re.findall(r"[^\W\d_]+", f"{question} {' '.join(result.columns)}")}
    for one in figures_in(answer):
        if one.value in asked or any(a <= one.start and one.end <= b for a, b in names) or named_base(one, answer):
            continue
        before, after = around(one, answer)
        limit = bool(_LIMIT.search(before) or _SPAN.match(after))
        if one.value in limits and (limit or is_small(one) or is_year(one)):
            continue
        if is_small(one) or is_year(one):
            if counts_something(one, answer, known) or is_foreign_year(one, answer, result, question=question, sql=sql):
                yield one
        else:
            yield one


def _names(answer: str, result: Result) -> list[tuple[int, int]]:
    """Where texts of the result that hold digits, such as "Soft Lens 51", stand in the answer."""
    cells = (cell for row in result.rows[:MOST_ROWS] for cell in row if isinstance(cell, str))
    named = {c.strip().lower() for c in cells if any(d.isdigit() for d in c) and any(d.isalpha() for d in c)}
    low = answer.lower()
    return [m.span() for name in named for m in re.finditer(re.escape(name), low)]


def _numbered(one: Written, answer: str, question: str, traces: Traces) -> bool:
    """Whether a figure is a key of the result that the words before it announce: "order 1361", "#12", "12 and 15"."""
    holding = [name for name, values in traces.ids.items() if float(one.value) in values]
    before = re.search(r"([^\W\d]+|[#,;&(:])[.]?\s*$", around(one, answer)[0])
    if not holding or not before:
        return False
    word = before[1].lower().removesuffix("s")
    nouns = {w.lower().removesuffix("s") for w in re.findall(r"[^\W\d_]+", f"{question} {' '.join(holding)}")}
    announced = {"#", ",", ";", "&", "(", ":", "and", "or", "id", "no", "number", "nr", *nouns} - _NO_NOUN
    return word in announced
