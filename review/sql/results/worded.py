"""What the words of an answer say against its result: another name, another direction, another currency.

Each of these can be checked; most of what words say cannot. So a finding here is for a person to weigh, and words
without a finding are not proved right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from review.sql.results.beside import PART, SENTENCE, labels_of, part_of, turns
from review.sql.results.figures import judged
from review.sql.results.names_said import places, says
from review.sql.results.none_said import against_none
from review.sql.results.rates import DOWN, UP, change_said
from review.sql.results.result import Result
from review.sql.results.series import number_of
from review.sql.results.signs_said import against_signs
from review.sql.results.worded_facts import against_facts
from review.sql.results.worded_times import MOST_ROWS, Reading, against_series
from review.sql.results.written import Written, read_part

_BY = re.compile(rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN}))\s+(?:by|um)\s+\S*$", re.IGNORECASE)
_FROM = re.compile(rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN}))\b[^.;]*?\bfrom\s+\S*$", re.IGNORECASE)
_TO = re.compile(r"^[^.;\d]{0,30}?\bto\s+\S{0,2}$", re.IGNORECASE)
_CHANGE = re.compile(r"change|diff|delta|growth|increase|vs|versus|änderung|wachstum", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:more|higher|less|fewer|lower)\b", re.IGNORECASE)
"""Words of a difference, which may be taken from either side."""
_CURRENCIES = {"$": r"\$|dollars?|\busd\b", "€": r"€|euros?|\beur\b", "£": r"£|pounds?|\bgbp\b", "¥": r"¥|yen|\bjpy\b"}

MOST_FIGURES = 300
"""Figures whose words are looked at."""
LONGEST = 300
"""Characters before a figure in which a sentence may say what it does."""


def contradictions(answer: str, result: Result, *, question: str = "", sql: str = "") -> list[str]:
    """Return what the words of an answer say against its result, each in a sentence."""
    return words_beside(answer, result, question=question, sql=sql).against


def words_beside(
    answer: str, result: Result, *, question: str = "", sql: str = "", as_of: date | None = None
) -> Reading:
    """Return what the words of an answer say against its result, and whether they could be read.

    ``as_of`` is the day of the question, against which "in January" and "year to date" are resolved.

    They could where they pair figures and times, and say what rose or fell, in a way that can be checked.
    """
    if not result.done or not answer.strip() or not result.rows:
        return Reading([])
    whole, answer = len(answer), read_part(answer)
    every = list(judged(answer, result, question=question, sql=sql))
    figures = every[:MOST_FIGURES]
    found = [*_currency(figures, f"{question} {sql} {' '.join(result.columns)}", result)]
    moved = list(_direction(answer, figures, result))
    series = against_series(answer, figures, result, question=question, as_of=as_of)
    found += moved or series.against
    found += against_signs(figures, answer, result, said=f"{question} {sql}")
    if len(result.rows) <= MOST_ROWS:
        found += [*_names(answer, figures, result), *_unnamed(answer, result, question)]
        found += against_none(answer, figures, result, question=question)
        found += against_facts(answer, figures, result, question=question, sql=sql, as_of=as_of)
    return Reading(list(dict.fromkeys(found)), series.sure and len(answer) == whole and figures == every)


def _currency(figures: list[Written], said: str, result: Result) -> Iterator[str]:
    """A currency other than the one that question, query and columns name."""
    cells = " ".join(cell for row in result.rows[:MOST_ROWS] for cell in row if isinstance(cell, str))
    named = {sign for sign, words in _CURRENCIES.items() if re.search(words, f"{said} {cells}", re.IGNORECASE)}
    for one in figures:
        if one.currency and named and one.currency not in named:
            yield f"The figure '{one.text}' has a currency that neither the question nor the query names."


def _direction(answer: str, figures: list[Written], result: Result) -> Iterator[str]:
    """A rise where the cells say a fall, or the other way round."""
    cells = [n for row in result.rows[:MOST_ROWS] for n in map(number_of, row) if n is not None]
    changes = [
        n
        for row in result.rows[:MOST_ROWS]
        for name, n in zip(result.columns, map(number_of, row), strict=True)
        if n is not None and _CHANGE.search(name)
    ]
    for at, one in enumerate(figures):
        following = figures[at + 1] if at + 1 < len(figures) else None
        reached = following if following and _TO.match(answer[one.end : following.start]) else None
        head = answer[max(0, one.start - LONGEST) : one.start]
        if match := _BY.search(head):
            sign = 1 if match["up"] else -1
            if reached is not None and not (one.percent or reached.percent):
                before = [reached.value - s * abs(one.value) for s in (sign, -sign)]
                wrong = before[0] not in cells and before[1] in cells
            else:
                here, there = (any(_near(one, n, s) for n in changes) for s in (sign, -sign))
                wrong = there and not here
        elif (match := _FROM.search(head)) and reached is not None:
            wrong = reached.value != one.value and (reached.value > one.value) != bool(match["up"])
        elif (match := change_said(one, answer)) and (one.percent or not _COMPARED.search(match[0])):
            sign = 1 if match["up"] else -1
            here, there = (any(_near(one, n, s) for n in changes) for s in (sign, -sign))
            wrong = there and not here
        else:
            continue
        if wrong:
            yield f"The words say '{match['up'] or match['down']}' with '{one.text}', and the result says the opposite."


def _near(one: Written, cell: Decimal, sign: int) -> bool:
    """Whether a cell of one sign is a figure, rounded; a share may be the figure as a percentage."""
    return cell * sign > 0 and (one.rounds(cell) or (one.percent and one.rounds(100 * cell)))


def _names(answer: str, figures: list[Written], result: Result) -> Iterator[str]:
    """A figure of one row beside the name of another."""
    labels = labels_of(result)
    names = frozenset(name for row in labels for name in row)
    numbers = [[n for n in map(number_of, row) if n is not None] for row in result.rows]
    if len(result.rows) < 2 or not names:
        return
    for one in figures:
        own = [row for row, cells in zip(labels, numbers, strict=True) if any(map(one.rounds, cells))]
        if not own:
            continue
        beside = _paired(answer, one, figures, names) or _beside(answer, one, PART, names)
        beside = beside or _beside(answer, one, SENTENCE, names)
        if beside and not any(beside & row for row in own):
            owner = " or ".join(sorted({name for row in own[:3] for name in row}))
            said = ", ".join(sorted(beside))
            yield f"The figure '{one.text}' stands beside '{said}', and in the result beside '{owner}'."


def _unnamed(answer: str, result: Result, question: str) -> Iterator[str]:
    """One row with a name that the words do not say, though they say something else than the question."""
    if len(result.rows) != 1:
        return
    [names] = labels_of(result)
    absent = sorted(name for name in names if not says(answer, name) and not says(question, name))
    if absent and not any(says(answer, name) for name in names):
        yield f"The words do not name '{absent[0]}', which is the result."


def _paired(answer: str, one: Written, figures: list[Written], names: frozenset[str]) -> set[str]:
    """The names to which a figure belongs where names and figures take turns; empty where they do not.

    They do in "Central with 162 and Riverside with 349", and in "162 in Central and 349 in Riverside".
    """
    order, said = turns(answer, one, figures, names)
    if len(said) > 1 and re.fullmatch(r"(?:nf+)+", order):
        return [who.names for who in said if who.start < one.start][-1]
    if len(said) > 1 and re.fullmatch(r"(?:f+n)+", order):
        return next(who.names for who in said if who.start > one.start)
    return set()


def _beside(answer: str, one: Written, cut: re.Pattern[str], names: frozenset[str]) -> set[str]:
    """The names in the part of the answer in which a figure stands."""
    start, end = part_of(answer, one, cut)
    return {name for *_, name in places(answer[start:end], names)}
