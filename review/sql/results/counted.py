"""Which small whole numbers of a text count something, and which years it brings in that nothing else names.

Texts are full of small numbers that measure nothing: "one of the", "the top 3", "in 2 weeks". One that stands beside a
counted noun ("3 orders") says something about the result, though less surely than a large figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from review.sql.results.result import Result
from review.sql.results.written import NAMED, Written, around
from review.sql.semantic.windows import MONTHS

SMALL = 10
_MONTHS = frozenset({*MONTHS, *NAMED["months"]["german"]})
_LISTS: dict[str, frozenset[str]] = {name: frozenset(words) for name, words in NAMED["not_counted"].items()}
_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?![\d.]\d|\d)")
_IN_YEAR = frozenset(
    {"in", "since", "of", "during", "for", "from", "until", "through", "year", "by", "before", "after"}
)
_ENDS = re.compile(r"(?:19|20)\d\d-(?P<edge>01-01|12-31)")
MOST_CELLS = 2_000
"""Cells in which years are looked up."""


def is_small(one: Written) -> bool:
    """Return whether a figure is a whole number up to ten without any unit."""
    return one.plain and abs(one.value) <= SMALL


def is_year(one: Written) -> bool:
    """Return whether a figure is written as a year is."""
    return one.plain and one.text.isdigit() and 1900 <= one.value <= 2100


def counts_something(one: Written, answer: str, known: Iterable[str]) -> bool:
    """Return whether a small number or a year stands beside a noun that it counts.

    ``known`` are words of the question and of the columns.
    """
    before, after = around(one, answer)
    noun, before = _noun(after), _last_word(before)
    if not noun or before in _LISTS["before"] or noun in _LISTS["nouns"]:
        return False
    if is_year(one):
        return before not in _IN_YEAR | _MONTHS
    singular = noun.removesuffix("s")
    stems = {word.removesuffix("s") for word in known}
    if abs(one.value) == 1 or f"{singular}s" in _LISTS["times"]:
        return singular in stems
    return noun.endswith("s") or noun in _LISTS["irregular"]


def _noun(after: str) -> str:
    """The counted noun behind a number: the next word, or the one behind an adjective; "" for none."""
    found = re.match(r"\s+([^\W\d_]+)(?:\s+([^\W\d_]+))?", after)
    if found is None or found[1].lower() in _LISTS["other"]:
        return ""
    first, second = found[1].lower(), (found[2] or "").lower()
    if _plural(first) or second in _LISTS["other"] or not _plural(second):
        return first
    return second


def _plural(word: str) -> bool:
    ends = word.endswith("s") and not word.endswith(("ss", "us", "ous", "is"))
    return (ends and word not in _LISTS["other"]) or word in _LISTS["irregular"]


def _last_word(text: str) -> str:
    found = re.search(r"([^\W\d_]+(?:['’]s?)?)[.]?\s*$", text)
    word = found[1].lower() if found else ""
    # "Norway's three airports" speaks of what is known, as "the three airports" does.
    return "its" if word.endswith(("'s", "’s", "'", "’")) else word


def is_foreign_year(one: Written, answer: str, result: Result, *, question: str, sql: str) -> bool:
    """Return whether a year in the words is none that question, query or result names, though these name years.

    The year beside a boundary counts as named: ``< '2025-01-01'`` is about 2024.
    """
    if not is_year(one):
        return False
    before = _last_word(around(one, answer)[0])
    if before not in _IN_YEAR | _MONTHS:
        return False
    named = {int(year) for year in _YEAR.findall(f"{question} {sql}")}
    if not named:
        return False
    beside = {int(m[0][:4]) + (1 if m["edge"] == "12-31" else -1) for m in _ENDS.finditer(sql)}
    cells = (str(cell) for row in result.rows[:MOST_CELLS] for cell in row if cell is not None)
    shown = {int(year) for text in (*result.columns, *cells) for year in _YEAR.findall(text.replace("_", " "))}
    year = int(one.value)
    return not (min(named) <= year <= max(named) or year in beside | shown)
