"""Words that say that there is nothing: "There are no orders", "Es gibt keine Bestellungen"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from review.sql.results.names_said import says
from review.sql.results.result import Result
from review.sql.results.series import number_of
from review.sql.results.written import Written

_FOUND = r"(?=[^.!?;:,]*\b(?:found|available|recorded|registered|gefunden|vorhanden|verzeichnet)\b)"
_NONE = re.compile(
    r"^\W*(?:there\s+(?:(?:is|are|was|were|have been|has been)\s+(?:currently\s+)?(?:no|not any|not a single)|"
    rf"(?:is|are|was|were)n['’]t\s+any)|we\s+(?:have|had|found)\s+no|(?:no|kein\w*){_FOUND}|"
    r"es\s+(?:gibt|gab|sind|waren|wurden)\s+(?:\w+\s+){0,2}?kein\w*)\s+(?P<what>[^.!?;:,]{1,60})",
    re.IGNORECASE,
)
_TURNED = re.compile(r"\b(?:no|not|none|never|without|nor|neither|kein\w*|nicht|ohne|nie)\b|n['’]t\b", re.IGNORECASE)
_BUT = re.compile(r"\b(?:other|more|further|longer|difference|except|besides?|anderen?|weiteren?|mehr|außer)\b", re.I)
_LETTERS = 4
"""Letters at the start of a word by which it is taken for another form of one."""


def none_said(answer: str, question: str, result: Result) -> str:
    """Return the words with which an answer says that there is none of what was asked for, "" where it does not."""
    said = _NONE.match(answer)
    if said is None or _BUT.search(said["what"]) or _TURNED.search(question):
        return ""
    asked = _stems(f"{question} {' '.join(result.columns)}".replace("_", " "))
    return said[0].strip() if _stems(said["what"].split(" ")[0]) & asked else ""


def holds_nothing(result: Result) -> bool:
    """Return whether a result has no rows, or one number that is 0."""
    return not result.rows or (len(result.rows) == len(result.columns) == 1 and number_of(result.rows[0][0]) == 0)


def against_none(answer: str, figures: Sequence[Written], result: Result, *, question: str) -> Iterator[str]:
    """Yield that the words say that there is none, where the result has some and the words give none of it."""
    said = none_said(answer, question, result)
    if not said or figures or holds_nothing(result):
        return
    one = number_of(result.rows[0][0]) if len(result.rows) == len(result.columns) == 1 else None
    names = (cell for row in result.rows[:50] for cell in row if isinstance(cell, str) and cell.strip())
    if one is not None:
        yield f"The words say '{said}', and the result is {one:,}."
    elif any(cell is not None for row in result.rows for cell in row) and not any(says(answer, name) for name in names):
        rows = f"{len(result.rows):,} row{'s' if len(result.rows) > 1 else ''}"
        yield f"The words say '{said}', and the result has {rows}."


def _stems(text: str) -> set[str]:
    return {word.lower()[: max(_LETTERS, len(word) - 2)] for word in re.findall(r"[^\W\d_]{3,}", text)}
