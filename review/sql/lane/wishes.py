"""What a question asks of the form of its answer: an order, and figures or columns beside the names."""

from __future__ import annotations

import re
from typing import Literal

from review.sql.results.matching import Table
from review.sql.results.outcome import Comparison
from review.sql.results.result import Result
from review.sql.results.rounding import is_number, written_places
from review.sql.semantic.windows import NUMBERS
from review.sql.tree.statement import UnreadableSql, read_statement

Asked = Literal["yes", "perhaps", "no"]
OrderCounts = Literal["question", "reference"]
ORDER_COUNTS: tuple[OrderCounts, ...] = ("question", "reference")
"""Where the order of rows counts, as a project says: where a question asks for one, or wherever its reference sorts."""
_SORTED = re.compile(
    r"\b(?:sort(?:ed|ing)?|rank(?:ed|ing)?|ascending|descending|alphabetical\w*|chronological\w*|"
    r"(?:order(?:ed)?|list(?:ed)?) (?:them |these |it |the \w+ )?(?:by (?:date|name|price|value|size|time|month)|from)|"
    r"in (?:the )?(?:\w+ )?order (?:of|by)|(?:highest|lowest|largest|smallest|newest|oldest|latest|earliest|most|"
    r"fewest|best|worst|cheapest|dearest|biggest) (?:to|first)|"
    r"(?:vor)?sortier(?:t\w*|e|en)|absteigend\w*|aufsteigend\w*|alphabetisch\w*|chronologisch\w*|der Reihe nach|"
    r"in (?:\w+(?:er|en) )?Reihenfolge|Rang(?:liste|folge)|gerankt|ordne|"
    r"(?:geordnet|gereiht|gestaffelt) nach|nach (?:\w+ ){1,3}(?:geordnet|gereiht|gestaffelt)|\w+[sß]?te[nrs]? zuerst|"
    r"vom? \w+ten? (?:bis )?zu[mr]? \w+)\b", re.IGNORECASE,
)  # fmt: skip
_LEANS = re.compile(
    r"\b(?:top|ordered by|running|cumulative|trend|over time|history|timeline|(?:the|with the) (?:most|fewest|highest|"
    r"lowest|largest|smallest|best|worst)|Reihenfolge|(?:zeitlich\w* )?(?:Ver|Zeitver)lauf|Entwicklung|kumuliert\w*|"
    r"laufend\w*|"
    r"(?:am|die) (?:meisten|wenigsten)|(?:höchst|niedrigst|größt|kleinst|teuerst|billigst|günstigst|neuest|ältest|"
    r"best|schlechtest|stärkst|schwächst|häufigst|längst|kürzest|umsatzstärkst)e[nrsm]?)\b", re.IGNORECASE,
)  # fmt: skip
_PLACES = re.compile(
    r"\b(?P<n>[1-9]|one|two|three|four|five|six)\s+(?:decimals?|(?:decimal )?(?:places?|digits?))\b", re.I
)
_AMOUNT = re.compile(
    r"\b(?:how (?:many|much|often|long|high|large)|number of|counts?|amounts?|totals?|averages?|sums?|what share|"
    r"percent\w*|figures?|values?|with (?:their|its|the))\b", re.IGNORECASE,
)  # fmt: skip


def order_asked(question: str, reference: str, dialect: str) -> Asked:
    """Return whether a question asks for an order of rows; "perhaps" where it asks for the first ones or is missing."""
    if _SORTED.search(question):
        return "yes"
    if not question.strip() or _LEANS.search(question):
        return "perhaps"
    try:
        limited = read_statement(reference, dialect).tree.args.get("limit") is not None
    except UnreadableSql:
        return "perhaps"
    return "perhaps" if limited else "no"


def missing_asked(question: str, comparison: Comparison, expected: Result) -> list[str]:
    """Return the columns of the reference that an answer lacks although its question asks for them, by name."""
    asked = {_stem(word) for word in re.findall(r"[a-z]+", question.lower())}
    columns, found = Table(expected).raw, []
    for name, at, cells in zip(expected.columns, comparison.matched, columns, strict=True):
        words = {_stem(word) for word in re.findall(r"[a-z]+", name.lower())}
        # "the most customers" names a count without asking for it; "name and e-mail" asks for both.
        wanted = _AMOUNT.search(question) is not None if is_number(cells) else bool(words) and words <= asked
        if at is None and wanted:
            found.append(name)
    return found


def too_coarse(question: str, comparison: Comparison, generated: Result, expected: Result) -> str:
    """Return the words that ask for more decimals than a rounded answer has, "" where it has enough of them."""
    match = _PLACES.search(question)
    if match is None:
        return ""
    wanted = NUMBERS.get(match["n"].lower()) or int(match["n"])
    ours, theirs = Table(generated).raw, Table(expected).raw
    for cells, at in zip(theirs, comparison.matched, strict=True):
        if at is None or not is_number(cells, ours[at]) or cells == ours[at]:
            continue
        have, given = (max((written_places(n) for n in c if n is not None), default=0) for c in (ours[at], cells))
        if have < min(wanted, given):
            return match[0]
    return ""


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word
