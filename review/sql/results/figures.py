"""Every figure of a worded answer must come from the result: as a cell, rounded, or reckoned from its cells.

A figure that cannot be traced may be invented. Ordinals, dates and numbers of the question are not judged. Small whole
numbers and years are where they count something or name a year of their own, and less surely: these findings are notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from review.sql.results.bounds import holds_as_bound
from review.sql.results.counted import counts_something, is_foreign_year, is_small, is_year
from review.sql.results.misquoted import misquoted
from review.sql.results.names_said import anywhere
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
_SPELLED = re.compile(
    r"(?:hundert|tausend|(?:zwan|drei|vier|fünf|sech|sieb|acht|neun)(?:zig|ßig))[^\W\d]*\b|"
    r"\b(?:dollars?|euros?|pounds?|Franken)\s+(?:and|und)\s+$", re.IGNORECASE,
)  # fmt: skip
"""Numbers in German words, and the amount before its cents."""
_RATE = re.compile(r"\s*(?:\w+\s+){0,2}(?:per|a|an|each|every)\b", re.IGNORECASE)


_NUMBERED = re.compile(
    r"\b(?:Route|Highway|Interstate|Road|Street|Avenue|Exit|Lane|Track|Platform|Gate|Terminal|Flight|Bus|Tram|Line|Area|"
    r"Zone|District|Sector|Studio|Room|Suite|Floor|Apartment|Building|Block|Unit|Bay|Dock|Aisle|Shelf|Store|Shop|Branch|"
    r"Warehouse|Plant|Station|Channel|Chapter|Section|Article|Page|Form|Formula|Model|Version|Type|Series|Category|"
    r"Level|Phase|Tier|Windows|Boeing|Airbus|iPhone|Galaxy|PlayStation|Xbox)\s+(?:No\.?\s*)?$"
)
"""Words with a capital letter whose number is a name: "Route 66" counts nothing."""


class Looked(NamedTuple):
    """An answer beside its result: the figures that must come from it, and a finding for each that does not."""

    answer: str
    result: Result
    judged: list[Written]
    findings: list[Finding]
    traces: Traces

    def contradiction(self) -> str:
        """Return in words how the one number of the result contradicts the one figure; "" where it does not.

        With several numbers, or a rate that rests on something else, nobody can tell what a figure was reckoned from. A
        round number near the result may be a rounding that the words do not announce.
        """
        if not len(self.findings) == len(self.judged) == len(self.result.rows) == len(self.traces.columns) == 1:
            return ""
        [one], [said], [[number, *_]] = self.findings, self.judged, self.traces.columns
        if one.severity == "note" or _RATE.match(self.answer[one.end :]):
            return ""
        if said.value and abs(abs(Decimal(number)) - abs(said.value)) <= round_to(f"{abs(said.value):.0f}"):
            return ""
        if _SPELLED.search(around(said, self.answer)[0]):
            # "Fünfhundert Euro und 75 Cent" has a number that is not read.
            return ""
        if holds_as_bound(said, self.answer, number, self.result.columns):
            # "More than 1,900" is true of 1,999, though a person may want it nearer.
            return ""
        return f"The answer says '{self.answer[one.start : one.end]}', and the result is {number:,.10g}."

    def against(self) -> list[tuple[Finding, str]]:
        """Return the findings that prove a figure wrong, each with why: see ``contradiction`` and ``misquoted``."""
        if said := self.contradiction():
            return [(self.findings[0], said)]
        found = {f.start: f for f in self.findings if f.severity != "note"}
        untraced = [one for one in self.judged if one.start in found]
        return [(found[one.start], why) for one, why in misquoted(self.answer, untraced, self.judged, self.result)]


def look_up(answer: str, result: Result, *, question: str = "", sql: str = "") -> Looked:
    """Look up the figures of an answer in a result that is there; places are in the answer.

    Each finding is a warning, or a note for a small number or a year, which may count something else. ``sql`` is the
    query: its own numbers are limits that words may repeat. A note says what of a very long answer was not read.
    """
    traces, found = Traces(result), []
    figures = list(judged(answer, result, question=question, sql=sql))
    for one in figures:
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
    return Looked(answer, result, figures, found, traces)


def untraceable(answer: str, result: Result, *, question: str = "", sql: str = "") -> list[Finding]:
    """Return the findings of :func:`look_up`, none for a result that is not there.

    Where the one number of the result, or of a row, contradicts a figure, that is an error in the place of the warning.
    """
    if not result.done:
        return []
    looked = look_up(answer, result, question=question, sql=sql)
    against = dict(looked.against()) if not result.truncated else {}
    return [replace(f, message=against[f], severity="error") if f in against else f for f in looked.findings]


def judged(answer: str, result: Result, *, question: str = "", sql: str = "") -> Iterator[Written]:
    """Yield the figures that must come from the result: none of the question or a name, and no small one alone."""
    answer = read_part(answer)
    asked = {one.value for one in figures_in(question)}
    limits = {Decimal(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", sql)}
    names = _names(answer, result, sql)
    known = {word.lower() for word in re.findall(r"[^\W\d_]+", f"{question} {' '.join(result.columns)}")}
    for one in figures_in(answer):
        if one.value in asked or any(a <= one.start and one.end <= b for a, b in names) or named_base(one, answer):
            continue
        before, after = around(one, answer)
        if one.plain and one.text.isdigit() and _NUMBERED.search(before):
            continue
        limit = bool(_LIMIT.search(before) or _SPAN.match(after))
        if one.value in limits and (limit or is_small(one) or is_year(one)):
            continue
        if is_small(one) or is_year(one):
            if counts_something(one, answer, known) or is_foreign_year(one, answer, result, question=question, sql=sql):
                yield one
        else:
            yield one


def _names(answer: str, result: Result, sql: str) -> list[tuple[int, int]]:
    """Where texts of the result or the query that hold digits, such as "Soft Lens 51", stand in the answer."""
    cells = [cell for row in result.rows[:MOST_ROWS] for cell in row if isinstance(cell, str)]
    cells += re.findall(r"'([^'%]+)'", sql)
    named = {c.strip().lower() for c in cells if any(d.isdigit() for d in c) and any(d.isalpha() for d in c)}
    low = answer.lower()
    return [m.span() for name in named for m in anywhere(name).finditer(low)]


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
